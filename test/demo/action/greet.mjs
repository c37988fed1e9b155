// One file for the three stages of a small action, as an action's bundle often is: what it saves tells them apart.
import { appendFileSync, readFileSync } from 'node:fs';
import { env, version } from 'node:process';

const { STATE_stage: before, INPUT_NAME: name, GITHUB_STATE, GITHUB_OUTPUT, GITHUB_EVENT_PATH } = env;
const stage = before === undefined ? 'pre' : before === 'pre' ? 'main' : 'post';
appendFileSync(GITHUB_STATE, `stage=${stage}\n`);

switch (stage) {
  case 'pre':
    console.log(`pre: Node ${version.replace(/\..*/, '')} from the runner's externals`);
    break;
  case 'main': {
    const { ref } = JSON.parse(readFileSync(GITHUB_EVENT_PATH, 'utf8'));
    console.log(`::group::main: greeting ${name}`);
    console.log(`the event of ${ref} is here`);
    console.log('::endgroup::');
    appendFileSync(GITHUB_OUTPUT, `greeting=Hello, ${name}!\n`);
    break;
  }
  case 'post':
    console.log('post: knows what main saved');
}
