// As much of redis as the demo asks for.
import { createServer } from 'node:net';

createServer((socket) => {
  socket.on('data', (command) => socket.write(/^PING/i.test(command.toString()) ? '+PONG\r\n' : '-ERR\r\n'));
  socket.on('error', () => undefined);
}).listen(Number(process.argv[2]), '127.0.0.1');
