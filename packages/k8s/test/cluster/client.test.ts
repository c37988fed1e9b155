import { setTimeout as sleep } from 'node:timers/promises';
import { HookError } from '@podhooks/hooklib';
import { expect } from 'chai';
import { ApiAgent } from '../../src/cluster/api-agent.js';
import { ApiError, ConnectionError, explain } from '../../src/cluster/api-error.js';
import { LARGEST_ANSWER_BYTES } from '../../src/cluster/answer.js';
import { ApiClient, type ApiRequest } from '../../src/cluster/client.js';
import { type Answer, ApiServer, endless, json, reset, silence, text } from '../support/api-server.js';
import { hookRejection, rejection } from '../support/rejection.js';
import { settled } from '../support/settled.js';
import { until } from '../support/until.js';

const GET: ApiRequest = { method: 'GET', path: '/api/v1/namespaces/ci/pods/a' };
const never = new AbortController().signal;

describe('ApiClient', () => {
  let api: ApiServer;
  beforeEach(async () => (api = await ApiServer.start()));
  afterEach(() => api.close());

  const delays: number[] = [];
  const client = (budgetMs = 10_000) => {
    delays.length = 0;
    return new ApiClient(api.connection(), { budgetMs, onRetry: (_error, delayMs) => delays.push(delayMs) });
  };

  it('sends JSON as it is and reads JSON', async () => {
    api.answers = [json(201, { kind: 'Pod', newField: 1 })];
    const body = { spec: { unknownField: [1, null, { é: 'ü' }] } };
    const answer = await client().send(
      { method: 'POST', path: '/api/v1/namespaces/ci/pods', query: { a: 'b c', 'd&e': 'f=g' }, body },
      never,
    );
    expect(answer).to.deep.equal({ body: { kind: 'Pod', newField: 1 }, warnings: [] });
    const [request] = api.requests;
    expect(request).to.deep.include({ method: 'POST', path: '/api/v1/namespaces/ci/pods', body });
    expect([...(request?.query ?? [])]).to.deep.equal([
      ['a', 'b c'],
      ['d&e', 'f=g'],
    ]);
    expect(request?.headers).to.include({ 'content-type': 'application/json', accept: 'application/json' });
  });

  it('keeps one connection for many requests', async () => {
    api.answers = [json(200, {})];
    const one = client();
    for (let i = 0; i < 10; i++) await one.send(GET, never);
    expect(api.connections).to.equal(1);
    expect(api.requests).to.have.length(10);
  });

  it('asks for the token at each request', async () => {
    api.answers = [json(200, {})];
    const one = client();
    await one.send(GET, never);
    api.token = 'token-2';
    await one.send(GET, never);
    expect(api.requests.map(({ headers }) => headers.authorization)).to.deep.equal([
      'Bearer token-1',
      'Bearer token-2',
    ]);
  });

  const WARNINGS: readonly [title: string, header: string | string[], warnings: string[]][] = [
    ['one warning', '299 - "it is deprecated"', ['it is deprecated']],
    ['quoted letters', '299 - "unknown field \\"spec.x\\""', ['unknown field "spec.x"']],
    ['two headers', ['299 - "one, two"', '299 - "three"'], ['one, two', 'three']],
    ['a date behind it', '299 - "one" "Sat, 25 Aug 2012 23:34:45 GMT"', ['one']],
    ['something else', 'oh no', []],
  ];
  for (const [title, warning, warnings] of WARNINGS)
    it(`reads a Warning header with ${title}`, async () => {
      api.answers = [json(200, {}, { warning })];
      expect((await client().send(GET, never)).warnings).to.deep.equal(warnings);
    });

  const REFUSALS: readonly [title: string, answer: Answer, status: object][] = [
    [
      'a Status',
      json(409, { kind: 'Status', reason: 'AlreadyExists', message: 'pods "a" already exists', code: 409 }),
      { code: 409, reason: 'AlreadyExists', message: 'pods "a" already exists' },
    ],
    ['text', text(404, ' 404 page not found\n'), { code: 404, reason: '', message: '404 page not found' }],
    ['nothing', text(403, ''), { code: 403, reason: '', message: 'HTTP 403' }],
    ['JSON of another kind', text(400, '"oh"'), { code: 400, reason: '', message: '"oh"' }],
    [
      'a Status without words',
      json(422, { kind: 'Status' }),
      { code: 422, reason: '', message: '{"kind":"Status"}' },
    ],
    ['a long page', text(413, 'x'.repeat(9000)), { code: 413, reason: '', message: 'x'.repeat(500) }],
    [
      'a redirection',
      text(302, 'see there', { location: '/' }),
      { code: 302, reason: '', message: 'see there' },
    ],
  ];
  for (const [title, answer, status] of REFUSALS)
    it(`tells of a refusal with ${title}, and does not ask again`, async () => {
      api.answers = [answer];
      const error = await rejection(ApiError, client().send(GET, never));
      expect(error.status).to.deep.equal({ ...status, retryAfterSeconds: undefined });
      expect(error.message).to.match(/^GET \/api\/v1\/namespaces\/ci\/pods\/a: ./);
      expect(api.requests).to.have.length(1);
    });

  const PASSING: readonly [title: string, answers: Answer[]][] = [
    ...[408, 429, 500, 502, 503, 504].map((code): [string, Answer[]] => [`${code}`, [text(code, 'not now')]]),
    ['a connection that breaks', [reset]],
    ['an answer that is not JSON', [text(200, '<html>')]],
    [
      'an answer that breaks off',
      [
        (response) =>
          void response.writeHead(200, { 'content-length': 99 }).write('{', () => response.socket?.destroy()),
      ],
    ],
    ['several faults in a row', [text(503, ''), reset]],
  ];
  for (const [title, faults] of PASSING)
    it(`asks again after ${title}`, async () => {
      api.answers = [...faults, json(200, { ok: true })];
      expect((await client().send(GET, never)).body).to.deep.equal({ ok: true });
      expect(api.requests).to.have.length(faults.length + 1);
      expect(delays).to.have.length(faults.length);
    });

  for (const [seconds, leastMs] of [
    ['0.5', 500],
    ['0', 0],
  ] as const)
    it(`waits ${seconds} s if the server asks for it, and a little longer, unlike all the others`, async () => {
      api.answers = [text(429, 'slow down', { 'retry-after': seconds }), json(200, {})];
      await client().send(GET, never);
      expect(delays).to.have.length(1);
      expect(delays[0]).to.be.within(leastMs + 50, leastMs + 150);
    });

  const WORDS = [
    'etcdserver: leader changed',
    'Internal error occurred: failed calling webhook "a.b.c": failed to call webhook: Post "https://a.b.c": context deadline exceeded',
    'rpc error: code = Unavailable desc = connection error',
  ];
  for (const words of WORDS)
    it(`asks again when the server says: ${words.slice(0, 50)}`, async () => {
      api.answers = [json(500, { kind: 'Status', reason: 'InternalError', message: words }), json(200, {})];
      await client().send(GET, never);
      expect(api.requests).to.have.length(2);
    });

  it('waits longer after each fault, within its budget', async () => {
    api.answers = [text(503, 'starting')];
    const error = await rejection(ApiError, client(1500).send(GET, never));
    expect(error.status).to.include({ code: 503, message: 'starting' });
    expect(api.requests).to.have.length(delays.length + 1);
    expect(delays.length).to.be.within(2, 5);
    for (const [index, delay] of delays.entries()) expect(delay / (100 * 2 ** index)).to.be.within(0.5, 1.5);
  });

  it('gives up at once when the server asks for more time than there is', async () => {
    api.answers = [text(429, 'slow down', { 'retry-after': '3600' })];
    const error = await rejection(ApiError, client().send(GET, never));
    expect(error.status.retryAfterSeconds).to.equal(3600);
    expect(api.requests).to.have.length(1);
  });

  it('says why there is no connection', async () => {
    const gone = client(0);
    await api.close();
    const error = await rejection(ConnectionError, gone.send(GET, never));
    expect(error.message).to.match(/^GET .*ECONNREFUSED/);
    api = await ApiServer.start();
  });

  it('trusts no server but its own', async () => {
    const stranger = new ApiClient({ ...api.connection(), agent: new ApiAgent({}) }, { budgetMs: 0 });
    const error = await rejection(ConnectionError, stranger.send(GET, never));
    expect(error.message).to.contain('self-signed certificate');
    expect(api.requests).to.have.length(0);
  });

  it('does not ask again a server whose certificate it does not accept, and says whom it trusts', async () => {
    const agent = new ApiAgent({}, undefined, '/var/ca.crt');
    const policy = { budgetMs: 1_000, onRetry: (_error: Error, delayMs: number) => delays.push(delayMs) };
    const stranger = new ApiClient({ ...api.connection(), agent }, policy);
    delays.length = 0;
    const error = await rejection(ConnectionError, stranger.send(GET, never));
    expect(delays).to.deep.equal([]);
    const explained = explain(error, api.url);
    if (!(explained instanceof HookError)) throw new Error('it is not explained');
    expect(explained.code).to.equal('API_UNREACHABLE');
    expect(explained.message).to.contain(
      `the certificate of ${new URL(api.url).host} is not accepted: self-signed`,
    );
    expect(explained.hint).to.contain('/var/ca.crt');
  });

  it('does not ask again a server whose certificate is for another host', async () => {
    const agent = new ApiAgent({ ca: api.ca, servername: 'another.host' });
    const policy = { budgetMs: 1_000, onRetry: (_error: Error, delayMs: number) => delays.push(delayMs) };
    delays.length = 0;
    const stranger = new ApiClient({ ...api.connection(), agent }, policy);
    const { message } = await rejection(ConnectionError, stranger.send(GET, never));
    expect(message).to.contain('is not accepted').and.contain('another.host');
    expect(delays).to.deep.equal([]);
  });

  it('names the object and the size of an answer that is too large, and does not ask again', async () => {
    const announced = LARGEST_ANSWER_BYTES + 1;
    api.answers = [
      (response) => void response.writeHead(200, { 'content-length': announced }).write('{"items":['),
    ];
    const told = await hookRejection('API_REFUSED', settled(client().send(GET, never)));
    expect(told.message).to.contain(`"GET ${GET.path}"`).and.contain(`${announced} bytes`);
    expect(api.requests).to.have.length(1);
  });

  it('reads no more of an endless answer than the limit, and says how much it has read', async () => {
    api.answers = [endless(200)];
    const error = await hookRejection('API_REFUSED', settled(client().send(GET, never)));
    const [, seen = '0'] = /at least (\d+) bytes/.exec(error.message) ?? [];
    expect(Number(seen)).to.be.within(LARGEST_ANSWER_BYTES + 1, LARGEST_ANSWER_BYTES + 2 ** 20);
    expect(api.requests).to.have.length(1);
  });

  it('takes an answer as large as the limit', async () => {
    const body = 'x'.repeat(LARGEST_ANSWER_BYTES - 2);
    api.answers = [json(200, body)];
    expect((await client().send(GET, never)).body).to.equal(body);
  });

  it('tells of a refusal whose text does not end', async () => {
    api.answers = [endless(400)];
    const error = await settled(rejection(ApiError, client().send(GET, never)));
    expect(error.status.message).to.equal('x'.repeat(500));
  });

  it('keeps the failure that it was about to try again after, when it is cancelled', async () => {
    api.answers = [text(503, 'starting', { 'retry-after': '5' })];
    const controller = new AbortController();
    const answer = rejection(Error, client().send(GET, controller.signal));
    await until(() => delays.length === 1);
    controller.abort();
    expect((await answer).cause).to.be.instanceOf(ApiError);
  });

  it('ends a request that is cancelled', async () => {
    api.answers = [silence];
    const controller = new AbortController();
    const answer = rejection(Error, client().send(GET, controller.signal));
    await until(() => api.requests.length === 1);
    controller.abort();
    expect((await answer).name).to.equal('AbortError');
    await sleep(50);
    expect(api.requests).to.have.length(1);
  });

  it('ends the wait for another try when it is cancelled', async () => {
    api.answers = [text(503, '', { 'retry-after': '5' })];
    const controller = new AbortController();
    const answer = rejection(Error, client().send(GET, controller.signal));
    await until(() => delays.length === 1);
    controller.abort();
    expect((await answer).name).to.equal('AbortError');
  });

  it('gives up an answer that does not come within 20 s', async () => {
    const original = AbortSignal.timeout.bind(AbortSignal);
    const asked: number[] = [];
    let passed = new AbortController();
    AbortSignal.timeout = (delayMs) => {
      asked.push(delayMs);
      passed = new AbortController();
      return passed.signal;
    };
    // The time has passed when the request is there: a slow machine changes nothing.
    const late: Answer = () => passed.abort();
    try {
      api.answers = [late, json(200, { late: false })];
      expect((await client().send(GET, never)).body).to.deep.equal({ late: false });
      expect(asked).to.deep.equal([20_000, 20_000]);

      api.answers = [late];
      const error = await rejection(ConnectionError, client(0).send(GET, never));
      expect(error.message).to.contain('no answer within 20 s');
    } finally {
      AbortSignal.timeout = original;
    }
  });
});
