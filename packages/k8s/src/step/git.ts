/**
 * Lets git work in a workspace that another user owns: on a volume it is the runner's, whoever the job container's user is. Git takes
 * this from the environment, from 2.35.3 on, and never from a repository.
 */
export function withSafeDirectory(
  environment: Readonly<Record<string, string>>,
  { gitSafeDirectory }: { gitSafeDirectory: boolean },
): Readonly<Record<string, string>> {
  if (!gitSafeDirectory || 'GIT_CONFIG_COUNT' in environment) return environment;
  return {
    ...environment,
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'safe.directory',
    GIT_CONFIG_VALUE_0: '*',
  };
}
