import type { Difference } from './difference.js';

export interface Known {
  /** First cell of the row of docs/migration.md that explains it. */
  row: string;
  paths: readonly RegExp[];
  /** Names of cases; without it, in every case. */
  cases?: RegExp;
}

/** The first one that fits explains a difference: what is true of single cases comes first. */
export const KNOWN: readonly Known[] = [
  { row: 'job without `container:`', cases: /^service without a job container$/, paths: [/./] },
  { row: '`volumes:` of services', cases: /socket of docker/, paths: [/^answers: prepare/, /^pod 1$/] },
  { row: 'names of containers of services', cases: /two services of one image/, paths: [/./] },
  {
    row: '`spec: { containers: [{ name: side, image: busybox }] }`',
    cases: /another container/,
    paths: [/^answers: step\.ok$/, /^pod 2: spec\.containers\[proxy\]/],
  },
  {
    row: 'credentials of services',
    cases: /service with credentials/,
    paths: [/imagePullSecrets/, /^secret \d$/],
  },
  {
    row: 'volumes of the workspace',
    cases: /^folder of the workspace$/,
    paths: [/volumeMounts\[\/data\]/, /^answers: prepare\.(ok|isAlpine)$/],
  },
  {
    row: 'template: mounts of the job',
    cases: /^template: variables and mounts of the job$/,
    paths: [/containers\[redis\]\.volumeMounts\[\/cache\]/],
  },
  {
    row: 'options',
    cases: /^options$/,
    paths: [/^pod 1: spec\.containers\[job\]\.resources/, /^pod 1: spec\.hostname$/],
  },
  {
    row: 'variables of the workflow',
    cases: /variables$/,
    paths: [/^secret \d$/, /^pod 1: spec\.containers\[(job|redis)\]\.env\[[A-Z]+\]$/],
  },
  {
    row: 'variables of the workflow',
    paths: [/env\[[^\]]+\]\.from$/, /^pod 2: spec\.containers\[job\]\.env\[[A-Z_]+\]$/],
  },
  {
    row: 'variables of the workflow',
    cases: /^container step without a job container$/,
    paths: [/^pod 1: spec\.containers\[job\]\.env\[[A-Z_]+\]$/],
  },
  {
    row: 'docker actions',
    cases: /^container step|^template/,
    paths: [/^answers: step\.ok$/, /^pod [12]$/, /^secret \d$/],
  },
  {
    row: 'labels and annotations',
    paths: [
      /: metadata\.(labels|annotations)\.podhooks\.dev\//,
      /: metadata\.annotations\.kubectl\.kubernetes\.io\/default-container$/,
    ],
  },
  {
    row: 'docker actions',
    paths: [
      /: metadata\.(finalizers|generateName|ownerReferences\[<runner>-step-<id>\])/,
      /: metadata\.labels\.(batch\.kubernetes\.io\/.*|job-name|controller-uid|runner-pod)$/,
    ],
  },
  { row: 'a runner that dies', paths: [/: metadata\.ownerReferences\[<runner>\]/] },
  { row: 'names of pods and secrets', paths: [/: metadata\.name$/, /spec\.imagePullSecrets\[<runner>-/] },
  { row: 'secrets', paths: [/^secret \d: /] },
  { row: 'node', paths: [/spec\.(affinity|nodeName)/] },
  {
    row: 'service account',
    paths: [
      /spec\.(serviceAccount|serviceAccountName|automountServiceAccountToken)$/,
      /kube-api-access/,
      /volumeMounts\[\/var\/run\/secrets\/kubernetes\.io\/serviceaccount\]/,
    ],
  },
  { row: 'helper', paths: [/containers\[podhooks\]/, /volumes\[podhooks\]/, /volumeMounts\[\/__podhooks\]/] },
  { row: 'externals', paths: [/volumes\[externals\]/, /volumeMounts\[\/__e\]/] },
  { row: '`runner.temp` in scripts', paths: [/volumeMounts\[\/home\/runner\/_work\]/] },
  { row: 'end of a container’s log', paths: [/terminationMessagePolicy$/] },
  { row: 'command of the job container', paths: [/containers\[job\]\.(command|args)$/] },
  { row: 'working directory of the job container', paths: [/containers\[job\]\.workingDir$/] },
  { row: '`ports: 8080:80`', paths: [/hostPort$/] },
  { row: 'services by name in docker actions', paths: [/spec\.hostAliases/] },
  { row: 'answers to the runner', paths: [/^answers: prepare\.context\./] },
  { row: '`fs-init`', paths: [/initContainers\[fs-init\]/] },
  { row: 'fsGroup', paths: [/^pod \d: spec\.securityContext/] },
  {
    row: 'work folder in docker actions',
    paths: [
      /^pod [12]: spec\.containers\[job\]\.volumeMounts\[(\/__w|\/github\/(runner_temp|workspace|file_commands))\]/,
    ],
  },
  {
    row: '`/github` in novolume mode',
    paths: [/volumes\[github\]/, /containers\[job\]\.volumeMounts\[\/github(\/home|\/workflow)?\]/],
  },
  {
    row: '`CI` and `GITHUB_ACTIONS`',
    paths: [/containers\[(?!job\]|podhooks\])[^\]]+\]\.env\[(CI|GITHUB_ACTIONS)\]/],
  },
  {
    row: '`/__w` in services',
    paths: [/containers\[(?!job\]|podhooks\])[^\]]+\]\.volumeMounts\[\/(__w|github)\]/],
  },
];

/** The row of docs/migration.md that explains a difference. */
export function knownAs({ path }: Difference, name: string): string | undefined {
  return KNOWN.find(
    ({ paths, cases }) => (cases?.test(name) ?? true) && paths.some((pattern) => pattern.test(path)),
  )?.row;
}
