import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Image } from '../engine/index.js';

const file = (name: string) => fileURLToPath(new URL(`images/${name}`, import.meta.url));

/**
 * The demo's images on the local engine, where an image is this machine's own file system with some files of its own.
 * Pods share the network of this machine: redis listens where nothing else does.
 */
export function standIns(redisPort: number): Record<string, Image> {
  return {
    'debian:12': { cmd: ['bash'], mounts: { '/etc/os-release': file('debian-os-release') } },
    'redis:7': {
      cmd: [process.execPath, '/redis.mjs', String(redisPort)],
      mounts: { '/redis.mjs': file('redis.mjs') },
    },
  };
}

/** A port that nothing listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (typeof address !== 'object' || address === null) throw new Error('no port is free on 127.0.0.1');
  return address.port;
}
