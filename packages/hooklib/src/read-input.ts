import { HookError } from './errors.js';

/** Far more than the runner sends: the environment of a process, which most of it becomes, ends at some 2 MB. */
const LIMIT_BYTES = 32 * 1024 * 1024;

/**
 * Reads a stream, or any other source of chunks, to its end, as UTF-8. Holds no more than `limitBytes` of it.
 * @throws HookError INPUT_INVALID if it is longer, is not UTF-8 or cannot be read.
 */
export async function readInput(
  stream: AsyncIterable<Buffer | string> | Iterable<Buffer | string>,
  limitBytes = LIMIT_BYTES,
): Promise<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let text = '';
  let length = 0;
  try {
    for await (const chunk of stream) {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
      length += bytes.length;
      if (length > limitBytes) throw unreadable(`is longer than ${limitBytes} bytes`);
      text += decoder.decode(bytes, { stream: true });
    }
    return text + decoder.decode();
  } catch (error) {
    if (error instanceof HookError) throw error;
    if (error instanceof TypeError) throw unreadable('is not UTF-8');
    throw unreadable(`could not be read: ${error instanceof Error ? error.message : String(error)}`, error);
  }
}

function unreadable(seen: string, cause?: unknown): HookError {
  return new HookError('INPUT_INVALID', `The input of the hook ${seen}`, {
    hint: 'The hook reads one JSON document, in UTF-8, from its standard input, as the runner writes it.',
    cause,
  });
}
