import { expect } from 'chai';
import { at, itemsAt } from './client.js';
import { IDLE, IMAGE, type Session } from './session.js';

const TOKEN_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';
const DOCKER = 'kubernetes.io/dockerconfigjson';

export function objectExpectations(session: () => Session): void {
  const dryRun = (spec: object, metadata: object = { name: 'p' }) =>
    session().create(
      'pods',
      { metadata, spec: { restartPolicy: 'Never', containers: [{ name: 'job', image: IMAGE }], ...spec } },
      'fieldValidation=Strict&dryRun=All',
    );

  describe('a pod that is created', () => {
    it('gets the defaults of the server', async () => {
      const { status, body } = await dryRun({});
      expect(status).to.equal(201);
      expect(at(body, 'status')).to.deep.equal({ phase: 'Pending', qosClass: 'BestEffort' });
      const defaults = {
        'spec.restartPolicy': 'Never',
        'spec.terminationGracePeriodSeconds': 30,
        'spec.dnsPolicy': 'ClusterFirst',
        'spec.serviceAccountName': 'default',
        'spec.schedulerName': 'default-scheduler',
        'spec.securityContext': {},
        'spec.enableServiceLinks': true,
        'spec.preemptionPolicy': 'PreemptLowerPriority',
        'spec.containers.0.imagePullPolicy': 'IfNotPresent',
        'spec.containers.0.resources': {},
        'spec.containers.0.terminationMessagePath': '/dev/termination-log',
        'spec.containers.0.terminationMessagePolicy': 'File',
        'metadata.namespace': session().namespace,
      };
      for (const [path, value] of Object.entries(defaults)) expect(at(body, path), path).to.deep.equal(value);
      expect(itemsAt(body, 'spec.tolerations').map((item) => at(item, 'key'))).to.deep.equal([
        'node.kubernetes.io/not-ready',
        'node.kubernetes.io/unreachable',
      ]);
      expect(at(body, 'metadata.uid')).to.match(/^[0-9a-f-]{36}$/);
      expect(at(body, 'metadata.creationTimestamp')).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    });

    it('gets the token of its service account mounted, unless it declines', async () => {
      const mounts = (body: unknown) =>
        itemsAt(body, 'spec.containers.0.volumeMounts').map((mount) => at(mount, 'mountPath'));
      expect(mounts((await dryRun({})).body)).to.deep.equal([TOKEN_PATH]);
      const declined = (await dryRun({ automountServiceAccountToken: false })).body;
      expect(mounts(declined)).to.deep.equal([]);
      expect(at(declined, 'spec.volumes')).to.equal(undefined);
    });

    it('is always pulled when its image has no fixed tag', async () => {
      for (const [image, policy] of [
        ['busybox', 'Always'],
        ['busybox:latest', 'Always'],
        ['localhost:5000/busybox', 'Always'],
        ['localhost:5000/busybox:1', 'IfNotPresent'],
      ]) {
        const { body } = await dryRun({ containers: [{ name: 'job', image }] });
        expect(at(body, 'spec.containers.0.imagePullPolicy'), image).to.equal(policy);
      }
    });

    it('has a name made from generateName', async () => {
      const { body } = await dryRun({}, { generateName: 'made-' });
      expect(at(body, 'metadata.name')).to.match(/^made-[a-z0-9]{5}$/);
    });

    it('gets an emptyDir for a volume without a source', async () => {
      const { body } = await dryRun({ volumes: [{ name: 'x' }] });
      expect(at(body, 'spec.volumes.0')).to.deep.equal({ name: 'x', emptyDir: {} });
    });

    it('is of the quality that its resources say', async () => {
      const resources = (value: object) => ({
        containers: [{ name: 'job', image: IMAGE, resources: value }],
      });
      const full = { limits: { cpu: '1', memory: '1Gi' } };
      expect(at((await dryRun(resources(full))).body, 'status.qosClass')).to.equal('Guaranteed');
      expect(at((await dryRun(resources({ requests: { cpu: '100m' } }))).body, 'status.qosClass')).to.equal(
        'Burstable',
      );
    });

    it('is not stored by a dry run', async () => {
      const name = session().name('dry');
      expect((await dryRun({}, { name })).status).to.equal(201);
      expect((await session().get('pods', name)).status).to.equal(404);
    });

    it('meets 409 when the name is taken', async () => {
      const name = await session().pod('taken', IDLE);
      const body = { metadata: { name }, spec: { containers: [{ name: 'job', image: IMAGE }] } };
      const answer = await session().create('pods', body);
      expect([answer.status, at(answer.body, 'reason')]).to.deep.equal([409, 'AlreadyExists']);
      expect(at(answer.body, 'message')).to.equal(`pods "${name}" already exists`);
      expect(at(answer.body, 'details')).to.deep.equal({ name, kind: 'pods' });
      await session().remove('pods', name, { gracePeriodSeconds: 0 });
    });
  });

  describe('an object that is not there', () => {
    it('answers 404 with its kind and name', async () => {
      for (const [method, resource] of [
        ['GET', 'pods'],
        ['DELETE', 'pods'],
        ['GET', 'secrets'],
        ['DELETE', 'secrets'],
      ] as const) {
        const { status, body } = await session().admin.request(method, session().path(resource, 'nope'));
        expect([status, at(body, 'reason')]).to.deep.equal([404, 'NotFound']);
        expect(at(body, 'message')).to.equal(`${resource} "nope" not found`);
        expect(at(body, 'details')).to.deep.equal({ name: 'nope', kind: resource });
      }
    });

    it('answers 404 in other words when there is no such resource', async () => {
      const { status, body } = await session().admin.request('GET', session().path('nonsense'));
      expect(status).to.equal(404);
      expect(at(body, 'message')).to.equal('the server could not find the requested resource');
    });
  });

  describe('a secret', () => {
    const secret = (rest: object) =>
      session().create('secrets', { metadata: { name: session().name('s') }, ...rest });

    it('keeps stringData as base64 and is Opaque', async () => {
      const { status, body } = await secret({ stringData: { a: 'b' } });
      expect(status).to.equal(201);
      expect([at(body, 'type'), at(body, 'data'), at(body, 'stringData')]).to.deep.equal([
        'Opaque',
        { a: 'Yg==' },
        undefined,
      ]);
    });

    it('answers its deletion with a Status', async () => {
      const { body } = await secret({});
      const name = String(at(body, 'metadata.name'));
      const answer = await session().remove('secrets', name);
      expect([answer.status, at(answer.body, 'status')]).to.deep.equal([200, 'Success']);
      expect(at(answer.body, 'details')).to.deep.equal({
        name,
        kind: 'secrets',
        uid: at(body, 'metadata.uid'),
      });
      await session().gone('secrets', name);
    });

    for (const [title, rest, code, message] of [
      [
        'a docker configuration that is missing',
        { type: DOCKER },
        422,
        'data[.dockerconfigjson]: Required value',
      ],
      [
        'a docker configuration that is invalid JSON',
        { type: DOCKER, stringData: { '.dockerconfigjson': 'nope' } },
        422,
        'data[.dockerconfigjson]: Invalid value: "<secret contents redacted>"',
      ],
      [
        'a key with a blank',
        { stringData: { 'a b': 'x' } },
        422,
        'data[a b]: Invalid value: "a b": a valid config key',
      ],
      ['data that is not base64', { data: { a: '***' } }, 400, 'illegal base64 data at input byte 0'],
      ['an unknown field', { datas: {} }, 400, 'strict decoding error: unknown field "datas"'],
    ] as const)
      it(`is refused for ${title}`, async () => {
        const { status, body } = await secret(rest);
        expect(status).to.equal(code);
        expect(at(body, 'message')).to.contain(message);
      });
  });
}
