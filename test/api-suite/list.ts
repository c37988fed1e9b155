import { expect } from 'chai';
import { at, itemsAt } from './client.js';
import { IDLE, type Session } from './session.js';

export function listExpectations(session: () => Session): void {
  describe('a list of pods', () => {
    const group = `g${Date.now()}`;
    const names: string[] = [];
    before(async () => {
      for (const tier of ['web', 'db'])
        names.push(await session().pod(`list-${tier}`, IDLE, {}, { labels: { group, tier } }));
      await session().pod('list-other', ['true'], {}, { labels: { group: 'other' } });
    });

    const list = (query: Record<string, string>) =>
      session().runner.request('GET', `${session().path('pods')}?${new URLSearchParams(query).toString()}`);
    const listed = async (query: Record<string, string>) =>
      itemsAt((await list(query)).body, 'items').map((item) => at(item, 'metadata.name'));

    for (const [selector, expected] of [
      ['tier=web', ['web']],
      ['tier==db', ['db']],
      ['tier!=web', ['db']],
      ['tier in (web, db)', ['db', 'web']],
      ['tier notin (web)', ['db']],
      ['tier', ['db', 'web']],
      ['!tier', []],
    ] as const)
      it(`selects by the label ${selector}`, async () => {
        const found = await listed({ labelSelector: `group=${group},${selector}` });
        const wanted = names.filter((name) => expected.some((tier) => name.includes(`-${tier}-`)));
        expect(found).to.have.members(wanted);
      });

    it('selects by name and phase', async () => {
      const [name = ''] = names;
      await session().phase(name, 'Running');
      expect(await listed({ fieldSelector: `metadata.name=${name}` })).to.deep.equal([name]);
      expect(await listed({ fieldSelector: `metadata.name=${name},status.phase=Running` })).to.deep.equal([
        name,
      ]);
      expect(await listed({ fieldSelector: `metadata.name=${name},status.phase!=Running` })).to.deep.equal(
        [],
      );
    });

    it('is a PodList with a resource version', async () => {
      const { body } = await list({ labelSelector: 'none=such' });
      expect([at(body, 'kind'), at(body, 'items')]).to.deep.equal(['PodList', []]);
      expect(at(body, 'metadata.resourceVersion')).to.match(/^\d+$/);
    });

    it('refuses fields that are not indexed and selectors that are none', async () => {
      const field = await list({ fieldSelector: 'foo=bar' });
      expect([field.status, at(field.body, 'message')]).to.deep.equal([
        400,
        'field label not supported: foo',
      ]);
      const label = await list({ labelSelector: 'a in b' });
      expect(label.status).to.equal(400);
      expect(at(label.body, 'message')).to.equal("unable to parse requirement: found 'b' expected: '('");
    });
  });

  describe('a watch', () => {
    it('tells of a pod from its creation to its end, with growing versions', async () => {
      const name = session().name('watched');
      const query = `watch=1&fieldSelector=metadata.name%3D${name}&timeoutSeconds=60`;
      const response = await session().admin.open('GET', `${session().path('pods')}?${query}`);
      expect(response.headers['content-type']).to.contain('application/json');
      const containers = [{ name: 'job', image: 'busybox:1.36', command: ['true'] }];
      await session().create('pods', { metadata: { name }, spec: { restartPolicy: 'Never', containers } });
      void session()
        .phase(name, 'Succeeded')
        .then(() => session().remove('pods', name));
      const events: unknown[] = [];
      let text = '';
      for await (const chunk of response) {
        text += String(chunk);
        const lines = text.split('\n');
        text = lines.pop() ?? '';
        events.push(...lines.map((line): unknown => JSON.parse(line)));
        if (at(events.at(-1), 'type') === 'DELETED') break;
      }
      const types = events.map((event) => String(at(event, 'type')));
      expect([types[0], types.at(-1), new Set(types.slice(1, -1))]).to.deep.equal([
        'ADDED',
        'DELETED',
        new Set(['MODIFIED']),
      ]);
      expect(at(events[0], 'object.status.phase')).to.equal('Pending');
      expect(at(events.at(-1), 'object.status.phase')).to.equal('Succeeded');
      const versions = events.map((event) => Number(at(event, 'object.metadata.resourceVersion')));
      expect(versions).to.deep.equal([...versions].sort((a, b) => a - b));
    });

    it('goes on from the version of a list', async () => {
      const listed = await session().admin.request('GET', session().path('secrets'));
      const name = session().name('later');
      await session().create('secrets', { metadata: { name } });
      const query = `watch=1&timeoutSeconds=1&resourceVersion=${String(at(listed.body, 'metadata.resourceVersion'))}`;
      const { text } = await session().admin.request('GET', `${session().path('secrets')}?${query}`);
      const events = text
        .trim()
        .split('\n')
        .map((line): unknown => JSON.parse(line));
      expect(events.map((event) => at(event, 'object.metadata.name'))).to.deep.equal([name]);
    });
  });
}
