import { type Fault, HOOK, TESTS } from '../fault.js';

/** Of requests to the API server. */
export const CLUSTER: readonly Fault[] = [
  {
    name: 'an endless answer in the place of the API server fills the memory of the runner',
    file: `${HOOK}/cluster/answer.ts`,
    from: 'if (content.overflowed) throw tooLarge',
    to: "if (name === '') throw tooLarge",
    test: {
      file: `${TESTS}/cluster/client.test.ts`,
      title: 'reads no more of an endless answer than the limit, and says how much it has read',
    },
  },
  {
    name: 'a job image that prints without end fills the memory of the runner',
    file: `${HOOK}/cluster/collect.ts`,
    from: 'new BoundedBytes(limitBytes)',
    to: 'new BoundedBytes(limitBytes * 1000)',
    test: {
      file: `${TESTS}/cluster/collect.test.ts`,
      title: 'drops what a command prints beyond the limits',
    },
  },
  {
    name: 'a request is not repeated when the API server restarts',
    file: `${HOOK}/cluster/failures.ts`,
    from: 'return hasCode(error, 408, 429, 500, 502, 503, 504)',
    to: 'return hasCode(error, 408, 429)',
    test: { file: `${TESTS}/cluster/api-error.test.ts`, title: 'hopes that 503 passes' },
  },
  {
    name: 'a Role that was enough until an upgrade of the cluster is refused without the reason',
    file: `${HOOK}/cluster/api-error.ts`,
    from: '(?:RBAC: .*)?$/s.test(message)',
    to: '(?:RBAC: .+)$/s.test(message)',
    test: {
      file: `${TESTS}/cluster/api-error.test.ts`,
      title: 'tells of the right that exec needs on newer clusters, and what to do',
    },
  },
  {
    name: 'a wait for the API server does not grow',
    file: `${HOOK}/cluster/retry.ts`,
    from: 'Math.min(delayMs * this.factor, this.longestMs)',
    to: 'delayMs',
    test: {
      file: `${TESTS}/cluster/backoff.test.ts`,
      title: 'doubles each wait up to the longest, and varies it by half',
    },
  },
  {
    name: 'a container runtime that restarts is taken for an image without sh',
    file: `${HOOK}/cluster/failures.ts`,
    from: 'exec:? \\S+: (?:.*: )?no such file or directory',
    to: 'no such file or directory',
    test: {
      file: `${TESTS}/cluster/backoff.test.ts`,
      title: 'is false when containerd restarts',
    },
  },
  {
    name: 'a command has succeeded whose status only speaks of success',
    file: `${HOOK}/cluster/exec.ts`,
    from: "if (status['status'] === 'Success')",
    to: "if (text.includes('Success'))",
    test: { file: `${TESTS}/cluster/exec.test.ts`, title: 'takes no part of a status for the whole' },
  },
  {
    name: 'an unknown server is trusted',
    file: `${HOOK}/cluster/api-agent.ts`,
    from: 'if (fingerprint(socket) === known) {',
    to: 'if (known !== undefined) {',
    test: {
      file: `${TESTS}/cluster/api-agent.test.ts`,
      title: 'sends nothing to a server that it neither knows nor can verify',
    },
  },
  {
    name: 'a typo in the template vanishes without a word',
    file: `${HOOK}/cluster/cluster.ts`,
    from: "query: { fieldValidation: 'Strict' }",
    to: 'query: {}',
    test: {
      file: `${TESTS}/cluster/cluster.test.ts`,
      title: 'makes pods with strict validation, unknown fields included, and gives warnings',
    },
  },
  {
    name: "output is lost while the runner's log is slow",
    file: `${HOOK}/cluster/websocket.ts`,
    from: '} else this.handled = this.handled.then(part);',
    to: '}',
    test: {
      file: `${TESTS}/cluster/websocket.test.ts`,
      title: 'takes what it is sent to the byte, whatever the size of messages and pieces',
    },
  },
  {
    name: "output is written over while the runner's log is slow",
    file: `${HOOK}/wire/direct-reading.ts`,
    from: 'else busy.then(release, release);',
    to: 'else release();',
    test: {
      file: `${TESTS}/cluster/websocket.test.ts`,
      title: 'takes what it is sent to the byte, whatever the size of messages and pieces',
    },
  },
  {
    name: 'a certificate that is not accepted is tried again',
    file: `${HOOK}/cluster/failures.ts`,
    from: 'return !isCertificateFault(error);',
    to: 'return true;',
    test: {
      file: `${TESTS}/cluster/client.test.ts`,
      title: 'does not ask again a server whose certificate is for another host',
    },
  },
  {
    name: 'a program to log in is found in folders of the workflow',
    file: `${HOOK}/cluster/kubeconfig.ts`,
    from: "[{ name: 'PATH', value: SYSTEM_PATH }, ...variables]",
    to: '[...variables]',
    test: {
      file: `${TESTS}/cluster/connect.test.ts`,
      title: 'starts a program to log in with a PATH that no workflow has a part in',
    },
  },
  {
    name: 'deadlines follow the wall clock',
    file: `${HOOK}/deadline.ts`,
    from: 'process.hrtime();',
    to: '[Date.now() / 1_000, 0];',
    test: {
      file: `${TESTS}/deadline.test.ts`,
      title: 'passes after its time, and not before, whatever the wall clock says',
    },
  },
  {
    name: 'a name in a URL names another resource',
    file: `${HOOK}/cluster/resource-path.ts`,
    from: 'return encodeURIComponent(name);',
    to: 'return name;',
    test: {
      file: `${TESTS}/cluster/cluster.test.ts`,
      title: 'sends a name as one segment of the path, whatever it holds',
    },
  },
  {
    name: 'an old chart is taken for a Role without rights',
    file: `${HOOK}/cluster/api-error.ts`,
    from: 'NO_PERMISSION.test(user)',
    to: "NO_PERMISSION.test('')",
    test: {
      file: `${TESTS}/cluster/api-error.test.ts`,
      title: 'tells of an account of a chart that has ignored the container mode, and what to do',
    },
  },
  {
    name: 'a LimitRange is told as an admission policy',
    file: `${HOOK}/admission.ts`,
    from: '(?:maximum|minimum)',
    to: '(?:none)',
    test: { file: `${TESTS}/admission.test.ts`, title: 'names a LimitRange' },
  },
  {
    name: 'a missing right is told with the wrong resource to grant',
    file: `${HOOK}/cluster/api-error.ts`,
    from: 'return `Add the verb "${verb}" on "${resource}"',
    to: 'return `Add the verb "${verb}" on "pods"',
    test: {
      file: 'test/situations.test.ts',
      title: 'names object, cause and fix where the Role lacks delete on secrets',
    },
  },
];
