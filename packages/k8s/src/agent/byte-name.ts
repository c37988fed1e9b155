/**
 * A file name as its bytes, one character each (Latin-1): what comes from a pod need not be UTF-8, and must not be changed
 * on its way. Not for showing to people.
 */
export type ByteName = string & { readonly [bytes]?: true };
declare const bytes: unique symbol;

const ASCII = /^[\x20-\x7e]*$/;

export function byteName(content: Buffer): ByteName {
  return content.toString('latin1');
}

/** For messages. */
export function shown(name: ByteName): string {
  return Buffer.from(name, 'latin1').toString('utf8');
}

/** The path of an entry in a folder that is held open; whatever happens to the folder's own path, this leads there. */
export function inFolder(descriptor: number, name: ByteName): string | Buffer {
  const path = `/proc/self/fd/${descriptor}/${name}`;
  return ASCII.test(name) ? path : Buffer.from(path, 'latin1');
}
