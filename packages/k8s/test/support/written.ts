import { RunnerLog } from '../../src/log.js';

/** What is written to standard output while `use` runs. */
export function written(use: (log: RunnerLog) => void): string {
  const real = process.stdout.write.bind(process.stdout);
  const chunks: string[] = [];
  process.stdout.write = (chunk: Uint8Array | string) => {
    chunks.push(chunk.toString());
    return true;
  };
  try {
    use(new RunnerLog());
  } finally {
    process.stdout.write = real;
  }
  return chunks.join('');
}
