import type { RunnerFolders } from './paths.js';
import type { Variables } from './runner.js';

export const ACTOR = 'octocat';
/** github.token; the runner sends it as password for ghcr.io images without credentials. */
export const GITHUB_TOKEN = 'ghs_SAMPLEGITHUBTOKEN0000000000000000000';
const SHA = '8f2d3c4b5a69788796a5b4c3d2e1f00112233445';

/** GITHUB_* of a job, with the runner's own paths. */
export function githubVariables(repository: string, folders: RunnerFolders): Variables {
  return {
    GITHUB_JOB: 'build',
    GITHUB_REF: 'refs/heads/main',
    GITHUB_SHA: SHA,
    GITHUB_REPOSITORY: repository,
    GITHUB_REPOSITORY_OWNER: repository.slice(0, repository.indexOf('/')),
    GITHUB_REPOSITORY_OWNER_ID: '1234567',
    GITHUB_RUN_ID: '9876543210',
    GITHUB_RUN_NUMBER: '42',
    GITHUB_RETENTION_DAYS: '90',
    GITHUB_RUN_ATTEMPT: '1',
    GITHUB_REPOSITORY_ID: '456789012',
    GITHUB_ACTOR_ID: '583231',
    GITHUB_ACTOR: ACTOR,
    GITHUB_TRIGGERING_ACTOR: ACTOR,
    GITHUB_WORKFLOW: 'CI',
    GITHUB_HEAD_REF: '',
    GITHUB_BASE_REF: '',
    GITHUB_EVENT_NAME: 'push',
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_API_URL: 'https://api.github.com',
    GITHUB_GRAPHQL_URL: 'https://api.github.com/graphql',
    GITHUB_REF_NAME: 'main',
    GITHUB_REF_PROTECTED: 'false',
    GITHUB_REF_TYPE: 'branch',
    GITHUB_WORKFLOW_REF: `${repository}/.github/workflows/ci.yml@refs/heads/main`,
    GITHUB_WORKFLOW_SHA: SHA,
    GITHUB_WORKSPACE: folders.workspace,
  };
}

/** RUNNER_* of a job, with the runner's own paths. */
export function runnerVariables(name: string, folders: RunnerFolders, debug: boolean): Variables {
  return {
    ...(debug ? { RUNNER_DEBUG: '1' } : {}),
    RUNNER_OS: 'Linux',
    RUNNER_ARCH: process.arch === 'arm64' ? 'ARM64' : 'X64',
    RUNNER_NAME: name,
    RUNNER_ENVIRONMENT: 'self-hosted',
    RUNNER_TOOL_CACHE: folders.tools,
    RUNNER_TEMP: folders.temp,
    RUNNER_WORKSPACE: folders.pipeline,
  };
}

/** What actions, but not `run:` steps, get for GitHub's own services. */
export const ACTION_SERVICES: Variables = {
  ACTIONS_RUNTIME_URL: 'https://pipelines.example.test/',
  ACTIONS_RUNTIME_TOKEN: 'sample-runtime-token',
  ACTIONS_CACHE_URL: 'https://cache.example.test/',
  ACTIONS_RESULTS_URL: 'https://results.example.test/',
};

/** The runner reads either case and passes on both (RunnerWebProxy.cs). */
export function proxyVariables(environment: Variables): Variables {
  const result: Record<string, string> = {};
  for (const name of ['http_proxy', 'https_proxy', 'no_proxy']) {
    const value = environment[name] ?? environment[name.toUpperCase()];
    if (value === undefined || value === '') continue;
    result[name.toUpperCase()] = value;
    result[name] = value;
  }
  return result;
}
