import type { IncomingMessage } from 'node:http';
import { HookError } from '@podhooks/hooklib';
import { BoundedBytes } from '../bounded-bytes.js';

/** An object has 1.5 MiB at most (etcd), and the hooks list a runner's own objects only. */
export const LARGEST_ANSWER_BYTES = 16 * 1024 * 1024;
/** Of a refusal no more than some words are shown. */
const LARGEST_REFUSAL_BYTES = 64 * 1024;

/** The text of an answer with status 2xx. @throws HookError API_REFUSED if it is larger than the hooks take */
export async function contentOf(name: string, response: IncomingMessage): Promise<string> {
  const announced = Number(response.headers['content-length'] ?? 0);
  if (announced > LARGEST_ANSWER_BYTES) throw tooLarge(name, `${announced} bytes`, response);
  const content = new BoundedBytes(LARGEST_ANSWER_BYTES);
  let seen = 0;
  for await (const chunk of response) {
    if (!Buffer.isBuffer(chunk)) continue;
    seen += chunk.length;
    content.take(chunk);
    if (content.overflowed) throw tooLarge(name, `at least ${seen} bytes`, response);
  }
  return content.content.toString('utf8');
}

/** The beginning of a refusal's text. The rest is not waited for. */
export async function refusalOf(response: IncomingMessage): Promise<string> {
  const content = new BoundedBytes(LARGEST_REFUSAL_BYTES);
  for await (const chunk of response) {
    if (Buffer.isBuffer(chunk)) content.take(chunk);
    if (content.overflowed) break;
  }
  return content.content.toString('utf8');
}

function tooLarge(name: string, size: string, response: IncomingMessage): HookError {
  response.destroy();
  return new HookError(
    'API_REFUSED',
    `The answer to "${name}" is too large: ${size}, and the hooks take ${LARGEST_ANSWER_BYTES}.`,
    { hint: 'Check what answers at the address of the API server, and how large the object is.' },
  );
}
