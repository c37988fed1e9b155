import { HookError, type RunContainerStepInput } from '@podhooks/hooklib';

/** Docker actions have no step pods yet. @throws HookError UNSUPPORTED */
export function runContainerStep({ args }: RunContainerStepInput): Promise<number> {
  const action = args.image ?? args.dockerfile ?? 'this action';
  return Promise.reject(
    new HookError('UNSUPPORTED', `Docker actions are not supported yet: ${action} cannot be run.`, {
      hint: 'Use a JavaScript or composite action, or run the commands of the image in a job container.',
    }),
  );
}
