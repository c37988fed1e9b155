import { expect } from 'chai';
import { readAuditLog } from './bench/audit.js';
import { readChildTicks } from './bench/child-cpu.js';
import { differenceFigure, isMet, ratioFigure, valueFigure } from './bench/figure.js';
import { jobContainerAlone, plain } from './bench/figures/prepare.js';
import { readOptions } from './bench/options.js';
import { interleave } from './bench/pairs.js';
import { markdownTable } from './bench/report.js';
import { median, medianDifference, medianRatio, summarize } from './bench/statistics.js';

describe('the figures of the benchmarks', () => {
  for (const [values, expected] of [
    [[3], 3],
    [[30, 1, 2], 2],
    [[10, 9, 100, 1], 9.5],
  ] as const)
    it(`takes ${expected} as the median of ${values.join(', ')}`, () => {
      expect(median(values)).to.equal(expected);
    });

  it('refuses to summarize nothing', () => {
    expect(() => summarize([])).to.throw(RangeError);
  });

  it('compares within pairs, so that a slow minute does not count', () => {
    const pairs = [
      { measured: 20, reference: 10 },
      { measured: 200, reference: 100 },
      { measured: 90, reference: 30 },
    ];
    expect(medianRatio(pairs)).to.equal(2);
    expect(medianDifference(pairs)).to.equal(60);
  });

  it('takes turns after one run of each that does not count', async () => {
    const order: string[] = [];
    const named = (name: string, value: number) => () => {
      order.push(name);
      return Promise.resolve(value);
    };
    const pairs = await interleave(3, named('m', 1), named('r', 2));
    expect(order.join('')).to.equal('mr' + 'mr' + 'rm' + 'mr');
    expect(pairs).to.deep.equal(Array.from({ length: 3 }, () => ({ measured: 1, reference: 2 })));
  });

  it('misses a target by the median of a comparison, and by the largest of plain values', () => {
    const pairs = [
      { measured: 3, reference: 2 },
      { measured: 30, reference: 2 },
      { measured: 3, reference: 2 },
    ];
    const name = 'x';
    expect(isMet(ratioFigure({ name, unit: 'ms', limit: 1.5 }, 'y', pairs))).to.be.true;
    expect(isMet(ratioFigure({ name, unit: 'ms', limit: 1.4 }, 'y', pairs))).to.be.false;
    expect(isMet(differenceFigure({ name, unit: 'ms', limit: 1 }, 'y', pairs))).to.be.true;
    expect(isMet(valueFigure({ name, unit: 'MB', limit: 60 }, [50, 61, 50]))).to.be.false;
    expect(isMet(valueFigure({ name, unit: 'MB' }, [1000]))).to.be.true;
  });

  it('prints a table that Markdown reads, whatever has a reference or a target', () => {
    const pairs = [{ measured: 150, reference: 100 }];
    expect(
      markdownTable([
        ratioFigure({ name: 'a', unit: 'ms', limit: 1.5 }, 'plain', pairs),
        differenceFigure({ name: 'b', unit: 'ms', limit: 40 }, 'plain', pairs),
        valueFigure({ name: 'c', unit: 'requests' }, [1, 2, 3]),
      ])
        .split('\n')
        .map((line) => line.replaceAll(/ +/g, ' ')),
    ).to.deep.equal([
      '| figure | measured | reference | compared | target | |',
      '| ------ | ---------------------- | ----------------- | ---------- | -------- | ------ |',
      '| a | **150** ms | plain: **100** ms | 1.50 x | ≤ 1.50 x | met |',
      '| b | **150** ms | plain: **100** ms | +50 ms | ≤ +40 ms | MISSED |',
      '| c | 1 / **2** / 3 requests | | 3 requests | | |',
    ]);
  });

  it('runs all benchmarks, or those that are named in the order in which they are known', () => {
    const known = ['start', 'step', 'output'];
    expect(readOptions([], known)).to.deep.equal({ only: known, json: undefined, against: undefined });
    expect(readOptions(['--against', 'h'], known)).to.deep.equal({ only: [], json: undefined, against: 'h' });
    expect(readOptions(['--only', 'output', '--only', 'start', '--json', 'f'], known)).to.deep.equal({
      only: ['start', 'output'],
      json: 'f',
      against: undefined,
    });
    expect(() => readOptions(['--only', 'stop'], known)).to.throw(
      'there is no benchmark stop; there are start, step, output',
    );
  });
});

describe('the pods that prepare_job is compared with', () => {
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'x-workflow', namespace: 'ns', uid: '1', labels: { 'runner-pod': 'x' } },
    spec: {
      nodeName: 'node-1',
      containers: [{ name: 'podhooks' }, { name: 'job', image: 'debian:12' }],
      volumes: [{ name: 'work', emptyDir: {} }],
    },
    status: { phase: 'Running' },
  };

  it('are the same, but for what the server has added', () => {
    expect(plain(pod, 'plain')).to.deep.equal({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'plain', namespace: 'ns' },
      spec: { containers: pod.spec.containers, volumes: pod.spec.volumes },
    });
    expect(pod.spec.nodeName).to.equal('node-1');
  });

  it('or have the job container alone', () => {
    expect(jobContainerAlone(plain(pod, 'alone')).spec).to.deep.equal({
      containers: [{ name: 'job', image: 'debian:12' }],
      volumes: pod.spec.volumes,
    });
  });
});

describe('the CPU time of children', () => {
  it('is read from the line that the kernel gives, whatever the name of the program', () => {
    const fields = Array.from({ length: 50 }, (_, index) => String(index + 3));
    expect(readChildTicks(`1 (a) S (b) ${fields.join(' ')}\n`)).to.equal(16 + 17);
  });
});

describe('the audit log of the test cluster', () => {
  const event = (id: string, stage: string, at: string, namespace: string, code = 200) =>
    `${JSON.stringify({
      auditID: id,
      stage,
      verb: 'get',
      requestURI: `/api/${id}`,
      requestReceivedTimestamp: at,
      user: { username: `system:serviceaccount:${namespace}:runner` },
      ...(id === 'exec' && { objectRef: { name: 'a-pod' } }),
      responseStatus: { code },
    })}\n`;
  const since = new Date('2024-05-05T10:00:00.000Z');

  it('counts a request once, whatever stages it has, in the order in which they came', () => {
    const log = [
      event('late', 'ResponseComplete', '2024-05-05T10:00:02.000000Z', 'ns'),
      event('exec', 'ResponseStarted', '2024-05-05T10:00:01.000000Z', 'ns', 101),
      event('exec', 'ResponseComplete', '2024-05-05T10:00:01.000000Z', 'ns', 101),
    ].join('');
    expect(readAuditLog(log, 'ns', since)).to.deep.equal([
      { verb: 'get', uri: '/api/exec', name: 'a-pod', code: 101, at: new Date('2024-05-05T10:00:01Z') },
      { verb: 'get', uri: '/api/late', name: '', code: 200, at: new Date('2024-05-05T10:00:02Z') },
    ]);
  });

  it('leaves out other namespaces, what was before, and a line that is still being written', () => {
    const log = [
      event('other', 'ResponseComplete', '2024-05-05T10:00:01Z', 'ns-2'),
      event('before', 'ResponseComplete', '2024-05-05T09:59:59Z', 'ns'),
      event('half', 'ResponseComplete', '2024-05-05T10:00:01Z', 'ns').slice(0, 120),
    ].join('');
    expect(readAuditLog(log, 'ns', since)).to.deep.equal([]);
  });
});
