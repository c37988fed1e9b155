import { expect } from 'chai';
import { hookErrorOf } from '../../../hooklib/test/hook-error.js';
import { contentsOf } from '../../src/work/action-file-commands.js';

describe('what the helper says of the file commands of a docker action', () => {
  it('is content by the number of the file; what is gone has none', () => {
    const contents = contentsOf('=YQD/\n!\n=\n', ['/a', '/b', '/c']);
    expect([...contents]).to.deep.equal([
      [0, Buffer.from([0x61, 0, 0xff])],
      [2, Buffer.alloc(0)],
    ]);
  });

  it('is a failure where a file is no file any more', () => {
    const { message } = hookErrorOf('FILES_LOST', () => contentsOf('=\n@\n', ['/a', '/b']));
    expect(message).to.contain('/b is not a regular file');
  });
});
