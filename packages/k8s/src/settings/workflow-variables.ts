import { choice } from './kinds.js';
import { type ImageRewrites, imageRewrites } from './structures.js';
import { optional, preset } from './variable.js';

/** Settings of what a workflow asks for: images, services. */
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
};
