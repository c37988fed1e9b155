import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { LeftOut } from '../../src/back/left-out.js';
import { PROTECTED } from '../../src/agent/placing.js';
import { Receiver } from '../../src/back/receive.js';
import type { WriterOptions } from '../../src/back/writer.js';
import { type RawEntry, rawTar } from './raw-tar.js';

/** A runner's work folder, with something beside it that no archive may touch. */
export class ReceivingBed {
  readonly root = mkdtempSync(join(tmpdir(), 'podhooks-receive-'));
  readonly work = join(this.root, '_work');

  constructor() {
    this.write('_work/repo/repo/kept.txt', 'kept');
    this.write('_work/_temp/_runner_file_commands/env', 'the runner believes this');
    this.write('_work/_temp/_runner_hook_responses/r', 'and this');
    this.write('_work/_temp/_github_workflow/event.json', '{}');
    this.write('_work/_temp/_podhooks/sent', '');
    this.write('_work/_actions/o/r/v1/main.js', 'code');
    this.write('_work/_tool/node', 'tool');
    this.write('_work/_update/x', '');
    this.write('_work/_PipelineMapping/x', '');
    this.write('_work/other/other/file', "of another job's");
    this.write('outside/secret', 'secret');
  }

  path(name: string): string {
    return join(this.root, name);
  }

  write(name: string, content: string): void {
    mkdirSync(dirname(this.path(name)), { recursive: true });
    writeFileSync(this.path(name), content);
  }

  /** Takes an archive in pieces of some bytes; gives what was left out. */
  receive(archive: Buffer, pieceBytes = archive.length, options: Partial<WriterOptions> = {}): string[] {
    const leftOut = new LeftOut();
    const receiver = new Receiver({
      work: this.work,
      repository: 'repo',
      maxBytes: 1e6,
      leftOut,
      ...options,
    });
    try {
      for (let at = 0; at < archive.length; at += pieceBytes)
        receiver.push(archive.subarray(at, at + pieceBytes));
      receiver.finish();
    } finally {
      receiver.close();
    }
    return leftOut.lines;
  }

  receiveEntries(entries: readonly RawEntry[]): string[] {
    return this.receive(rawTar(entries));
  }

  /** Everything that is not the job's, with content and modes, in one text. */
  others(): string {
    const own = PROTECTED.map((name) => `./_work/_temp/${name}`).join(' ');
    const list = String.raw`find . ${own} \( -path ./_work/repo -o -path ./_work/_temp \) -prune -o -printf '%y %m %s %T@ %l %p\n' -type f -exec sha256sum {} \;`;
    return execFileSync('sh', ['-c', list], { cwd: this.root, encoding: 'utf8' });
  }

  close(): void {
    execFileSync('chmod', ['-R', 'u+rwx', this.root]);
    rmSync(this.root, { recursive: true, force: true });
  }
}
