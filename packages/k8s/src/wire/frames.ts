import { randomFillSync } from 'node:crypto';

/** WebSocket frames as a client writes and reads them (RFC 6455 §5). */
export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;
export type Opcode = (typeof OPCODE)[keyof typeof OPCODE];

const FIN = 0x80;
const RESERVED = 0x70;
const MASKED = 0x80;
/** A control frame, which is never split, holds no more. */
const MOST_CONTROL_BYTES = 125;
const LONGEST_HEADER = 10;
const NONE: Buffer = Buffer.alloc(0);

/** A whole message, or a control frame, in one frame; `parts` together are its payload. */
export function maskedFrame(opcode: Opcode, ...parts: readonly Buffer[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const mask = randomFillSync(new Int32Array(1));
  const start = headerBytes(lengthCode(length)) + mask.byteLength;
  // By words, masking takes a fifth of the time that it takes by bytes: so the payload begins and ends with one.
  const slack = start % 4;
  const store = Buffer.allocUnsafeSlow(slack + start + Math.ceil(length / 4) * 4);
  const frame = store.subarray(slack, slack + start + length);
  frame.writeUInt8(FIN | opcode, 0);
  frame.writeUInt8(MASKED | lengthCode(length), 1);
  if (lengthCode(length) === 126) frame.writeUInt16BE(length, 2);
  if (lengthCode(length) === 127) frame.writeBigUInt64BE(BigInt(length), 2);
  frame.set(new Uint8Array(mask.buffer), start - mask.byteLength);
  let at = start;
  for (const part of parts) at += part.copy(frame, at);
  const words = new Int32Array(store.buffer, slack + start);
  const [key = 0] = mask;
  for (let index = 0; index < words.length; index++) words[index] = (words[index] ?? 0) ^ key;
  return frame;
}

/** What stands in the header's second byte: the length, or where it is to be found. */
function lengthCode(length: number): number {
  return length < 126 ? length : length < 0x10000 ? 126 : 127;
}

/** By its second byte; without the mask. */
function headerBytes(code: number): number {
  return { 126: 4, 127: LONGEST_HEADER }[code] ?? 2;
}

export interface FrameHandlers {
  /** The next bytes of a message as they come, since it may be of any size; `first` begins one, also one without bytes. */
  onPart(bytes: Buffer, first: boolean): void;
  /** A control frame with its payload, which is a copy. */
  onControl(opcode: Opcode, payload: Buffer): void;
}

/** What comes is no WebSocket as a server speaks it. */
export class ProtocolError extends Error {}

interface Frame {
  opcode: Opcode;
  /** Bytes of its payload that have not come yet. */
  left: number;
}

/**
 * Reads frames from bytes that come in pieces of any size. Of what it is given it keeps nothing but copies of headers and
 * control frames.
 */
export class FrameReader {
  private header = NONE;
  private frame: Frame | undefined;
  private control = NONE;
  /** A message has begun, and its last frame has not. */
  private unfinished = false;
  /** The next part is the first of its message. */
  private first = false;

  constructor(private readonly handlers: FrameHandlers) {}

  /** @throws ProtocolError: what comes later cannot be understood either */
  take(bytes: Buffer): void {
    for (let rest = bytes; rest.length > 0;) {
      if (this.frame === undefined) rest = this.takeHeader(rest);
      // Also where nothing is left: a frame may have no payload.
      if (this.frame !== undefined) rest = this.takePayload(this.frame, rest);
    }
  }

  private takeHeader(bytes: Buffer): Buffer {
    const seen = this.header.length;
    const header = Buffer.concat([this.header, bytes.subarray(0, LONGEST_HEADER - seen)]);
    const needed = header.length < 2 ? 2 : headerBytes(header.readUInt8(1));
    this.header = header.length < needed ? header : NONE;
    if (header.length >= needed) this.begin(header);
    return bytes.subarray(needed - seen);
  }

  private begin(header: Buffer): void {
    const opcode = opcodeOf(header.readUInt8(0) & 0x0f);
    const fin = (header.readUInt8(0) & FIN) !== 0;
    if ((header.readUInt8(0) & RESERVED) !== 0)
      throw new ProtocolError('a frame uses an extension that nobody asked for');
    if ((header.readUInt8(1) & MASKED) !== 0) throw new ProtocolError('a frame of the server is masked');
    const left = payloadBytes(header);
    if (isControl(opcode)) {
      if (!fin || left > MOST_CONTROL_BYTES) throw new ProtocolError('a control frame is split or too long');
      this.control = NONE;
    } else {
      if (this.unfinished !== (opcode === OPCODE.continuation))
        throw new ProtocolError(
          this.unfinished ? 'a message begins inside another one' : 'a message goes on that has not begun',
        );
      this.first ||= !this.unfinished;
      this.unfinished = !fin;
    }
    this.frame = { opcode, left };
  }

  private takePayload(frame: Frame, bytes: Buffer): Buffer {
    const part = bytes.length <= frame.left ? bytes : bytes.subarray(0, frame.left);
    if (part.length === 0 && frame.left > 0) return bytes;
    frame.left -= part.length;
    const ends = frame.left === 0;
    if (ends) this.frame = undefined;
    if (isControl(frame.opcode)) {
      this.control = Buffer.concat([this.control, part]);
      if (ends) this.handlers.onControl(frame.opcode, this.control);
    } else {
      const { first } = this;
      this.first = false;
      this.handlers.onPart(part, first);
    }
    return part.length === bytes.length ? NONE : bytes.subarray(part.length);
  }
}

function isControl(opcode: Opcode): boolean {
  return opcode >= OPCODE.close;
}

function opcodeOf(code: number): Opcode {
  const opcode = Object.values(OPCODE).find((known) => known === code);
  if (opcode === undefined) throw new ProtocolError(`a frame has the unknown opcode ${code}`);
  return opcode;
}

function payloadBytes(header: Buffer): number {
  const code = header.readUInt8(1);
  if (code < 126) return code;
  const length = code === 126 ? header.readUInt16BE(2) : Number(header.readBigUInt64BE(2));
  if (!Number.isSafeInteger(length)) throw new ProtocolError(`a frame of ${length} bytes`);
  return length;
}
