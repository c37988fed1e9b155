import { ARC_RULES, LocalEngine } from '../engine/index.js';
import type { Bed } from './bed.js';

export async function engineBed(): Promise<Bed> {
  const namespace = 'suite';
  const engine = await LocalEngine.start({
    accounts: [
      { name: 'runner', namespace, rules: ARC_RULES.kubernetes },
      { name: 'nobody', namespace, rules: [] },
    ],
  });
  return {
    endpoint: { url: engine.url, ca: engine.ca },
    namespace,
    tokens: { admin: engine.token(), runner: engine.token('runner'), nobody: engine.token('nobody') },
    close: () => engine.close(),
  };
}
