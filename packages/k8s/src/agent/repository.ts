import type { HookContainer } from '@podhooks/hooklib';
import { below, type RunnerPath, sourceOf, WORK_MOUNT } from '../model/paths.js';

/** The folder of the work folder that holds the workspace; undefined where a container has none that is the job's own. */
export function repositoryOf(container: HookContainer | null): string | undefined {
  if (container?.workingDirectory == null) return undefined;
  return jobsOwn(below(WORK_MOUNT, container.workingDirectory));
}

/** The same of a docker action, which finds the workspace elsewhere. */
export function repositoryOfAction(
  { systemMountVolumes }: HookContainer,
  work: RunnerPath,
): string | undefined {
  const workspace = sourceOf(systemMountVolumes, '/github/workspace');
  return workspace === undefined ? undefined : jobsOwn(below(work, workspace));
}

function jobsOwn(path = ''): string | undefined {
  const [name = ''] = path.split('/');
  return name === '' || RUNNERS_OWN.includes(name) ? undefined : name;
}

const RUNNERS_OWN = ['_actions', '_tool', '_temp', '_update', '_PipelineMapping'];
