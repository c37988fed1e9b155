import type { HookContainer } from '@podhooks/hooklib';
import { below, WORK_MOUNT } from '../model/paths.js';

/** The folder of the work folder that holds the workspace; undefined where a container has none that is the job's own. */
export function repositoryOf(container: HookContainer | null): string | undefined {
  if (container?.workingDirectory == null) return undefined;
  const [name = ''] = (below(WORK_MOUNT, container.workingDirectory) ?? '').split('/');
  return name === '' || RUNNERS_OWN.includes(name) ? undefined : name;
}

const RUNNERS_OWN = ['_actions', '_tool', '_temp', '_update', '_PipelineMapping'];
