import { execFile } from 'node:child_process';
import { lstat, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ExecOptions, ExecResult, FileStat } from './runner.js';
import { Runner } from './runner.js';

const OUTPUT_LIMIT_BYTES = 256 * 1024 * 1024;

/** The part of a runner that is plain file system and processes. */
export abstract class LocalRunner extends Runner {
  async writeFile(path: string, content: string | Buffer, mode?: number): Promise<void> {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content, mode === undefined ? {} : { mode });
  }

  readFile(path: string): Promise<Buffer> {
    return readFile(path);
  }

  remove(path: string): Promise<void> {
    return rm(path, { recursive: true, force: true });
  }

  async stat(path: string): Promise<FileStat | null> {
    try {
      const found = await lstat(path);
      const type = found.isFile()
        ? 'file'
        : found.isDirectory()
          ? 'directory'
          : found.isSymbolicLink()
            ? 'link'
            : 'other';
      const { size, uid, gid, mtimeMs } = found;
      return { type, mode: found.mode & 0o7777, size, uid, gid, mtimeMs };
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
      throw error;
    }
  }

  async list(path: string): Promise<string[]> {
    return (await readdir(path, { recursive: true })).sort();
  }

  /** Throws when the program cannot be started; any exit code is a result. */
  exec(argv: readonly [string, ...string[]], options: ExecOptions = {}): Promise<ExecResult> {
    const [file, ...args] = argv;
    return new Promise((resolve, reject) => {
      const child = execFile(
        file,
        args,
        {
          encoding: 'buffer',
          maxBuffer: OUTPUT_LIMIT_BYTES,
          cwd: options.cwd,
          env: { ...process.env, ...options.env },
        },
        (error, stdout, stderr) => {
          const ended = child.exitCode !== null || child.signalCode !== null;
          if (error instanceof Error && !ended) reject(error);
          else resolve({ exitCode: child.exitCode, stdout, stderr });
        },
      );
      child.stdin?.on('error', () => undefined);
      child.stdin?.end(options.input);
    });
  }

  /** Nothing stays behind but files. */
  close(): Promise<void> {
    return Promise.resolve();
  }
}
