import { type Fault } from '../fault.js';

/** Of examples and the demo. */
export const SURROUNDINGS: readonly Fault[] = [
  {
    name: 'a replaced ConfigMap changes the hook of a running job',
    file: 'examples/arc-values-novolume.yaml',
    from: '            subPath: index.js\n',
    to: '',
    test: {
      file: 'test/examples.test.ts',
      title: 'mount nothing but the ConfigMap that the README creates, and that with subPath',
    },
  },
  {
    name: 'a label of the example for Azure does not reach the job pod',
    file: 'examples/identity/azure-workload-identity.yaml',
    from: 'azure.workload.identity/use:',
    to: 'aadpodidbinding:',
    test: { file: 'test/examples.test.ts', title: 'sets labels only that the job pod inherits' },
  },
  {
    name: 'the demo claims that nothing is lost without comparing',
    file: 'test/demo/job.ts',
    from: 'if (!arrived.equals(expected))',
    to: 'if (arrived.length < expected.length)',
    test: { file: 'test/demo.test.ts', title: 'is a fault if bytes are changed' },
  },
];
