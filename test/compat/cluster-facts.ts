import { asMap, parseJson } from '../../packages/k8s/src/json.js';
import { run } from '../cluster/run.js';
import type { Run } from './runs.js';

/** Which versions the cluster itself says it has. */
export async function clusterFacts(env: NodeJS.ProcessEnv): Promise<Omit<Run, 'outcomes'>> {
  const answer = await run('kubectl', ['get', '--raw', '/version'], env);
  const { gitVersion: kubernetes } = asMap(parseJson(answer));
  if (typeof kubernetes !== 'string')
    throw new Error(`the API server does not tell its version; GET /version answers ${answer}`);
  const path = 'jsonpath={.items[0].status.nodeInfo.containerRuntimeVersion}';
  const runtime = await run('kubectl', ['get', 'nodes', '--output', path], env);
  return { kubernetes, runtime };
}
