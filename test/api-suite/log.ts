import { expect } from 'chai';
import { at } from './client.js';
import { IMAGE, type Session } from './session.js';

const STAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z /;

export function logExpectations(session: () => Session): void {
  describe('the log of a container', () => {
    let pod: string;
    before(async () => {
      pod = await session().pod('log', [
        'sh',
        '-c',
        'echo one; sleep 0.1; echo two >&2; sleep 1.1; echo three; printf tail',
      ]);
      await session().phase(pod, 'Succeeded');
    });

    it('holds output and errors in the order of their writing', async () => {
      const { status, headers, text } = await session().log(pod);
      expect([status, headers['content-type'], text]).to.deep.equal([
        200,
        'text/plain',
        'one\ntwo\nthree\ntail',
      ]);
    });

    for (const [query, expected] of [
      ['tailLines=2', 'three\ntail'],
      ['tailLines=0', ''],
      ['limitBytes=5', 'one\nt'],
      ['sinceTime=2099-01-01T00:00:00Z', ''],
      ['container=job&follow=true', 'one\ntwo\nthree\ntail'],
    ] as const)
      it(`is cut by ${query}`, async () => {
        expect((await session().log(pod, query)).text).to.equal(expected);
      });

    it('has the time of each line, later than the one before', async () => {
      const lines = (await session().log(pod, 'timestamps=true')).text.split('\n');
      expect(lines.map((line) => line.replace(STAMP, ''))).to.deep.equal(['one', 'two', 'three', 'tail']);
      const times = lines.map((line) => STAMP.exec(line)?.[0] ?? '');
      expect(new Set(times).size).to.equal(4);
      expect(times).to.deep.equal([...times].sort());
    });

    it('goes on from the whole second of a time', async () => {
      const lines = (await session().log(pod, 'timestamps=true')).text.split('\n');
      const since = (line: string | undefined) => encodeURIComponent((line ?? '').slice(0, 30));
      const { text } = await session().log(pod, `sinceTime=${since(lines[2])}`);
      expect(text).to.equal('three\ntail');
      const fromFirst = await session().log(pod, `sinceTime=${since(lines[0])}`);
      expect(fromFirst.text).to.equal('one\ntwo\nthree\ntail');
    });

    it('can be followed while the container writes', async () => {
      const name = await session().pod('follow', ['sh', '-c', 'for i in 1 2 3; do echo $i; sleep 0.2; done']);
      await session().phase(name, 'Running', 'Succeeded');
      expect((await session().log(name, 'follow=true')).text).to.equal('1\n2\n3\n');
    });

    it('is empty, and comes to its end, where the program could not be run', async () => {
      const name = await session().pod('unrun', ['/no/such']);
      await session().phase(name, 'Failed');
      expect((await session().log(name, 'follow=true&timestamps=true')).text).to.equal('');
    });

    it('holds any bytes, long lines and empty ones, each line with one time, but no \\r before a line feed', async () => {
      const script = String.raw`printf '\377\000x\ry\r\r\n\n'; head -c 40000 /dev/zero | tr '\000' z; echo; printf 'no end'`;
      const name = await session().pod('bytes', ['sh', '-c', script]);
      await session().phase(name, 'Succeeded');
      const { text } = await session().log(name, 'timestamps=true');
      const lines = text.split('\n').map((line) => [STAMP.test(line), line.replace(STAMP, '')]);
      expect(lines).to.deep.equal(
        ['\uFFFD\0x\ry\r', '', 'z'.repeat(40_000), 'no end'].map((line) => [true, line]),
      );
    });

    it('is refused for unknown containers and bad numbers', async () => {
      const unknown = await session().log(pod, 'container=x');
      expect([unknown.status, at(unknown.body, 'message')]).to.deep.equal([
        400,
        `container x is not valid for pod ${pod}`,
      ]);
      const negative = await session().log(pod, 'tailLines=-1');
      expect(negative.status).to.equal(422);
      expect(at(negative.body, 'message')).to.equal(
        `PodLogOptions "${pod}" is invalid: tailLines: Invalid value: -1: must be greater than or equal to 0`,
      );
      const time = await session().log(pod, 'sinceTime=x');
      expect([time.status, at(time.body, 'message')]).to.deep.equal([
        400,
        'parsing time "x" as "2006-01-02T15:04:05Z07:00": cannot parse "x" as "2006"',
      ]);
      const previous = await session().log(pod, 'previous=true');
      expect([previous.status, at(previous.body, 'message')]).to.deep.equal([
        400,
        `previous terminated container "job" in pod "${pod}" not found`,
      ]);
    });

    it('says why there is none while the container waits', async () => {
      const name = await session().pod('quiet', [], {
        containers: [{ name: 'job', image: 'no-such-image:3' }],
      });
      await session().until(name, (p) =>
        /ImagePull/.test(String(at(p, 'status.containerStatuses.0.state.waiting.reason'))),
      );
      const { status, body } = await session().log(name);
      expect([status, at(body, 'message')]).to.deep.equal([
        400,
        `container "job" in pod "${name}" is waiting to start: image can't be pulled`,
      ]);
      await session().remove('pods', name, { gracePeriodSeconds: 0 });
    });

    it('has to name one of several containers', async () => {
      const container = (name: string) => ({ name, image: IMAGE, command: ['echo', name] });
      const name = await session().pod('both', [], { containers: [container('a'), container('b')] });
      await session().phase(name, 'Succeeded');
      expect((await session().log(name)).status).to.equal(400);
      expect((await session().log(name, 'container=b')).text).to.equal('b\n');
    });
  });
}
