import { expect } from 'chai';
import fc from 'fast-check';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseInput, writeResponse } from '../src/index.js';
import type { HookResponse } from '../src/index.js';
import { readResponse } from '../../../test/runner/response.js';
import { RunnerError } from '../../../test/runner/runner.js';
import { hookRejectionOf } from './hook-error.js';
import { payload, responses } from './payloads.js';

const JOB = parseInput(payload('01'));
const SERVICES_ONLY = parseInput(payload('v01'));
const STEP = parseInput(payload('03'));

const FULL: HookResponse = {
  state: { jobPod: 'arc-k8s-7q2wm-runner-8zk4d-workflow' },
  context: {
    container: { id: 'job', network: 'arc-k8s-7q2wm-runner-8zk4d-workflow' },
    services: [
      { id: 'redis', network: 'arc-k8s-7q2wm-runner-8zk4d-workflow', ports: { '6379': '6379' } },
      { id: 'db', network: 'arc-k8s-7q2wm-runner-8zk4d-workflow', ports: { '5432': '5432', '8001': '8001' } },
    ],
  },
  isAlpine: false,
};

describe('writeResponse', () => {
  let folder: string;
  let file: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'response-'));
    file = join(folder, 'answer.json');
    await writeFile(file, '');
  });

  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  const written = async (response: HookResponse): Promise<string> => {
    await writeResponse(file, response);
    return readFile(file, 'utf8');
  };

  it('writes the response that the runner documents', async () => {
    expect(JSON.parse(await written(FULL))).to.deep.equal(
      JSON.parse(responses().get('ok-prepare_job-full') ?? ''),
    );
  });

  it('writes an object even when there is nothing to say', async () => {
    expect(JSON.parse(await written({}))).to.deep.equal({});
  });

  it('refuses a link in the place of the file, and leaves what it names alone', async () => {
    const other = join(folder, 'other');
    await writeFile(other, 'kept');
    await rm(file);
    await symlink(other, file);
    await hookRejectionOf('RESPONSE_NOT_WRITTEN', writeResponse(file, FULL));
    expect(await readFile(other, 'utf8')).to.equal('kept');
  });

  it('replaces what the file holds, and leaves one document after two calls', async () => {
    await writeFile(file, `rubbish ${'x'.repeat(1000)}`);
    expect(await writeResponse(file, FULL).then(() => 'written', String)).to.equal('written');
    expect(await written({ state: {} })).to.equal('{"state":{}}\n');
  });

  it('makes the folder again when it is gone', async () => {
    file = join(folder, 'a', 'b', 'answer.json');
    expect(JSON.parse(await written(FULL))).to.deep.equal(FULL);
  });

  it('names file, cause and what to check when a folder is a file', async () => {
    const inside = join(file, 'answer.json');
    const error = await hookRejectionOf('RESPONSE_NOT_WRITTEN', writeResponse(inside, FULL));
    expect(error.message)
      .to.contain(inside)
      .and.match(/EEXIST|ENOTDIR/);
    expect(error.hint).to.match(/full.*write/);
    expect(error.cause).to.be.instanceOf(Error);
  });

  it('names file and cause when the file is a folder', async () => {
    const asFolder = join(folder, 'folder');
    await mkdir(asFolder);
    const error = await hookRejectionOf('RESPONSE_NOT_WRITTEN', writeResponse(asFolder, FULL));
    expect(error.message).to.contain(asFolder).and.contain('EISDIR');
  });

  it('leaves the file alone and shows no values when the state cannot be JSON', async () => {
    const state: Record<string, unknown> = { token: 'hunter2' };
    state['self'] = state;
    const error = await hookRejectionOf('RESPONSE_NOT_WRITTEN', writeResponse(file, { state }));
    expect(error.message).to.contain(file).and.not.contain('hunter2');
    expect(await readFile(file, 'utf8')).to.equal('');
  });

  it('writes nothing that the runner refuses, whatever the type lets through', async () => {
    const text = fc.string();
    const state = fc.dictionary(
      text,
      fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null), fc.array(text)),
    );
    const place = { id: text, network: text };
    const services = fc.array(
      fc.record({ ...place, ports: fc.dictionary(text, text) }, { requiredKeys: ['ports'] }),
      { maxLength: 1 },
    );
    const container = fc.record(place, { requiredKeys: [] });
    const withContainer: fc.Arbitrary<HookResponse> = fc.record(
      {
        state,
        context: fc.record({ container, services }, { requiredKeys: [] }),
        isAlpine: fc.boolean(),
      },
      { requiredKeys: ['isAlpine'] },
    );
    const without: fc.Arbitrary<HookResponse> = fc.record(
      { state, context: fc.record({ services }, { requiredKeys: [] }) },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(withContainer, without, async (first, second) => {
        expect(readResponse(await written(first), JOB)).to.deep.equal(first);
        const answer = await written(second);
        expect(readResponse(answer, SERVICES_ONLY)).to.deep.equal(second);
        expect(readResponse(answer, STEP)).to.deep.equal(second);
      }),
    );
  });

  it('refuses a job container without isAlpine, as the runner would', async () => {
    const response: HookResponse = { context: { container: {} } };
    const error = await hookRejectionOf('RESPONSE_NOT_WRITTEN', writeResponse(file, response));
    expect(error.message).to.contain('isAlpine');
    expect(() => readResponse(JSON.stringify(response), JOB)).to.throw(RunnerError, 'isAlpine');
    expect(await readFile(file, 'utf8')).to.equal('');
  });
});

describe('HookResponse', () => {
  it('has no room for what the runner refuses', () => {
    const refused: [reason: string, response: HookResponse][] = [
      // @ts-expect-error a service needs ports
      ['ports is not an object', { context: { services: [{ id: 'x' }] }, isAlpine: false }],
      // @ts-expect-error services are an array
      ['services is not an array', { context: { services: { redis: { ports: {} } } }, isAlpine: false }],
      // @ts-expect-error services are never null
      ['services is not an array', { context: { services: null }, isAlpine: false }],
      // @ts-expect-error state is an object
      ['state is not an object', { state: 'x', isAlpine: false }],
      // @ts-expect-error state is no array
      ['state is not an object', { state: ['x'], isAlpine: false }],
    ];
    for (const [reason, response] of refused) {
      expect(() => readResponse(JSON.stringify(response), JOB)).to.throw(RunnerError, reason);
    }
  });
});

describe('the sample responses', () => {
  for (const [name, text] of responses()) {
    it(`${name} is judged as its name says`, () => {
      const input = name.includes('step') ? STEP : name.includes('services-only') ? SERVICES_ONLY : JOB;
      const read = () => readResponse(text, input);
      if (name.startsWith('ok-')) expect(read).to.not.throw();
      else expect(read).to.throw(RunnerError);
    });
  }
});
