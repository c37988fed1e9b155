/** What settings, template and workflow ask for. */
import type { Situation } from './situation.js';

const template = (title: string, text: string, object: string, cause: string, hint: string): Situation => ({
  title,
  template: text,
  says: { code: 'TEMPLATE_INVALID', object, cause, hint },
});

export const REQUESTS: readonly Situation[] = [
  {
    title: 'a setting has a bad value',
    environment: { ACTIONS_RUNNER_HOOK_RWO: 'maybe' },
    says: {
      code: 'SETTINGS_INVALID',
      object: 'ACTIONS_RUNNER_HOOK_RWO',
      cause: 'wants true or false, got "maybe"',
      hint: 'Correct it in the env of the runner container',
    },
  },
  {
    title: 'the settings file has a fault',
    settingsFile: 'prepareTimeoutSeconds: soon\n',
    says: {
      code: 'SETTINGS_INVALID',
      object: 'settings.yaml:1: prepareTimeoutSeconds',
      cause: 'expected a number of seconds, 1 or more, found "soon"',
      hint: 'Correct the file that ACTIONS_RUNNER_HOOK_CONFIG names',
    },
  },
  {
    title: 'the runner pod does not say its name',
    environment: { ACTIONS_RUNNER_POD_NAME: '' },
    says: {
      code: 'SETTINGS_INVALID',
      object: 'ACTIONS_RUNNER_POD_NAME',
      cause: 'is not set',
      hint: 'set containerMode.type to kubernetes or kubernetes-novolume',
    },
  },
  {
    title: 'the pod template is not there',
    environment: { ACTIONS_RUNNER_CONTAINER_HOOK_TEMPLATE: '/no/template.yaml' },
    says: {
      code: 'TEMPLATE_INVALID',
      object: 'The pod template /no/template.yaml',
      cause: 'ENOENT',
      hint: 'Check ACTIONS_RUNNER_CONTAINER_HOOK_TEMPLATE, and the ConfigMap',
    },
  },
  template(
    'the pod template has a typing error',
    'spec:\n  nodeselector: { disk: ssd }\n',
    'template.yaml:2: spec.nodeselector',
    'unknown field',
    'did you mean nodeSelector?',
  ),
  template(
    'the pod template mounts a volume that the pod does not have',
    'spec:\n  containers:\n    - name: $job\n      volumeMounts: [{ name: cache, mountPath: /cache }]\n',
    'template.yaml:4: spec.containers[0].volumeMounts[0].name',
    'the pod has no volume cache',
    'add it to spec.volumes',
  ),
  template(
    'the pod template is invalid YAML',
    'spec: {\n',
    'template.yaml:',
    'invalid YAML',
    'no pod was created',
  ),
  {
    title: 'the image of the job is not allowed',
    environment: { ACTIONS_RUNNER_HOOK_IMAGES_ALLOW: 'ghcr.io/our-org/*' },
    says: {
      code: 'UNSUPPORTED',
      object: 'of the job container is not allowed',
      cause: 'it stands for docker.io/library/job:1',
      hint: 'Use an image that is allowed',
    },
  },
  {
    title: 'the workflow mounts a folder of the node',
    container: {
      userMountVolumes: [
        {
          userProvidedValue: '/etc:/host',
          sourceVolumePath: '/etc',
          targetVolumePath: '/host',
          readOnly: false,
        },
      ],
    },
    says: {
      code: 'UNSUPPORTED',
      object: '/etc',
      cause: 'cannot be mounted',
      hint: 'volume',
    },
  },
  {
    title: 'the image of an action is not allowed',
    command: 'run_container_step',
    environment: { ACTIONS_RUNNER_HOOK_IMAGES_ALLOW: 'ghcr.io/our-org/*' },
    says: {
      code: 'UNSUPPORTED',
      object: 'of the docker action is not allowed',
      cause: 'it stands for docker.io/library/job:1',
      hint: 'Use an image that is allowed',
    },
  },
];
