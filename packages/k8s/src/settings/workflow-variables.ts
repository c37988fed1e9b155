import { choice, number, text, wholeNumber } from './kinds.js';
import { type Presets, presets } from './presets.js';
import type { NamedVolumes } from '../pod/volumes.js';
import { type ImageRewrites, imageRewrites, namedVolumes } from './structures.js';
import { optional, preset } from './variable.js';

/** Settings of what a workflow asks for: images, volumes, sizes, services. */
export const WORKFLOW_VARIABLES = {
  imagesRewrite: preset<ImageRewrites>(
    'ACTIONS_RUNNER_HOOK_IMAGES_REWRITE',
    'images.rewrite',
    'Where images come from instead: `docker.io: mirror.corp.test/hub` takes `node:22` from `mirror.corp.test/hub/library/node:22`. Names in full, without tag; of several that match, the longest counts. It holds for every container of a workflow and the helper; `images.allow` is about the names before it. The pull secrets have to be for the new registry.',
    imageRewrites,
    {},
  ),
  imagesPullPolicy: optional<'Always' | 'IfNotPresent' | 'Never'>(
    'ACTIONS_RUNNER_HOOK_IMAGES_PULL_POLICY',
    'images.pullPolicy',
    '`Always`, `IfNotPresent` or `Never`: the pull policy of job containers, services and docker actions. `Always` keeps a workflow from private images that others have left on the node. Without it, what `options: --pull` says, or the default of Kubernetes.',
    choice('Always', 'IfNotPresent', 'Never'),
  ),
  servicesLogs: preset<'never' | 'on-failure' | 'always'>(
    'ACTIONS_RUNNER_HOOK_SERVICES_LOGS',
    'services.logs',
    "Whose log the job's log has at its end, in a group for each service: that of no service (`never`), of services that have failed (`on-failure`), or of all (`always`). At most the last 500 lines and 256 KiB each.",
    choice('never', 'on-failure', 'always'),
    'on-failure',
  ),
  volumesNamed: preset<NamedVolumes>(
    'ACTIONS_RUNNER_HOOK_VOLUMES_NAMED',
    'volumes.named',
    'Volumes that a workflow may mount by their names, as with docker: `maven: { persistentVolumeClaim: { claimName: maven } }` is what `volumes: [maven:/root/.m2]` mounts. Each is a volume as a pod has it, with `readOnly: true` and `subPath` where they are needed. Other names are volumes that live as long as the pod.',
    namedVolumes,
    {},
  ),
  presets: preset<Presets>(
    'ACTIONS_RUNNER_HOOK_PRESETS',
    'presets',
    'Sizes with names, one of which a container chooses by `options: --label podhooks.preset=large`: `large: { resources: { requests: { cpu: 8 }, limits: { memory: 32Gi } }, nodeSelector: { pool: large }, tolerations: [] }`. Of resources that a preset speaks of, options and maxima say nothing.',
    presets,
    {},
  ),
  optionsMaxStorageMb: optional<number>(
    'ACTIONS_RUNNER_HOOK_OPTIONS_MAX_STORAGE_MB',
    'options.maxStorageMb',
    'Most ephemeral storage of such a container, in MiB, as with `options.maxCpus`: what it writes to its image, its log and its emptyDir volumes.',
    number('megabytes', 1),
  ),
  optionsGpuResource: optional(
    'ACTIONS_RUNNER_HOOK_OPTIONS_GPU_RESOURCE',
    'options.gpuResource',
    'What `options: --gpus` counts, by the name of the device plugin: `nvidia.com/gpu`. Without it, a workflow gets none.',
    text,
  ),
  optionsMaxGpus: optional<number>(
    'ACTIONS_RUNNER_HOOK_OPTIONS_MAX_GPUS',
    'options.maxGpus',
    'Most GPUs of a container, which are those that `--gpus all` gets. Without it, as many as it asks for.',
    wholeNumber(1),
  ),
};
