// Synchronous, as job-secrets.ts: this comes before everything else of a step.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { unlinkSync } from 'node:fs';
import type { RunnerPath } from '../model/paths.js';
import { codeBeside, findJobSecrets, readOwn, type SecretsOwner, writeOwn } from './job-secrets.js';

const MAC_BYTES = 32;

/**
 * What V8 has compiled of the hook, kept from the first step of a job for those after it. Code that is read is run: so it lies
 * beside the key of the job, where no step can write, and counts only with a signature by that key.
 */
export class JobCode {
  private constructor(
    private readonly file: RunnerPath,
    private readonly key: Buffer,
    /** Of the text that it was compiled from. */
    private readonly digest: string,
  ) {}

  /** Undefined where no job is prepared: without a key, nothing can be trusted. */
  static of(owner: SecretsOwner, digest: string): JobCode | undefined {
    const found = findJobSecrets(owner);
    return typeof found === 'string'
      ? undefined
      : new JobCode(codeBeside(found.file), found.secrets.key, digest);
  }

  /** Undefined if there is none, or none that a hook of this job, text and Node has kept. */
  read(): Buffer | undefined {
    const content = readOwn(this.file);
    if (content === undefined || content.length <= MAC_BYTES) return undefined;
    const code = content.subarray(MAC_BYTES);
    return timingSafeEqual(content.subarray(0, MAC_BYTES), this.mac(code)) ? code : undefined;
  }

  /** Steps at the same time may get in each other's way: what comes of that is no valid code, and the next step tries again. */
  keep(code: Buffer): void {
    try {
      unlinkSync(this.file);
    } catch {
      // There is none.
    }
    try {
      writeOwn(this.file, [this.mac(code), code]);
    } catch {
      // Another step was faster, or the disk is full: steps work without.
    }
  }

  private mac(code: Buffer): Buffer {
    return createHmac('sha256', this.key)
      .update(`code\0${this.digest}\0${process.version}\0`)
      .update(code)
      .digest();
  }
}
