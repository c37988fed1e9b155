/**
 * Preloaded into the hook that is profiled (`node --require`): notes when what happens in a step, and prints it to descriptor 3
 * as the process ends. All times are milliseconds on the clock of process.hrtime.
 */
import fs from 'node:fs';
import { performance } from 'node:perf_hooks';
import tls from 'node:tls';
import type { Mark } from './task.js';

const marks: Partial<Record<Mark, number>> = {};
const now = () => Number(process.hrtime.bigint()) / 1e6;
/** Only the first time counts. */
const note = (mark: Mark, at = now()) => (marks[mark] ??= at);

/** From a wall clock, as the step's shell has it, to that of process.hrtime. */
const offset = now() - (performance.timeOrigin + performance.now());

const { readSync } = fs;
fs.readSync = new Proxy(readSync, {
  apply: (target, self, args) => {
    if (args[0] === 0) note('loaded');
    return Reflect.apply(target, self, args) as number;
  },
});

tls.connect = new Proxy(tls.connect, {
  apply: (target, self, args) => {
    note('connecting');
    const [options] = args as [{ onread?: { callback: (length: number, buffer: Uint8Array) => boolean } }];
    const { onread } = options;
    if (onread !== undefined) {
      const { callback } = onread;
      onread.callback = (length, buffer) => {
        look(Buffer.from(buffer.buffer, buffer.byteOffset, length).toString('latin1'));
        return callback(length, buffer);
      };
    }
    const socket = Reflect.apply(target, self, args) as tls.TLSSocket;
    socket.once('connect', () => note('connected'));
    socket.once('secureConnect', () => note('secured'));
    return socket;
  },
});

/** What the server sends: the answer to the upgrade, then messages, which nothing masks. */
function look(text: string): void {
  if (text.startsWith('HTTP/1.1 101')) note('upgraded');
  if (/\x1epodhooks \S+ begun/.test(text)) note('begun');
  const started = /started ([0-9.]+)/.exec(text);
  if (started !== null) note('started', Number(started[1]) * 1e3 + offset);
  if (started !== null) note('output');
  if (/\x1epodhooks \S+ done/.test(text)) note('done');
}

const { reallyExit } = process as unknown as { reallyExit: (code: number) => never };
Object.assign(process, {
  reallyExit: (code: number) => {
    note('leaving');
    fs.writeSync(3, JSON.stringify(marks));
    return reallyExit.call(process, code);
  },
});
note('running');
