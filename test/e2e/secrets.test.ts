import { expect } from 'chai';
import { log, MODES, podRunner } from './support.js';
import type { PodRunner } from '../runner/pod-runner.js';
import type { HookResult } from '../runner/runner.js';

/** One for each way by which a secret comes into a job; quotes and blanks, since escaped ones are as bad. */
const SECRETS = {
  job: 'hidden "job" value 7c1',
  container: 'hidden container value 51f',
  service: 'hidden service value\nof two lines 0b8',
  step: "hidden 'step' value a3d",
  input: 'hidden $input value e92',
  username: 'hidden-user-44d',
  password: 'hidden-password-d10',
  servicePassword: 'hidden-service-password-9be',
};

/** As it is, as in JSON, as in a Secret, and the longest line of it. */
const formsOf = (secret: string): string[] => [
  secret,
  JSON.stringify(secret).slice(1, -1),
  Buffer.from(secret).toString('base64'),
  ...secret.split('\n').filter((line) => line !== ''),
];

function foundIn(text: string): string[] {
  return Object.entries(SECRETS).flatMap(([name, secret]) =>
    formsOf(secret).some((form) => text.includes(form)) ? [name] : [],
  );
}

/** Every object of the namespace, but for the data of secrets, which is where secrets belong. */
async function allObjects(runner: PodRunner): Promise<string> {
  const list = JSON.parse(
    await runner.kubectl('get', 'pods,events,configmaps,serviceaccounts,pvc,secrets', '-o', 'json'),
  ) as { items: { kind: string; data?: unknown }[] };
  return JSON.stringify(
    list.items.map((item) => (item.kind === 'Secret' ? { ...item, data: undefined } : item)),
  );
}

const ACTION = 'octo/probe/v1';
/** Shows that the values arrive, by their length. */
const ACTION_FILE = `const { INPUT_VALUE, SECRET_OF_JOB, SECRET_OF_STEP } = process.env;
console.log([INPUT_VALUE, SECRET_OF_JOB, SECRET_OF_STEP].map((value) => value.length).join());`;

describe('secret values', () => {
  for (const mode of MODES)
    it(`stand in no log, no error and no object but Secrets, in ${mode} mode with debug logging`, async () => {
      const runner = await podRunner(mode);
      await runner.startJob({ env: { SECRET_OF_JOB: SECRETS.job }, debug: true });
      await runner.writeFile(`${runner.folders.actions}/${ACTION}/index.js`, ACTION_FILE);
      const { username, password, servicePassword } = SECRETS;
      const results: HookResult[] = [];
      const does = async (exitCode: number, call: Promise<HookResult>): Promise<HookResult> => {
        const result = await call;
        expect(result.exitCode, log(result)).to.equal(exitCode);
        results.push(result);
        return result;
      };

      await does(
        0,
        runner.prepareJob({
          container: {
            image: 'debian:12',
            env: { SECRET_OF_CONTAINER: SECRETS.container },
            credentials: { username, password },
          },
          services: [
            {
              image: 'redis:7',
              env: { SECRET_OF_SERVICE: SECRETS.service },
              credentials: { username, password: servicePassword },
            },
          ],
        }),
      );
      const env = { SECRET_OF_STEP: SECRETS.step };
      const script = await does(
        0,
        runner.run({ run: 'echo "${#SECRET_OF_CONTAINER},${#SECRET_OF_STEP}"', env }),
      );
      expect(log(script)).to.contain(`${SECRETS.container.length},${SECRETS.step.length}`);
      const inputs = { value: SECRETS.input };
      const action = await does(0, runner.action({ path: ACTION, main: 'index.js', inputs, env }));
      expect(log(action)).to.contain(
        [SECRETS.input, SECRETS.job, SECRETS.step].map(({ length }) => length).join(),
      );
      await does(7, runner.run({ run: 'exit 7', env }));
      await does(125, runner.run({ run: 'true', workingDirectory: '/not-there', env }));

      const objects = await allObjects(runner);
      expect(objects).to.contain('secretKeyRef').and.contain('dockerconfigjson');
      expect(foundIn(objects)).to.deep.equal([]);
      await does(0, runner.cleanupJob());
      expect(foundIn(await allObjects(runner))).to.deep.equal([]);

      const printed = results.map((result) => log(result)).join('\n');
      expect(printed).to.contain('::debug::');
      expect(foundIn(printed)).to.deep.equal([]);
      await runner.close();
    });
});
