/**
 * For `npm test`: only the processes that run the tests are measured. Node hands its wish for coverage on to each child,
 * into whatever environment the child is given; programs that tests start would get a variable that no runner sets, and be
 * slowed down. Mocha itself has to hand it on: to those that run the tests.
 */
if (process.env['MOCHA_WORKER_ID'] !== undefined) {
  delete process.env['NODE_V8_COVERAGE'];
  // A second after it has told a process to end, mocha sends SIGTERM: on a busy machine, what was measured is not written by then.
  process.once('exit', () => process.on('SIGTERM', () => undefined));
}
