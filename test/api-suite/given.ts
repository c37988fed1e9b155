import type { DefineTest } from './bed.js';
import { expect } from 'chai';
import { IMAGE, type Session } from './session.js';

export function givenExpectations(session: () => Session, itWithMounts: DefineTest): void {
  const job = (command: string[], rest: object = {}) => ({
    containers: [{ name: 'job', image: IMAGE, command, ...rest }],
  });

  describe('what a container is given', () => {
    it('has variables from values, fields, secrets and other variables', async () => {
      const secret = session().name('values');
      await session().create('secrets', {
        metadata: { name: secret },
        stringData: { token: 'deep', OTHER: 'all' },
      });
      const env = [
        { name: 'PLAIN', value: 'two words' },
        { name: 'NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
        { name: 'LABEL', valueFrom: { fieldRef: { fieldPath: "metadata.labels['tier']" } } },
        { name: 'SECRET', valueFrom: { secretKeyRef: { name: secret, key: 'token' } } },
        { name: 'ABSENT', valueFrom: { secretKeyRef: { name: secret, key: 'none', optional: true } } },
        { name: 'BOTH', value: '$(PLAIN)/$(UNKNOWN)/$$(PLAIN)' },
        { name: 'INPUT_FETCH-DEPTH', value: '1' },
      ];
      const command = ['env', 'ARGUMENT=$(PLAIN)', 'env'];
      const spec = job(command, { env, envFrom: [{ prefix: 'P_', secretRef: { name: secret } }] });
      const name = await session().pod('env', [], spec, { labels: { tier: 'web' } });
      await session().phase(name, 'Succeeded');
      const lines = (await session().log(name)).text.split('\n');
      expect(lines).to.include.members([
        ...['PLAIN=two words', `NAME=${name}`, 'LABEL=web', 'SECRET=deep', 'P_OTHER=all', 'P_token=deep'],
        ...['BOTH=two words/$(UNKNOWN)/$(PLAIN)', 'INPUT_FETCH-DEPTH=1', `HOSTNAME=${name}`],
        'ARGUMENT=two words',
      ]);
      expect(lines.filter((line) => line.startsWith('ABSENT'))).to.deep.equal([]);
    });

    itWithMounts(
      'has secrets, sub paths and its account as files, and read-only mounts that are',
      async () => {
        const secret = session().name('files');
        await session().create('secrets', { metadata: { name: secret }, stringData: { token: 'deep' } });
        const volumes = [
          { name: 'secret', secret: { secretName: secret } },
          { name: 'work', emptyDir: {} },
        ];
        const volumeMounts = [
          { name: 'secret', mountPath: '/secret' },
          { name: 'work', mountPath: '/__w' },
          { name: 'work', mountPath: '/github/home', subPath: '_temp/_github_home' },
          { name: 'work', mountPath: '/locked', readOnly: true },
        ];
        const script =
          'cat /secret/token; echo; echo x > /github/home/f; cat /__w/_temp/_github_home/f; ' +
          `touch /locked/f 2> /dev/null || echo locked; cat /var/run/secrets/kubernetes.io/serviceaccount/namespace`;
        const name = await session().pod('files', [], {
          volumes,
          ...job(['sh', '-c', script], { volumeMounts }),
        });
        await session().phase(name, 'Succeeded');
        expect((await session().log(name)).text).to.equal(`deep\nx\nlocked\n${session().namespace}`);
      },
    );
  });
}
