import type { Context } from '../context.js';
import { isMissing } from '../files/io-error.js';
import { readPlace, replacePlace } from '../files/no-links.js';
import { HELPER_CONTAINER } from '../model/names.js';
import type { RunnerPath } from '../model/paths.js';
import { filesBackLimits } from '../settings/files-back.js';
import { fetchArchive } from './fetch-archive.js';
import { LeftOut } from './left-out.js';
import { Receiver } from './receive.js';

export interface FilesBack {
  pod: string;
  work: RunnerPath;
  repository: string;
  /** The agent's answer to the step; undefined if there was none. */
  answer: Buffer | undefined;
}

/** Of what was said, so that nothing is said for each step of a job. */
const MOST_REMEMBERED = 1_000;

/**
 * Puts what a step has changed into the runner's work folder. The step has ended, and its exit code stands: what cannot be
 * brought is a warning, never a failure.
 */
export async function bringBack(context: Context, back: FilesBack): Promise<void> {
  const leftOut = new LeftOut();
  let fault: string | undefined;
  try {
    await receive(context, back, leftOut);
  } catch (error) {
    fault = error instanceof Error ? error.message : String(error);
  }
  const news = unsaid(back.work, [...leftOut.lines, ...(fault === undefined ? [] : [fault])]);
  if (news.length > 0) context.out.warning(notCopied(news));
}

async function receive(context: Context, { pod, work, repository, answer }: FilesBack, leftOut: LeftOut) {
  if (answer === undefined)
    throw new Error(
      `all that the step has changed: the agent in container ${HELPER_CONTAINER} of pod ${pod} did not answer. Check that the helper runs the image of the runner, with bash, GNU find and GNU tar, and look for a step that replaces files of /__podhooks`,
    );
  const end = answer.indexOf('\n');
  const [kind, id = ''] = answer.subarray(0, end).toString('latin1').split(' ');
  const receiver = new Receiver({
    work,
    repository,
    leftOut,
    maxBytes: filesBackLimits(context.settings)?.maxBytes ?? 0,
  });
  try {
    if (kind === 'inline') {
      receiver.push(answer.subarray(end + 1));
      receiver.finish();
    } else if (kind === 'bulk' && /^[0-9a-f-]{36}$/.test(id)) await fetchArchive(context, pod, id, receiver);
    else throw new Error(`what the step has changed: the agent of pod ${pod} gave an answer that is none`);
  } finally {
    receiver.close();
  }
}

function notCopied(lines: readonly string[]): string {
  return `Not copied from the pod to the runner, where hashFiles() and local actions do not see it: ${lines.join('; ')}.`;
}

/** Those of the lines that no earlier step of the job has brought forth. */
function unsaid(work: RunnerPath, lines: readonly string[]): string[] {
  if (lines.length === 0) return [];
  const place = { root: work, path: `${work}/_temp/_podhooks/not-copied` };
  let said: string[] = [];
  try {
    said = readPlace(place)?.toString('utf8').split('\0') ?? [];
  } catch (error) {
    if (!isMissing(error)) return [...lines];
  }
  const news = lines.filter((line) => !said.includes(line));
  try {
    if (news.length > 0)
      replacePlace(place, Buffer.from([...said, ...news].slice(-MOST_REMEMBERED).join('\0')));
  } catch {
    // On a full disk the warning comes again.
  }
  return news;
}
