// Loaded before a hook with `--import`: requests are sent nowhere, and nothing of them keeps the process alive. What waits for
// an answer waits for a promise that never settles, as when the code that settles it has been lost.
import { createHash } from 'node:crypto';
import { EventEmitter } from 'node:events';
import https from 'node:https';
import { syncBuiltinESMExports } from 'node:module';
import { Duplex } from 'node:stream';

const silentSocket = () => new Duplex({ read: () => undefined, write: () => undefined });

/** An exec is accepted, and then nothing comes. */
https.request = (_url, { headers = {} } = {}) => {
  const request = new EventEmitter();
  const key = headers['sec-websocket-key'];
  request.destroy = () => undefined;
  request.end = () => {
    if (key === undefined) return;
    const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
    const answer = { 'sec-websocket-accept': accept, 'sec-websocket-protocol': 'v5.channel.k8s.io' };
    setImmediate(() => request.emit('upgrade', { headers: answer }, silentSocket(), Buffer.alloc(0)));
  };
  return request;
};
syncBuiltinESMExports();
