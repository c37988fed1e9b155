import type { Output } from '../context.js';

/**
 * The log of an action that is a Dockerfile. Its build keeps the runner from taking commands until it ends; one that is
 * killed would keep it from the hook's own error, too.
 */
export class BuildLog implements Output {
  private readonly begin: Buffer;
  private readonly end: Buffer;
  /** The last bytes: what is looked for may come in two parts. */
  private tail: Buffer = Buffer.alloc(0);
  private state: 'not begun' | 'building' | 'built' = 'not begun';

  constructor(
    private readonly out: Output,
    private readonly token: string,
  ) {
    this.begin = Buffer.from(`::stop-commands::${token}\n`);
    this.end = Buffer.from(`\n::${token}::\n`);
  }

  write(bytes: Buffer): void | Promise<void> {
    if (this.state !== 'built') this.look(Buffer.concat([this.tail, bytes]));
    return this.out.write(bytes);
  }

  private look(text: Buffer): void {
    if (text.includes(this.begin)) this.state = 'building';
    if (text.includes(this.end)) this.state = 'built';
    this.tail = text.subarray(-this.begin.length);
  }

  /** Lets the runner take commands again, if the build has not done so. */
  async giveBack(): Promise<void> {
    if (this.state !== 'building') return;
    this.state = 'built';
    await this.out.write(Buffer.from(`\n::${this.token}::\n::endgroup::\n`));
  }

  line(text: string): void {
    this.out.line(text);
  }

  group(title: string, lines: readonly string[]): void {
    this.out.group(title, lines);
  }

  debug(text: string): void {
    this.out.debug(text);
  }

  warning(text: string): void {
    this.out.warning(text);
  }
}
