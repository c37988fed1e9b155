import { expect } from 'chai';
import { at } from './client.js';
import { IMAGE, type Session } from './session.js';
import { DECODING, INVALID, type Case } from './validation-cases.js';

export function validationExpectations(session: () => Session): void {
  const send = ({ spec, container, metadata }: Case, query = 'fieldValidation=Strict&dryRun=All') => {
    const containers = [{ name: 'job', image: IMAGE, ...container }];
    const body = {
      metadata: { name: 'p', ...metadata },
      spec: { restartPolicy: 'Never', containers, ...spec },
    };
    return session().create('pods', body, query);
  };

  describe('a pod that cannot be decoded', () => {
    for (const test of DECODING)
      it(`is refused with 400: ${test.title}`, async () => {
        const { status, body } = await send(test);
        expect(at(body, 'message')).to.equal(test.message);
        expect([status, at(body, 'reason')]).to.deep.equal([400, 'BadRequest']);
      });

    it('is taken without its unknown fields when validation is not strict', async () => {
      const { status, body } = await send({ title: '', message: '', container: { nope: 1 } }, 'dryRun=All');
      expect(status).to.equal(201);
      expect(at(body, 'spec.containers.0')).to.not.have.property('nope');
    });

    it('is refused when it is invalid JSON', async () => {
      const { status, body } = await session().admin.request('POST', session().path('pods'), '{"a":');
      expect(status).to.equal(400);
      expect(at(body, 'message')).to.equal(
        `the object provided is unrecognized (must be of type Pod): couldn't get version/kind; json parse error: unexpected end of JSON input ({"a":)`,
      );
    });

    it('is refused when its namespace is another one', async () => {
      const { status, body } = await send({ title: '', message: '', metadata: { namespace: 'other' } });
      expect(status).to.equal(400);
      expect(at(body, 'message')).to.equal(
        'the namespace of the provided object does not match the namespace sent on the request',
      );
    });
  });

  describe('a pod that is invalid', () => {
    for (const test of INVALID)
      it(`is refused with 422: ${test.title}`, async () => {
        const { status, body } = await send(test);
        const { newer, ...older } = test;
        const isNewer = newer !== undefined && at(body, 'details.causes.0.field') === newer.field;
        const { field, reason, message } = isNewer ? newer : older;
        expect(at(body, 'details.causes')).to.deep.equal([{ reason, message, field }]);
        const name = test.metadata?.name ?? 'p';
        expect(at(body, 'message')).to.equal(`Pod "${name}" is invalid: ${field}: ${message}`);
        expect([status, at(body, 'reason')]).to.deep.equal([422, 'Invalid']);
      });

    it('is told all its faults in one list', async () => {
      const { body } = await send({
        title: '',
        message: '',
        container: { ports: [{ containerPort: 0 }, { containerPort: 70_000 }] },
      });
      expect(at(body, 'message')).to.equal(
        'Pod "p" is invalid: [spec.containers[0].ports[0].containerPort: Required value, ' +
          'spec.containers[0].ports[1].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive]',
      );
    });

    it('is told what is missing when it is empty', async () => {
      const { status, body } = await session().create('pods', {});
      expect(status).to.equal(422);
      expect(at(body, 'details.causes')).to.deep.equal([
        {
          reason: 'FieldValueRequired',
          message: 'Required value: name or generateName is required',
          field: 'metadata.name',
        },
        { reason: 'FieldValueRequired', message: 'Required value', field: 'spec.containers' },
      ]);
    });

    it('is forbidden when its service account does not exist', async () => {
      const { status, body } = await send({ title: '', message: '', spec: { serviceAccountName: 'nope' } });
      const { namespace } = session();
      expect(status).to.equal(403);
      expect(at(body, 'message')).to.equal(
        `pods "p" is forbidden: error looking up service account ${namespace}/nope: serviceaccount "nope" not found`,
      );
    });
  });
}
