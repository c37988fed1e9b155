import { expect } from 'chai';
import { FAILURES } from '../packages/k8s/src/pods/failures.js';
import { CHAPTERS } from './situations/all.js';
import { playAll, type Transcript } from './situations/play.js';

const SECRET = 'planted-7c1e';
const ALL = CHAPTERS.flatMap(({ situations }) => situations);

describe('the log of a job', () => {
  let transcripts: Transcript[];
  before(async function () {
    this.timeout(60_000);
    transcripts = await playAll(ALL, SECRET);
  });

  it('is looked at in fifty situations and more', () => {
    expect(transcripts.length).to.be.greaterThan(50);
    expect(new Set(transcripts.map(({ title }) => title)).size).to.equal(ALL.length);
  });

  for (const [index, { title, says }] of ALL.entries())
    it(`names object, cause and fix where ${title}`, () => {
      const { code, object, cause, hint } = says;
      const text = transcripts[index]?.text ?? '';
      expect(text).to.match(new RegExp(`^Error: \\[${code}\\] `, 'm'));
      expect(text).to.contain(object).and.contain(cause).and.contain(hint);
      expect(text).to.match(
        new RegExp(`\\npodhooks: kind=\\w+ code=${code} help=docs/troubleshooting.md#\\w+$`),
      );
    });

  it('shows no secret of payload, template, settings or environment, in debug mode neither', () => {
    const leaks = transcripts.filter(({ text, debug }) => `${text}\n${debug}`.includes(SECRET));
    expect(leaks.map(({ title }) => title)).to.deep.equal([]);
    expect(transcripts.some(({ debug }) => debug !== '')).to.equal(true);
  });

  it('has the hint of each row of the table of failures', () => {
    // What to do about an image depends on the pull secrets of the pod.
    const rows = FAILURES.filter(({ reasons }) => !reasons.includes('ImagePullBackOff'));
    const unseen = rows.filter(({ hint }) => !transcripts.some(({ text }) => text.includes(hint)));
    expect(unseen.map(({ at, reasons }) => `${at} ${reasons.join(' ')}`)).to.deep.equal([]);
  });
});
