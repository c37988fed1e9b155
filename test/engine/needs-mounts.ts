import { expect } from 'chai';
import { at, ApiClient } from '../api-suite/client.js';
import { detectSandbox, LocalEngine } from './engine.js';

const { limitation } = await detectSandbox();

/*
 * Tests of pods with volumes or a disk of their own. On a machine without mount namespaces they cannot be shown: their
 * titles say so, and in their place a test checks that such a pod waits with the reason.
 */

export function describeWithMounts(title: string, body: () => void): void {
  if (limitation === undefined) describe(title, body);
  else itWithMounts(title, () => Promise.resolve());
}

export function itWithMounts(title: string, body: () => Promise<void>): void {
  if (limitation === undefined) it(title, body);
  else it(`NOT SHOWN without mount namespaces: ${title}`, () => waits(limitation));
}

async function waits(reason: string): Promise<void> {
  const engine = await LocalEngine.start();
  const client = new ApiClient(engine, engine.token());
  const pods = '/api/v1/namespaces/default/pods';
  const volumeMounts = [{ name: 'x', mountPath: '/__w' }];
  const containers = [{ name: 'job', image: 'busybox:1.36', command: ['true'], volumeMounts }];
  await client.request('POST', pods, {
    metadata: { name: 'p' },
    spec: { volumes: [{ name: 'x', emptyDir: {} }], containers },
  });
  let waiting: unknown;
  while (at(waiting, 'reason') !== 'CreateContainerError')
    waiting = at((await client.request('GET', `${pods}/p`)).body, 'status.containerStatuses.0.state.waiting');
  expect(at(waiting, 'message')).to.equal(`nothing can be mounted at /__w on this machine: ${reason}`);
  client.close();
  await engine.close();
}
