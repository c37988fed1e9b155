/**
 * For `npm test`: only this process is measured. Node hands its wish for coverage on to each child, into whatever
 * environment the child is given; programs that tests start would get a variable that no runner sets, and be slowed down.
 */
delete process.env['NODE_V8_COVERAGE'];
