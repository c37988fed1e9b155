import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { ApiError, ConnectionError } from '../../src/cluster/api-error.js';
import { type LogReading, readPodLog } from '../../src/cluster/pod-log.js';
import { type Answer, ApiServer, json, reset, silence, text } from '../support/api-server.js';
import { rejection } from '../support/rejection.js';

const PATH = '/api/v1/namespaces/ci/pods/a/log';
const never = new AbortController().signal;

describe('readPodLog', () => {
  let api: ApiServer;
  beforeEach(async () => (api = await ApiServer.start()));
  afterEach(() => api.close());

  let got = '';
  const read = (parts: Partial<LogReading> = {}, signal = never) => {
    got = '';
    const reading: LogReading = {
      container: 'job',
      follow: true,
      since: undefined,
      silenceMs: 5_000,
      onBytes: (chunk) => void (got += chunk.toString()),
      ...parts,
    };
    return readPodLog(api.connection(), PATH, reading, signal);
  };
  /** Says something, and then nothing more. */
  const stalled: Answer = (response) => void response.writeHead(200).write('begun');

  it('passes on what comes, and asks for stamps, a time and the coming lines', async () => {
    api.answers = [text(200, 'a log\n')];
    await read({ since: '2026-01-01T00:00:01.000000007+01:00' });
    expect(got).to.equal('a log\n');
    const [request] = api.requests;
    expect(request).to.deep.include({ method: 'GET', path: PATH });
    expect(Object.fromEntries(request?.query ?? [])).to.deep.equal({
      container: 'job',
      timestamps: 'true',
      follow: 'true',
      sinceTime: '2026-01-01T00:00:01.000000007+01:00',
    });
    expect(request?.headers.authorization).to.equal('Bearer token-1');
  });

  it('can read what there is and no more', async () => {
    api.answers = [text(200, '')];
    await read({ follow: false });
    expect(Object.fromEntries(api.requests[0]?.query ?? [])).to.deep.equal({
      container: 'job',
      timestamps: 'true',
    });
  });

  it('tells a refusal from a connection that is lost', async () => {
    api.answers = [
      json(403, { message: 'no' }),
      reset,
      (response) => response.writeHead(200).write('x', () => response.destroy()),
    ];
    expect((await rejection(ApiError, read())).status).to.include({ code: 403, message: 'no' });
    await rejection(ConnectionError, read());
    await rejection(ConnectionError, read());
    expect(got).to.equal('x');
  });

  for (const [name, answer] of Object.entries({ stalled, silence }))
    it(`gives a connection up that says nothing more (${name})`, async () => {
      api.answers = [answer];
      const error = await rejection(ConnectionError, read({ silenceMs: 100 }));
      expect(error.message).to.contain('no byte for 0.1 s');
    });

  it('reads no further while the runner cannot take more, however long that is', async () => {
    const block = Buffer.alloc(1 << 20, 'x');
    let written = 0;
    api.answers = [
      (response) => {
        response.writeHead(200);
        const more = () => {
          while (written < 50) {
            written += 1;
            if (!response.write(block)) break;
          }
          if (written >= 50) response.end();
          else response.once('drain', more);
        };
        more();
      },
    ];
    let bytes = 0;
    let first = true;
    await read({
      silenceMs: 200,
      onBytes: async (chunk) => {
        bytes += chunk.length;
        if (!first) return;
        first = false;
        await sleep(500);
        expect(written).to.be.below(40);
      },
    });
    expect(bytes).to.equal(50 << 20);
  });

  it('ends when it is told to', async () => {
    api.answers = [stalled];
    const controller = new AbortController();
    const reading = read({ onBytes: () => controller.abort() }, controller.signal);
    expect((await rejection(Error, reading)).name).to.equal('AbortError');
  });
});
