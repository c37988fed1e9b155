import { Script } from 'node:vm';
import { JobCode } from './commands/job-code.js';
import { secretsOwner } from './commands/job-secrets.js';

/** The hook itself, as build.mjs has made it. */
export interface MainText {
  text: string;
  /** Says which text it is. */
  digest: string;
}

/** What the text is given; see build.mjs and index.ts. */
type Main = (
  require: NodeJS.Require,
  module: object,
  texts: Readonly<Record<string, string>>,
  keepCode: () => void,
) => void;

const HEAD = '(function (require, module, podhooksTexts, podhooksKeepCode) {\n';

/** Starts the hook: compiled as an earlier step of the job has left it, where there was one. */
export function boot(
  main: MainText,
  texts: Readonly<Record<string, string>>,
  require: NodeJS.Require,
  filename: string,
): void {
  // The two settings that name the owner; the reader of all of them is a part of what is to be compiled.
  const { ACTIONS_RUNNER_POD_NAME: podName, RUNNER_TEMP: temp } = process.env;
  const kept = JobCode.of(
    secretsOwner({ podName: podName || undefined, temp: temp || undefined }),
    main.digest,
  );
  const cachedData = kept?.read();
  const script = new Script(`${HEAD}${main.text}\n})`, {
    filename,
    // The head is no line of the text.
    lineOffset: -1,
    ...(cachedData !== undefined && { cachedData }),
  });
  // V8 refuses what another Node has compiled.
  const isUseful = cachedData !== undefined && script.cachedDataRejected !== true;
  const start = script.runInThisContext() as Main;
  start(require, { exports: {} }, texts, () => {
    if (!isUseful) kept?.keep(script.createCachedData());
  });
}
