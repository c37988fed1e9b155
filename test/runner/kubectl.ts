import { execFile, spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';

const OUTPUT_LIMIT_BYTES = 256 * 1024 * 1024;

/** Runs kubectl (from PATH, with the KUBECONFIG of this process) and returns its stdout. Throws with its stderr. */
export function kubectl(args: readonly string[], input?: string | Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile('kubectl', args, { maxBuffer: OUTPUT_LIMIT_BYTES }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`kubectl ${args.join(' ')}: ${stderr.trim() || error.message}`));
    });
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}

/** Starts kubectl and leaves its stdin and stdout to the caller. */
export function startKubectl(args: readonly string[]): ChildProcessWithoutNullStreams {
  return spawn('kubectl', args);
}
