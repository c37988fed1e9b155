import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { HookError } from '@podhooks/hooklib';
import { failureText, stoppedText } from '../src/failure.js';

const PAGE = readFileSync(new URL('../../../docs/troubleshooting.md', import.meta.url), 'utf8');

describe('the text of a failure', () => {
  it('begins with its code, and ends with a line for machines that names kind, code and page', () => {
    const error = new HookError('POD_FAILED', 'The job pod cannot start: it broke.', { hint: 'Fix it.' });
    expect(failureText(error)).to.deep.equal({
      title: 'podhooks: POD_FAILED',
      text: [
        '[POD_FAILED] The job pod cannot start: it broke.',
        'Fix it.',
        'podhooks: kind=infrastructure code=POD_FAILED help=docs/troubleshooting.md#pod_failed',
      ].join('\n'),
    });
  });

  it('needs no hint', () => {
    const { text } = failureText(new HookError('NOT_FOUND', 'Gone.'));
    expect(text).to.equal(
      '[NOT_FOUND] Gone.\npodhooks: kind=infrastructure code=NOT_FOUND help=docs/troubleshooting.md#not_found',
    );
  });

  for (const [code, kind] of [
    ['STEP_INVALID', 'workflow'],
    ['INPUT_INVALID', 'workflow'],
    ['UNSUPPORTED', 'workflow'],
    ['STEP_LOST', 'infrastructure'],
    ['API_UNREACHABLE', 'infrastructure'],
    ['CANCELLED', 'cancelled'],
  ] as const)
    it(`says of ${code} that it is ${kind}`, () => {
      expect(failureText(new HookError(code, 'x')).text).to.contain(`\npodhooks: kind=${kind} code=${code} `);
    });

  it('has a code for a fault of the hooks, too, with what is known of it', () => {
    const { title, text } = failureText(new TypeError('no such thing'));
    expect(title).to.equal('podhooks: unexpected failure');
    expect(text).to.match(/^\[UNEXPECTED\] TypeError: no such thing\n/);
    expect(text).to.match(/\npodhooks: kind=infrastructure code=UNEXPECTED help=\S+#unexpected$/);
    expect(failureText('it stopped').text).to.match(/^\[UNEXPECTED\] it stopped\n/);
  });

  it('links to an anchor that the page has, for every row of its table of codes', () => {
    const codes = [...PAGE.matchAll(/^\| .*?`([A-Z_]+)` *\|/gm)].map(([, code = '']) => code);
    expect(codes).to.include.members(['POD_FAILED', 'UNEXPECTED']);
    for (const code of codes) expect(PAGE).to.contain(`<a id="${code.toLowerCase()}"></a>`);
  });

  for (const command of ['run_script_step', 'run_container_step'] as const)
    it(`says how long a ${command} ran that the runner stopped`, () => {
      expect(stoppedText(command, 61_400)).to.equal(
        'podhooks: stopped by the runner (cancelled or timed out) after 61 s',
      );
    });

  for (const command of ['prepare_job', 'cleanup_job'] as const)
    it(`leaves it to the error of ${command} to say that it was stopped`, () => {
      expect(stoppedText(command, 61_400)).to.equal(undefined);
    });
});
