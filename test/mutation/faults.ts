/** A deliberate fault in the hook, and the test that has to see it. */
export interface Fault {
  /** What users would suffer. */
  name: string;
  /** Source file, from the root of the repository. */
  file: string;
  /** Text that stands exactly once in the file, and what takes its place. */
  from: string;
  to: string;
  test: { file: string; title: string };
}

const HOOK = 'packages/k8s/src';
const TESTS = 'packages/k8s/test';

export const FAULTS: readonly Fault[] = [
  {
    name: 'the exit code of a step is dropped',
    file: `${HOOK}/step/supervisor.sh`,
    from: '_ph_code=$?',
    to: '_ph_code=0',
    test: { file: `${TESTS}/step/supervisor.test.ts`, title: 'ends with the exit code of its command' },
  },
  {
    name: 'a step starts one process later than it needs to',
    file: `${HOOK}/step/supervisor.sh`,
    from: '    exec 2> /dev/null 3<&- 5<&-\n    _ph_record\n',
    to: '    exec 2> /dev/null 3<&- 5<&-\n    (_ph_record; :)\n',
    test: {
      file: `${TESTS}/step/start.test.ts`,
      title: 'takes two processes beside mkdir: the recorder, and the step itself',
    },
  },
  {
    name: 'compiled code that somebody has put beside the key of the job is run',
    file: `${HOOK}/commands/job-code.ts`,
    from: 'return timingSafeEqual(content.subarray(0, MAC_BYTES), this.mac(code)) ? code : undefined;',
    to: 'return timingSafeEqual(this.mac(code), this.mac(code)) ? code : undefined;',
    test: { file: `${TESTS}/commands/job-code.test.ts`, title: 'is none when one byte is another' },
  },
  {
    name: 'the compiled code of a job outlives it',
    file: `${HOOK}/commands/job-secrets.ts`,
    from: 'for (const one of [codeBeside(file), file])',
    to: 'for (const one of [file])',
    test: {
      file: `${TESTS}/commands/job-code.test.ts`,
      title: 'is none without a prepared job, and goes with its secrets',
    },
  },
  {
    name: 'a step is green although a process has rewritten its exit code in the log',
    file: `${HOOK}/step/end-words.ts`,
    from: 'return first === -1 || second === -1 ? undefined : first * DIGITS + second;',
    to: 'return first === -1 || second === -1 ? 0 : first * DIGITS + second;',
    test: {
      file: `${TESTS}/step/output.test.ts`,
      title: 'takes a plain exit code behind the marker for a forgery, not for an end',
    },
  },
  {
    name: 'a step runs whose script could not be written whole',
    file: `${HOOK}/step/script.ts`,
    from: '${writeFileLine(file)} || return`',
    to: '${writeFileLine(file)}`',
    test: {
      file: `${TESTS}/follow/drive-step.test.ts`,
      title: 'does not start a step with a file that does not fit, and names the file',
    },
  },
  {
    name: 'a step is green although its shell is an option of exec, and nothing has run',
    file: `${HOOK}/step/script.ts`,
    from: 'checkProgram(command[0]);',
    to: '',
    test: {
      file: `${TESTS}/step/script.test.ts`,
      title: 'does not start -a /__w/_temp/script.sh, which would end with 0 and run nothing',
    },
  },
  {
    name: 'a step whose supervisor was killed hangs',
    file: `${HOOK}/step/supervisor.sh`,
    from: '  _ph_gone "$_ph_recorder"\n}',
    to: '  return 1\n}',
    test: {
      file: `${TESTS}/follow/drive-step.test.ts`,
      title: 'reports a step as lost that kills all that watches it, whatever its own exit code',
    },
  },
  {
    name: 'a step whose follower was stopped hangs',
    file: `${HOOK}/follow/attach-step.ts`,
    from: 'session.done, life.ended]',
    to: 'session.done]',
    test: {
      file: `${TESTS}/follow/drive-step.test.ts`,
      title: 'follows anew when a stopped supervisor gives no sign of life',
    },
  },
  {
    name: 'a cancelled step hangs when nothing in the pod answers',
    file: `${HOOK}/follow/drive-step.ts`,
    from: 'timer = setTimeout(giveUp, CANCEL_MS);',
    to: '',
    test: {
      file: `${TESTS}/follow/drive-step.test.ts`,
      title: 'ends after a cancellation although nothing in the pod answers',
    },
  },
  {
    name: 'a step that removed its folder is started again',
    file: `${HOOK}/step/follow.sh`,
    from: 'if [ ! -d "$_ph_dir" ] && mkdir',
    to: 'if mkdir -p "$_ph_dir" && mkdir -p',
    test: {
      file: `${TESTS}/step/hostile-step.test.ts`,
      title: 'is reported as lost, not as one that never began, when it removes its folder',
    },
  },
  {
    name: 'an endless answer in the place of the API server fills the memory of the runner',
    file: `${HOOK}/cluster/answer.ts`,
    from: 'if (content.overflowed) throw tooLarge',
    to: "if (name === '') throw tooLarge",
    test: {
      file: `${TESTS}/cluster/client.test.ts`,
      title: 'reads no more of an endless answer than the limit, and says how much it has read',
    },
  },
  {
    name: 'a job image that prints without end fills the memory of the runner',
    file: `${HOOK}/cluster/collect.ts`,
    from: 'new BoundedBytes(limitBytes)',
    to: 'new BoundedBytes(limitBytes * 1000)',
    test: {
      file: `${TESTS}/cluster/collect.test.ts`,
      title: 'drops what a command prints beyond the limits',
    },
  },
  {
    name: 'a flood on the report channel fills the memory of the runner',
    file: `${HOOK}/bounded-bytes.ts`,
    from: 'bytes.subarray(0, this.limit - this.length)',
    to: 'bytes.subarray(0)',
    test: {
      file: `${TESTS}/step/report.test.ts`,
      title: 'keeps no more of a result file than the limit, and tells that there was more',
    },
  },
  {
    name: 'secrets of an action stand in the arguments of a process',
    file: `${HOOK}/step/node-environment.ts`,
    from: 'if (!EXTERNALS_NODE.test(program) || inModule.length === 0) return step;',
    to: 'if (inModule.length >= 0) return step;',
    test: {
      file: `${TESTS}/step/node-environment.test.ts`,
      title: "gives an action variables that no shell can export, in no process's arguments",
    },
  },
  {
    name: 'output lacks its last byte',
    file: `${HOOK}/step/output.ts`,
    from: '? bytes.length - overlap(bytes, this.marker) : at)',
    to: '? bytes.length - overlap(bytes, this.marker) : at - 1)',
    test: { file: `${TESTS}/step/output.test.ts`, title: 'drops what comes behind the end' },
  },
  {
    name: 'output comes twice after a lost connection',
    file: `${HOOK}/follow/drive-step.ts`,
    from: 'followScript(run.step, output.position)',
    to: 'followScript(run.step, { segment: 0, offset: 0 })',
    test: {
      file: `${TESTS}/follow/drive-step.test.ts`,
      title:
        'loses nothing of a step and runs it once when the connection is lost amid its output, three times',
    },
  },
  {
    name: 'a step that began is started again after a lost connection',
    file: `${HOOK}/follow/drive-step.ts`,
    from: 'script = followScript(run.step, output.position);',
    to: 'script = stepScript((run.step = { ...run.step, id: uuid() }));',
    test: {
      file: `${TESTS}/follow/drive-step.test.ts`,
      title:
        'loses nothing of a step and runs it once when the connection is lost amid its output, three times',
    },
  },
  {
    name: 'a cancelled step goes on',
    file: `${HOOK}/follow/drive-step.ts`,
    from: 'await session.write(cancelScript(run.step));',
    to: "await session.write('exit 0\\n');",
    test: {
      file: `${TESTS}/follow/drive-step.test.ts`,
      title: 'ends a step that is cancelled, and gives its exit code',
    },
  },
  {
    name: 'values of variables are not quoted',
    file: `${HOOK}/step/quote.ts`,
    from: "`'${text.replaceAll(\"'\", `'\\\\''`)}'`",
    to: 'text',
    test: { file: `${TESTS}/step/environment.test.ts`, title: "sets _X1 by export _X1='a b'" },
  },
  {
    name: 'variables with an empty value are dropped',
    file: `${HOOK}/step/environment.ts`,
    from: 'return Object.entries(variables).map(([name, value]) => {',
    to: "return Object.entries(variables).filter(([, value]) => value !== '').map(([name, value]) => {",
    test: { file: `${TESTS}/step/environment.test.ts`, title: "sets EMPTY by export EMPTY=''" },
  },
  {
    name: 'file commands of a failed step are lost',
    file: `${HOOK}/commands/run-script-step.ts`,
    from: 'await exchange?.finish(files)',
    to: "await exchange?.finish(end! === 'no working directory' || end!.exitCode > 0 ? undefined : files)",
    test: {
      file: `${TESTS}/commands/run-script-step.test.ts`,
      title: "runs the runner's script in the pod and brings its file commands back",
    },
  },
  {
    name: 'a secret stands in the pod spec',
    file: `${HOOK}/pod/secrets.ts`,
    from: 'return { name, valueFrom: { secretKeyRef: { name: this.name, key } } };',
    to: 'return { name, value };',
    test: { file: `${TESTS}/pod/job-pod.test.ts`, title: 'shows no value of a variable and no password' },
  },
  {
    name: 'clean-up leaves the pods',
    file: `${HOOK}/commands/cleanup-job.ts`,
    from: "...pods.map(({ metadata }) => cluster.delete('pods', metadata?.name ?? '', signal)),",
    to: '',
    test: {
      file: `${TESTS}/commands/cleanup-job.test.ts`,
      title: "removes the runner's pods and secrets, without knowing of any job",
    },
  },
  {
    name: 'clean-up leaves the secrets',
    file: `${HOOK}/commands/cleanup-job.ts`,
    from: "...secrets.map(({ metadata }) => cluster.delete('secrets', metadata?.name ?? '', signal)),",
    to: '',
    test: {
      file: `${TESTS}/commands/cleanup-job.test.ts`,
      title: "removes the runner's pods and secrets, without knowing of any job",
    },
  },
  {
    name: 'a prepare_job that fails leaves its pod',
    file: `${HOOK}/commands/prepare-job.ts`,
    from: 'await removeAll(context, AbortSignal.timeout(CLEAN_UP_MS))',
    to: 'await Promise.resolve()',
    test: {
      file: `${TESTS}/commands/prepare-job.test.ts`,
      title: 'removes what it has made when the pod cannot start',
    },
  },
  {
    name: 'services come in another order',
    file: `${HOOK}/commands/prepare-job.ts`,
    from: 'const services = args.services.map((service, index) => ({',
    to: 'const services = args.services.toReversed().map((service, index) => ({',
    test: {
      file: `${TESTS}/commands/prepare-job.test.ts`,
      title: 'answers with the state, the container, and the services in the order of the request',
    },
  },
  {
    name: 'the helper is not the first container',
    file: `${HOOK}/pod/job-pod.ts`,
    from: 'return [helperContainer(helperImage, externals, volumes.forHelper(), agent), job];',
    to: 'return [job, helperContainer(helperImage, externals, volumes.forHelper(), agent)];',
    test: {
      file: `${TESTS}/pod/job-pod.test.ts`,
      title: 'has the helper first, then the job, then the services',
    },
  },
  {
    name: 'nothing removes the pod when its runner dies',
    file: `${HOOK}/pod/own-pod.ts`,
    from: '    ownerReferences: [ownedBy(runner)],\n',
    to: '',
    test: {
      file: `${TESTS}/pod/job-pod.test.ts`,
      title: 'can be removed by owner and label, as can its secrets',
    },
  },
  {
    name: 'the template is ignored',
    file: `${HOOK}/commands/prepare-job.ts`,
    from: 'const job = await withTemplate(built, built.services, context);',
    to: 'const job = built;',
    test: {
      file: `${TESTS}/commands/prepare-job.test.ts`,
      title: 'merges the template into the pod that it makes',
    },
  },
  {
    name: 'the template wins over what the hook needs',
    file: `${HOOK}/template/template-apply.ts`,
    from: 'if (faults.length > 0) throw templateError(faults.map(formatFault));',
    to: '',
    test: {
      file: `${TESTS}/template/template-apply.test.ts`,
      title: 'is kept: removal of a container by its own name is refused',
    },
  },
  {
    name: "the service account's token is in the job pod",
    file: `${HOOK}/pod/own-pod.ts`,
    from: 'automountServiceAccountToken: false',
    to: 'automountServiceAccountToken: true',
    test: {
      file: `${TESTS}/pod/job-pod.test.ts`,
      title: "mounts no account's token where the runner's account is not inherited",
    },
  },
  {
    name: 'pull secrets replace each other',
    file: `${HOOK}/merge/schema.generated.ts`,
    from: "imagePullSecrets: 'LocalObjectReference[name]'",
    to: "imagePullSecrets: 'LocalObjectReference[]'",
    test: {
      file: `${TESTS}/pod/job-pod.test.ts`,
      title: "keeps the runner's pull secrets beside those of the workflow",
    },
  },
  {
    name: 'the response is appended to what the file holds',
    file: 'packages/hooklib/src/response.ts',
    from: 'constants.O_TRUNC | constants',
    to: 'constants.O_APPEND | constants',
    test: {
      file: 'packages/hooklib/test/response.test.ts',
      title: 'replaces what the file holds, and leaves one document after two calls',
    },
  },
  {
    name: 'a pod of somebody else is taken for the own one',
    file: `${HOOK}/pods/own-objects.ts`,
    from: "return requireOwn('pod', await cluster.getPod(nameOf(pod), cancelled), pod, error);",
    to: 'return cluster.getPod(nameOf(pod), cancelled);',
    test: {
      file: `${TESTS}/pods/own-objects.test.ts`,
      title: 'uses no pod of the same name that another runner owns',
    },
  },
  {
    name: 'a pod that has failed is waited for',
    file: `${HOOK}/pods/status.ts`,
    from: "  if (phase === 'Failed' || phase === 'Succeeded')\n    return failed({",
    to: "  if (phase === 'Succeeded')\n    return failed({",
    test: { file: `${TESTS}/pods/status.test.ts`, title: 'fails for a node without room' },
  },
  {
    name: 'a request is not repeated when the API server restarts',
    file: `${HOOK}/cluster/failures.ts`,
    from: 'return hasCode(error, 408, 429, 500, 502, 503, 504)',
    to: 'return hasCode(error, 408, 429)',
    test: { file: `${TESTS}/cluster/api-error.test.ts`, title: 'hopes that 503 passes' },
  },
  {
    name: 'a wait for the API server does not grow',
    file: `${HOOK}/cluster/retry.ts`,
    from: 'Math.min(delayMs * this.factor, this.longestMs)',
    to: 'delayMs',
    test: {
      file: `${TESTS}/cluster/backoff.test.ts`,
      title: 'doubles each wait up to the longest, and varies it by half',
    },
  },
  {
    name: 'a container runtime that restarts is taken for an image without sh',
    file: `${HOOK}/cluster/failures.ts`,
    from: 'exec:? \\S+: (?:.*: )?no such file or directory',
    to: 'no such file or directory',
    test: {
      file: `${TESTS}/cluster/backoff.test.ts`,
      title: 'is false when containerd restarts',
    },
  },
  {
    name: 'what a job pod inherits wins over what the hook says of it',
    file: `${HOOK}/pod/own-pod.ts`,
    from: 'strategicMerge(strategicMerge(pod, inherited.patch), pod)',
    to: 'strategicMerge(pod, inherit(runner.pod, inheriting(work.mode)).patch)',
    test: {
      file: `${TESTS}/pod/job-pod.test.ts`,
      title: 'keeps what the hook says of a job pod, whatever it inherits',
    },
  },
  {
    name: 'what prepare_job has begun goes on while it cleans up',
    file: `${HOOK}/ready/job-ready.ts`,
    from: '} finally {\n    waiting.abort();',
    to: '} finally {\n    void waiting;',
    test: {
      file: `${TESTS}/commands/prepare-job.test.ts`,
      title: 'names a helper that ends while files are sent, and cancels what is left',
    },
  },
  {
    name: 'an environment that is too large is refused when the pod exists',
    file: `${HOOK}/commands/prepare-job.ts`,
    from: 'checkEnvironment(environment);',
    to: 'await createObjects(job, context);\n  checkEnvironment(environment);',
    test: {
      file: `${TESTS}/commands/prepare-job.test.ts`,
      title: 'refuses an environment that no step could be started with before it creates a pod',
    },
  },
  {
    name: 'a job with services only is taken for one with a shared volume',
    file: `${HOOK}/pod/volumes.ts`,
    from: "return folder === undefined ? { mode: 'novolume' }",
    to: "return folder === undefined ? { mode: 'volume', folder: { source: {}, subPath: '', sameNode: false, readOnly: false } }",
    test: {
      file: `${TESTS}/commands/prepare-job.test.ts`,
      title: 'answers for services alone without asking in any container',
    },
  },
  {
    name: 'a command has succeeded whose status only speaks of success',
    file: `${HOOK}/cluster/exec.ts`,
    from: "if (status['status'] === 'Success')",
    to: "if (text.includes('Success'))",
    test: { file: `${TESTS}/cluster/exec.test.ts`, title: 'takes no part of a status for the whole' },
  },
  {
    name: 'an unknown server is trusted',
    file: `${HOOK}/cluster/api-agent.ts`,
    from: 'if (fingerprint(socket) === known) {',
    to: 'if (known !== undefined) {',
    test: {
      file: `${TESTS}/cluster/api-agent.test.ts`,
      title: 'sends nothing to a server that it neither knows nor can verify',
    },
  },
  {
    name: 'a template of thousands of documents holds prepare_job up',
    file: `${HOOK}/yaml/documents.ts`,
    from: 'if (documents.length > MAX_DOCUMENTS)',
    to: 'if (documents.length > text.length)',
    test: {
      file: `${TESTS}/yaml/hostile-yaml.property.test.ts`,
      title: 'with 20,000 documents is refused',
    },
  },
  {
    name: 'a typo in the template vanishes without a word',
    file: `${HOOK}/cluster/cluster.ts`,
    from: "query: { fieldValidation: 'Strict' }",
    to: 'query: {}',
    test: {
      file: `${TESTS}/cluster/cluster.test.ts`,
      title: 'makes pods with strict validation, unknown fields included, and gives warnings',
    },
  },
  {
    name: "output is lost while the runner's log is slow",
    file: `${HOOK}/cluster/websocket.ts`,
    from: '} else this.handled = this.handled.then(part);',
    to: '}',
    test: {
      file: `${TESTS}/cluster/websocket.test.ts`,
      title: 'takes what it is sent to the byte, whatever the size of messages and pieces',
    },
  },
  {
    name: "output is written over while the runner's log is slow",
    file: `${HOOK}/wire/direct-reading.ts`,
    from: 'else busy.then(release, release);',
    to: 'else release();',
    test: {
      file: `${TESTS}/cluster/websocket.test.ts`,
      title: 'takes what it is sent to the byte, whatever the size of messages and pieces',
    },
  },
  {
    name: 'the hook ends before a slow runner has read the end of the output',
    file: `${HOOK}/log.ts`,
    from: "return new Promise((resolve) => process.stdout.write('', () => resolve()));",
    to: 'return Promise.resolve();',
    test: {
      file: `${TESTS}/log.test.ts`,
      title: 'has ended only when standard output has taken everything',
    },
  },
  {
    name: 'the exit code of a docker action is dropped',
    file: `${HOOK}/follow/action-end.ts`,
    from: 'exitCode: ended.exitCode',
    to: 'exitCode: 0',
    test: { file: `${TESTS}/follow/action-end.test.ts`, title: 'is its exit code 42' },
  },
  {
    name: 'the pod of a docker action stays',
    file: `${HOOK}/commands/run-container-step.ts`,
    from: 'await remove(own, context);',
    to: 'await Promise.resolve(remove);',
    test: {
      file: `${TESTS}/commands/run-container-step.test.ts`,
      title: 'makes secret and pod, passes on the output, gives the exit code and removes both',
    },
  },
  {
    name: 'the environment of a docker action stands in its pod',
    file: `${HOOK}/pod/step-pod.ts`,
    from: 'environment.variables(JOB_CONTAINER, args.environmentVariables)',
    to: 'Object.entries(args.environmentVariables).map(([name, value]) => ({ name, value }))',
    test: {
      file: `${TESTS}/pod/step-pod.test.ts`,
      title: 'keeps the values of the environment in a secret, which belongs to the runner pod',
    },
  },
  {
    name: 'output of a docker action comes twice after a lost connection',
    file: `${HOOK}/step/stamped-log.ts`,
    from: 'this.skip = known.bytes;',
    to: 'this.skip = 0;',
    test: {
      file: `${TESTS}/step/stamped-log.test.ts`,
      title: 'goes on after a lost connection amid a line, a stamp, or between two lines',
    },
  },
  {
    name: 'a name with a line feed is looked for as two names',
    file: `${HOOK}/agent/agent.ts`,
    from: String.raw`tr '\\0\\n' '\\n\\1' < "$list" | grep -anxF -m 1 -e "\${name//$'\\n'/$'\\1'}"`,
    to: String.raw`tr '\\0' '\\n' < "$list" | grep -anxF -m 1 -e "$name"`,
    test: {
      file: `${TESTS}/back/agent.test.ts`,
      title: 'goes on behind a name with line feeds in it, whose lines are names of their own',
    },
  },
  {
    name: 'a repository that is called as the script of removals is lost',
    file: `${HOOK}/agent/action-files.ts`,
    from: String.raw` --transform='flags=r;s,^\\./,files/,'`,
    to: '',
    test: {
      file: `${TESTS}/agent/action-files.test.ts`,
      title: 'reach a repository of the name remove.sh',
    },
  },
  {
    name: 'result files that nobody asked for are kept',
    file: `${HOOK}/step/report.ts`,
    from: 'else if (!(Number(argument) < this.results)) return;',
    to: '',
    test: {
      file: `${TESTS}/step/report.test.ts`,
      title:
        'keeps no result file that was not asked for, as a process that knows the channel may make up any number',
    },
  },
  {
    name: 'a misspelt variable is passed over in silence',
    file: `${HOOK}/commands/prepare-job.ts`,
    from: 'for (const text of unknownVariables(settings.variables)) out.warning(text);',
    to: 'void unknownVariables;',
    test: {
      file: `${TESTS}/commands/prepare-job.test.ts`,
      title: 'warns of a variable that looks like a setting and is none',
    },
  },
  {
    name: 'the end of a long line is taken for words of the kubelet',
    file: `${HOOK}/step/stamped-log.ts`,
    from: "    // It was the end of an older line.\n    this.words = '';\n",
    to: '',
    test: {
      file: `${TESTS}/step/stamped-log.test.ts`,
      title: 'does not take the end of an older line, which has no stamp, for words of the kubelet',
    },
  },
  {
    name: 'the end of an output that came late is left out',
    file: `${HOOK}/follow/follow-action.ts`,
    from: 'await drain(reader, end, context);',
    to: 'await Promise.resolve(drain);',
    test: {
      file: `${TESTS}/follow/follow-action.test.ts`,
      title: 'reads on after the end until nothing more comes: the last reading was cut short without a word',
    },
  },
  {
    name: 'a hook that stops before its command has finished ends with success',
    file: `${HOOK}/exit.ts`,
    from: 'process.exitCode = HOOK_FAILED;',
    to: 'process.exitCode = 0;',
    test: { file: `${TESTS}/unsettled.test.ts`, title: 'does not end with success: prepare_job' },
  },
  {
    name: 'a script step whose hook stops early is green',
    file: `${HOOK}/exit.ts`,
    from: 'process.exitCode = HOOK_FAILED;',
    to: 'process.exitCode = 0;',
    test: { file: `${TESTS}/unsettled.test.ts`, title: 'does not end with success: run_script_step' },
  },
  {
    name: 'a docker action whose hook stops early is green',
    file: `${HOOK}/exit.ts`,
    from: 'process.exitCode = HOOK_FAILED;',
    to: 'process.exitCode = 0;',
    test: { file: `${TESTS}/unsettled.test.ts`, title: 'does not end with success: run_container_step' },
  },
  {
    name: 'a clean-up whose hook stops early is green',
    file: `${HOOK}/exit.ts`,
    from: 'process.exitCode = HOOK_FAILED;',
    to: 'process.exitCode = 0;',
    test: { file: `${TESTS}/unsettled.test.ts`, title: 'does not end with success: cleanup_job' },
  },
  {
    name: 'prepare_job waits for a helper that has ended',
    file: `${HOOK}/ready/wait-for-pod.ts`,
    from: "if (state.kind === 'failed') throw await podFailure(JOB_POD",
    to: "if (state.kind === 'failed' && name === '') throw await podFailure(JOB_POD",
    test: {
      file: `${TESTS}/commands/prepare-job.test.ts`,
      title: 'names a helper that ends while the job image is inspected',
    },
  },
  {
    name: "a transfer gives up before the scheduler's reason is known",
    file: `${HOOK}/work/copied.ts`,
    from: 'retryMs: Infinity',
    to: 'retryMs: 500',
    test: {
      file: `${TESTS}/commands/prepare-job.test.ts`,
      title: 'gives the reason of the scheduler, whatever an exec answers meanwhile, 8 times of 8',
    },
  },
  {
    name: 'text of the cluster becomes a workflow command',
    file: `${HOOK}/inert.ts`,
    from: "    .replaceAll('##[', '## [')\n",
    to: '',
    test: { file: `${TESTS}/inert.test.ts`, title: 'shows what it has escaped' },
  },
  {
    name: 'a certificate that is not accepted is tried again',
    file: `${HOOK}/cluster/failures.ts`,
    from: 'return !isCertificateFault(error);',
    to: 'return true;',
    test: {
      file: `${TESTS}/cluster/client.test.ts`,
      title: 'does not ask again a server whose certificate is for another host',
    },
  },
  {
    name: "a secret that is another's is used",
    file: `${HOOK}/pods/own-objects.ts`,
    from: 'if (owner !== undefined && owner === ownerOf(asked) &&',
    to: "if (owner !== 'x' &&",
    test: {
      file: `${TESTS}/pods/own-objects.test.ts`,
      title: 'uses no secret of the same name that another runner owns',
    },
  },
  {
    name: "the API server's warnings annotate a user's run",
    file: `${HOOK}/pods/own-objects.ts`,
    from: 'out.debug(`the API server about',
    to: 'out.warning(`the API server about',
    test: {
      file: `${TESTS}/pods/own-objects.test.ts`,
      title: 'has the warnings of the server in the debug log, and annotates nothing',
    },
  },
  {
    name: 'a program to log in is found in folders of the workflow',
    file: `${HOOK}/cluster/kubeconfig.ts`,
    from: "[{ name: 'PATH', value: SYSTEM_PATH }, ...variables]",
    to: '[...variables]',
    test: {
      file: `${TESTS}/cluster/connect.test.ts`,
      title: 'starts a program to log in with a PATH that no workflow has a part in',
    },
  },
  {
    name: 'deadlines follow the wall clock',
    file: `${HOOK}/deadline.ts`,
    from: 'process.hrtime();',
    to: '[Date.now() / 1_000, 0];',
    test: {
      file: `${TESTS}/deadline.test.ts`,
      title: 'passes after its time, and not before, whatever the wall clock says',
    },
  },
  {
    name: 'an input with millions of faults makes a message of megabytes',
    file: 'packages/hooklib/src/reader.ts',
    from: 'const DESCRIBED = 20;',
    to: 'const DESCRIBED = 1e9;',
    test: {
      file: 'packages/hooklib/test/input-faults.test.ts',
      title: 'lists 20 of them and counts the others',
    },
  },
  {
    name: 'a name in a URL names another resource',
    file: `${HOOK}/cluster/resource-path.ts`,
    from: 'return encodeURIComponent(name);',
    to: 'return name;',
    test: {
      file: `${TESTS}/cluster/cluster.test.ts`,
      title: 'sends a name as one segment of the path, whatever it holds',
    },
  },
  {
    name: "a state that a step has written is taken for the job's",
    file: `${HOOK}/commands/job-state.ts`,
    from: '!timingSafeEqual(seen, expected)',
    to: '!timingSafeEqual(seen, seen)',
    test: {
      file: `${TESTS}/commands/job-state.test.ts`,
      title: 'is refused when a step has changed its job pod',
    },
  },
  {
    name: 'the state of an earlier job is good for this one',
    file: `${HOOK}/commands/job-secrets.ts`,
    from: 'key: randomBytes(KEY_BYTES)',
    to: 'key: Buffer.alloc(KEY_BYTES, randomBytes.name)',
    test: {
      file: `${TESTS}/commands/job-state.test.ts`,
      title: 'is refused when it is of an earlier job of the same runner',
    },
  },
  {
    name: "a step starts with a file that the job's processes can write",
    file: `${HOOK}/step/script.ts`,
    from: '_ph_path=$PATH\n${environmentLines',
    to: '_ph_path=$PATH\n[ ! -r ${HOOK_FOLDER}/environment ] || . ${HOOK_FOLDER}/environment\n${environmentLines',
    test: {
      file: `${TESTS}/commands/run-script-step.test.ts`,
      title: 'takes nothing of a step from the files that other processes of the job can write',
    },
  },
  {
    name: "a step does not get the job container's variables",
    file: `${HOOK}/commands/run-script-step.ts`,
    from: '{ ...job.environment, ...args.environmentVariables }',
    to: 'args.environmentVariables',
    test: {
      file: `${TESTS}/commands/run-script-step.test.ts`,
      title: "gives the step the job container's variables, and its own win",
    },
  },
  {
    name: "a step's own key is taken for the job's",
    file: `${HOOK}/commands/job-secrets.ts`,
    from: 'if (second !== undefined) return',
    to: "if (second?.file === '') return",
    test: {
      file: `${TESTS}/commands/job-state.test.ts`,
      title: 'is refused when a step has put a key of its own into the other place',
    },
  },
  {
    name: 'a state of another runner is taken',
    file: `${HOOK}/commands/job-state.ts`,
    from: "value['runner'] !== runner",
    to: "runner === ''",
    test: {
      file: `${TESTS}/commands/job-state.test.ts`,
      title: 'is refused when it was signed for another runner',
    },
  },
  {
    name: "a pod that has taken the job pod's name is used",
    file: `${HOOK}/pods/require-job-pod.ts`,
    from: 'owner.name === name && (uid === undefined || owner.uid === uid)) return pod;',
    to: "name !== '') return pod;",
    test: {
      file: `${TESTS}/commands/run-container-step.test.ts`,
      title: 'takes no pod of the name for the job pod that is not its runner’s',
    },
  },
  {
    name: "a pod that has taken the job pod's name tells why a step is lost",
    file: `${HOOK}/pods/why-gone.ts`,
    from: 'name: requirePodName(settings),',
    to: "name: requirePodName(settings) && 'runner-2',",
    test: {
      file: `${TESTS}/follow/drive-step.test.ts`,
      title: 'believes nothing of a pod that has taken the name of the job pod',
    },
  },
  {
    name: 'a read-only mount of the runner arrives writable',
    file: `${HOOK}/pod/runner-pod.ts`,
    from: 'const readOnly = mount.readOnly === true;',
    to: "const readOnly = mount.name === '';",
    test: { file: `${TESTS}/pod/runner-pod.test.ts`, title: 'is read-only where the runner may only read' },
  },
  {
    name: 'a workflow mounts any volume of the runner',
    file: `${HOOK}/pod/mount-policy.ts`,
    from: 'below(folder, source) !== undefined)) return;',
    to: 'folder !== source)) return;',
    test: {
      file: `${TESTS}/pod/volumes.test.ts`,
      title: 'may be a folder that the administrator allows, and no other that the runner shares',
    },
  },
  {
    name: 'a workflow mounts the socket of the container runtime',
    file: `${HOOK}/pod/volumes.ts`,
    from: 'if (folder === undefined || isRuntimeSocket(folder)) return undefined;',
    to: 'if (folder === undefined) return undefined;',
    test: {
      file: `${TESTS}/pod/volumes.test.ts`,
      title: "never have the socket of the container runtime, as with /host of the host's /var/run",
    },
  },
  {
    name: "a volume of a workflow covers the hook's own",
    file: `${HOOK}/pod/mount-policy.ts`,
    from: '  if (covered === undefined) return target;',
    to: "  if (covered !== '') return target;",
    test: {
      file: `${TESTS}/pod/volumes.test.ts`,
      title: 'may not cover what the hook mounts, as at /__podhooks',
    },
  },
  {
    name: 'a chmod follows a link out of the work folder',
    file: `${HOOK}/files/no-links.ts`,
    from: 'if (real !== join(realpathSync.native(root), relative)) throw',
    to: 'if (real === relative) throw',
    test: {
      file: `${TESTS}/work/file-commands.test.ts`,
      title: 'is not opened where a step has put a file behind a link',
    },
  },
  {
    name: 'the runner reads a file command through a link',
    file: `${HOOK}/work/shared-volume.ts`,
    from: 'refuseReplaced(this.work, fileCommands)',
    to: 'refuseReplaced(this.work, [])',
    test: {
      file: `${TESTS}/commands/run-script-step.test.ts`,
      title:
        'fails when a step has replaced a file command by a link, whatever its exit code, and removes the link',
    },
  },
  {
    name: 'a log that another process fills is followed without end',
    file: `${HOOK}/follow/drive-step.ts`,
    from: 'endless >= ENDLESS_EXECS',
    to: 'endless < 0',
    test: {
      file: `${TESTS}/follow/drive-step.test.ts`,
      title: 'reports a step as lost whose log another process has emptied and goes on to fill',
    },
  },
  {
    name: 'the end marker lands amid what another process has added to the log',
    file: `${HOOK}/step/supervisor.sh`,
    from: 'count="$_ph_reads" >> "$_ph_dir/log.$_ph_n"',
    to: 'count="$_ph_reads" of="$_ph_dir/log.$_ph_n"',
    test: {
      file: `${TESTS}/step/hostile-step.test.ts`,
      title: 'keeps its exit code when another process adds to its log',
    },
  },
  {
    name: 'a step that leaves nothing of its supervisor is waited for without end',
    file: `${HOOK}/step/supervisor.sh`,
    from: '/proc/${1:-0}/stat',
    to: '/proc/$1/stat',
    test: {
      file: `${TESTS}/step/hostile-step.test.ts`,
      title: 'is reported as lost when it leaves a log in its folder, and nothing of what ran it',
    },
  },
  {
    name: 'the job container gives no sign that it runs',
    file: `${HOOK}/pod/helper.ts`,
    from: "`printf '' > ${STARTED}\\n${KEEP_ALIVE}`",
    to: '`:\\n${KEEP_ALIVE}`',
    test: {
      file: `${TESTS}/ready/started-sign.test.ts`,
      title: 'is left by the command of the job container',
    },
  },
  {
    name: 'what is about to happen is waited for at the usual pace',
    file: `${HOOK}/ready/pace.ts`,
    from: '    this.wake();\n',
    to: '',
    test: {
      file: `${TESTS}/ready/pace.test.ts`,
      title: 'wakes a wait, and goes on quickly, when something is about to happen',
    },
  },
  {
    name: 'the folder of file commands may be a link',
    file: `${HOOK}/files/no-links.ts`,
    from: '    checkPlace({ root, path: dirname(path) });',
    to: '    return;',
    test: {
      file: `${TESTS}/work/file-commands.test.ts`,
      title:
        "is taken from the runner's way where a step has put a link for a folder, with nothing behind it",
    },
  },
  {
    name: 'a full disk leaves half a file command',
    file: `${HOOK}/files/no-links.ts`,
    from: "const part = at(`.${basename(path)}.${randomBytes(4).toString('hex')}.part`);",
    to: 'const part = at(basename(path)); unlinkSync(part);',
    test: {
      file: `${TESTS}/work/file-commands.test.ts`,
      title: 'are whole or as they were when the disk is full',
    },
  },
  {
    name: 'a user can replace the files of others in shared folders',
    file: `${HOOK}/work/file-commands.ts`,
    from: 'folder: 0o1777',
    to: 'folder: 0o777',
    test: {
      file: `${TESTS}/work/file-commands.test.ts`,
      title: 'is open to every user, and its folders keep what belongs to others',
    },
  },
  {
    name: 'an argument of a step names a folder above _actions',
    file: `${HOOK}/model/paths.ts`,
    from: "posix.normalize(name) === name && !name.endsWith('/.')",
    to: "name !== ''",
    test: {
      file: `${TESTS}/model/paths.test.ts`,
      title: 'finds none in /__w/_actions/../../., which leads elsewhere',
    },
  },
  {
    name: 'nobody says that the pull secrets of the default account are not used',
    file: `${HOOK}/pods/why-not-pulled.ts`,
    from: 'account !== DEFAULT_ACCOUNT;',
    to: 'account === DEFAULT_ACCOUNT;',
    test: {
      file: `${TESTS}/pods/why-not-pulled.test.ts`,
      title: 'says that the pull secrets of the default account are not those of the pod',
    },
  },
  {
    name: 'a quota on limits refuses the pod for its helper',
    file: `${HOOK}/pods/pod-template.ts`,
    from: ': withHelperLimits(pod)',
    to: ': pod',
    test: {
      file: `${TESTS}/commands/prepare-job.test.ts`,
      title: 'gives the helper small limits of what the template limits the job to',
    },
  },
  {
    name: 'a service does not see the work folder',
    file: `${HOOK}/pod/volumes.ts`,
    from: 'return [...this.workMounts().slice(0, 1), ...user];',
    to: 'return user;',
    test: {
      file: `${TESTS}/pod/volumes.test.ts`,
      title: 'of a service come beside the work folder, which is at /__w alone',
    },
  },
  {
    name: 'steps have /github/home for HOME where the image is to say it',
    file: `${HOOK}/commands/prepare-job.ts`,
    from: "(imageHome ? ['HOME'] : [])",
    to: "(imageHome ? [''] : [])",
    test: {
      file: `${TESTS}/commands/prepare-job.test.ts`,
      title: "gives steps the runner's HOME, or leaves them that of the image",
    },
  },
  {
    name: 'services of one image are numbered from one',
    file: `${HOOK}/model/names.ts`,
    from: 'let number = 0;',
    to: 'let number = 1;',
    test: {
      file: `${TESTS}/model/names.test.ts`,
      title: 'names redis, postgres, redis:7, other/redis redis-0, postgres, redis-1, redis-2',
    },
  },
  {
    name: 'the job container begins in a folder that a step can remove',
    file: `${HOOK}/pod/job-pod.ts`,
    from: 'workingDir: WORK_MOUNT,',
    to: "workingDir: container.workingDirectory ?? '',",
    test: {
      file: `${TESTS}/pod/job-pod.test.ts`,
      title:
        'shows the job container to kubectl, and begins there in the work folder, which no step can remove',
    },
  },
  {
    name: 'watching a step ends before the step does',
    file: `${HOOK}/step/watch.sh`,
    from: '[ -z "$_ph_last" ] || exit 0',
    to: 'exit 0',
    test: {
      file: `${TESTS}/step/watch.test.ts`,
      title: 'shows what the running step has printed, and what it prints until its end',
    },
  },
  {
    name: 'a preset of the hook wins over a variable of the workflow',
    file: `${HOOK}/pod/own-pod.ts`,
    from: 'presets.filter(({ name }) => !own.has(name))',
    to: 'presets.filter(() => own.size >= 0)',
    test: {
      file: `${TESTS}/commands/prepare-job.test.ts`,
      title: 'gives steps what the workflow says of a variable that is preset',
    },
  },
  {
    name: 'tar sets the times of a folder that the kubelet has made',
    file: `${HOOK}/work/work-folders.ts`,
    from: 'withParents(posix.normalize(subPath))',
    to: 'posix.dirname(subPath)',
    test: {
      file: `${TESTS}/work/work-folders.test.ts`,
      title: 'are those, too, that the kubelet makes for a mount, and all around them',
    },
  },
  {
    name: 'a volume that a service does not get is kept quiet',
    file: `${HOOK}/pod/volumes.ts`,
    from: 'tell(error);',
    to: '',
    test: {
      file: `${TESTS}/pod/job-pod.test.ts`,
      title: 'starts a service without the host path that it asks for, with one warning that names both',
    },
  },
  {
    name: 'an old chart is taken for a Role without rights',
    file: `${HOOK}/cluster/api-error.ts`,
    from: 'NO_PERMISSION.test(user)',
    to: "NO_PERMISSION.test('')",
    test: {
      file: `${TESTS}/cluster/api-error.test.ts`,
      title: 'tells of an account of a chart that has ignored the container mode, and what to do',
    },
  },
  {
    name: 'a hook goes on with the job of another version',
    file: `${HOOK}/commands/job-state.ts`,
    from: 'if (version !== VERSION) throw replaced(version);',
    to: '',
    test: {
      file: `${TESTS}/commands/job-state.test.ts`,
      title: 'is refused when podhooks 99.1.0-rc.1 has signed it, and the error names both versions',
    },
  },
  {
    name: 'a replaced ConfigMap changes the hook of a running job',
    file: 'examples/arc-values-novolume.yaml',
    from: '            subPath: index.js\n',
    to: '',
    test: {
      file: 'test/examples.test.ts',
      title: 'mount nothing but the ConfigMap that the README creates, and that with subPath',
    },
  },
  {
    name: 'a label of the example for Azure does not reach the job pod',
    file: 'examples/identity/azure-workload-identity.yaml',
    from: 'azure.workload.identity/use:',
    to: 'aadpodidbinding:',
    test: { file: 'test/examples.test.ts', title: 'sets labels only that the job pod inherits' },
  },
  {
    name: 'the demo claims that nothing is lost without comparing',
    file: 'test/demo/job.ts',
    from: 'if (!arrived.equals(expected))',
    to: 'if (arrived.length < expected.length)',
    test: { file: 'test/demo.test.ts', title: 'is a fault if bytes are changed' },
  },
  {
    name: 'a name that is not UTF-8 stops prepare_job',
    file: `${HOOK}/work/pack.ts`,
    from: 'if (!exact) leftOut',
    to: "if (!exact && name === '') leftOut",
    test: {
      file: `${TESTS}/work/work-folder.test.ts`,
      title: 'leaves out names and links that are not UTF-8, and says so once',
    },
  },
  {
    name: 'a privileged option is ignored without a word',
    file: `${HOOK}/options/read.ts`,
    from: "option.kind === 'refused' ? read.refused : read.unused",
    to: 'read.unused',
    test: {
      file: `${TESTS}/options/read.test.ts`,
      title:
        'leaves out what would reach the node, with one warning that names it, the container and the reason',
    },
  },
  {
    name: 'a limit of options reserves as much',
    file: `${HOOK}/options/container.ts`,
    from: "...(cpus > 0 && { cpu: '0' }),",
    to: '',
    test: {
      file: `${TESTS}/options/job-options.test.ts`,
      title: 'puts --cpus 1.5 of the job container into the pod',
    },
  },
  {
    name: '--user root wins over runAsNonRoot of the template',
    file: `${HOOK}/options/template-first.ts`,
    from: '!(nonRoot && runAsUser === 0)',
    to: 'true',
    test: {
      file: `${TESTS}/options/template-first.test.ts`,
      title: 'lets runAsNonRoot of the pod win over --user root',
    },
  },
  {
    name: 'the value of a bad --env is shown',
    file: `${HOOK}/options/read.ts`,
    from: "option.hidden ? ''",
    to: "option.hidden === undefined ? ''",
    test: {
      file: `${TESTS}/options/read.test.ts`,
      title: 'shows no value of a variable, a label or a health command',
    },
  },
  {
    name: 'the kubelet expands a health command',
    file: `${HOOK}/options/health.ts`,
    from: 'literal(command)',
    to: 'command',
    test: {
      file: `${TESTS}/options/job-options.test.ts`,
      title: 'puts --health-cmd "redis-cli -a $PASSWORD ping" of a service into the pod',
    },
  },
  {
    name: 'a job begins before its services are healthy',
    file: `${HOOK}/ready/wait-for-health.ts`,
    from: "return names === '' ? state :",
    to: 'return names.length >= 0 ? state :',
    test: {
      file: `${TESTS}/ready/wait-for-others.test.ts`,
      title: 'waits until a service is healthy',
    },
  },
  {
    name: 'a workflow gets a capability that nobody has allowed',
    file: `${HOOK}/options/read.ts`,
    from: "option.kind === 'guarded' && !isAllowed",
    to: "option.kind !== 'guarded' && !isAllowed",
    test: {
      file: `${TESTS}/options/read.test.ts`,
      title: 'gives the rights that nothing names, and refuses others',
    },
  },
  {
    name: 'a container that asks for nothing has no maximum',
    file: `${HOOK}/options/policy.ts`,
    from: 'asked === undefined || asked === 0 || asked > most ? most : asked',
    to: 'asked === undefined || asked === 0 ? (asked ?? 0) : Math.min(asked, most)',
    test: {
      file: `${TESTS}/options/read.test.ts`,
      title: 'keeps a container that asks for nothing within the maxima',
    },
  },
  {
    name: 'the limits of options are not kept for docker actions',
    file: `${HOOK}/pod/step-pod.ts`,
    from: "    ...containerPart(readOptions(null, 'service', options.policy).effects),\n",
    to: '',
    test: {
      file: `${TESTS}/pod/step-pod.test.ts`,
      title: 'has the maxima of the administrator as limits, as the runner passes no options',
    },
  },
  {
    name: 'an allowed tag allows every digest, too',
    file: `${HOOK}/pod/image-policy.ts`,
    from: 'return digest === undefined ? `${name}:${tag}`',
    to: 'return digest === undefined || tag !== undefined ? `${name}:${tag}`',
    test: {
      file: `${TESTS}/pod/image-policy.test.ts`,
      title:
        'are no others: "redis:7@sha256:0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a"',
    },
  },
  {
    name: 'an allowed host allows others whose path holds its name',
    file: `${HOOK}/pod/image-policy.ts`,
    from: "globExpression(host, '[^/]*')",
    to: 'globExpression(host)',
    test: { file: `${TESTS}/pod/image-policy.test.ts`, title: 'are no others: "evil.test/x.corp.test/a"' },
  },
  {
    name: 'a service runs an image that is not allowed',
    file: `${HOOK}/commands/prepare-job.ts`,
    from: '  for (const [index, service] of services.entries())\n    requireAllowedImage',
    to: '  for (const [index, service] of services.slice(1).entries())\n    requireAllowedImage',
    test: {
      file: `${TESTS}/commands/prepare-job.test.ts`,
      title: 'creates nothing for a service whose image is not allowed',
    },
  },
  {
    name: 'a step fails before the end of a service can be known',
    file: `${HOOK}/follow/failed-services.ts`,
    from: 'if (leftMs > 0) await sleep',
    to: 'if (leftMs < 0) await sleep',
    test: {
      file: `${TESTS}/follow/failed-services.test.ts`,
      title: 'looks no earlier than the kubelet can know, however soon the step has failed',
    },
  },
  {
    name: 'a failed service is not named when the job ends',
    file: `${HOOK}/commands/cleanup-job.ts`,
    from: 'pods.flatMap(failedServices)',
    to: 'pods.slice(pods.length).flatMap(failedServices)',
    test: {
      file: `${TESTS}/commands/cleanup-job.test.ts`,
      title: 'tells of a service that has failed, however late, and of no other container',
    },
  },
  {
    name: 'container steps do not know the aliases of services',
    file: `${HOOK}/pod/step-pod.ts`,
    from: '...containers, ...aliases',
    to: '...containers',
    test: {
      file: `${TESTS}/pod/step-pod.test.ts`,
      title: 'names services by the names that their options give them, too',
    },
  },
  {
    name: 'what comes back from the pod is written through a link',
    file: `${HOOK}/back/open-folders.ts`,
    from: 'inFolder(parent, name), O_RDONLY | O_DIRECTORY | O_NOFOLLOW)',
    to: 'inFolder(parent, name), O_RDONLY | O_DIRECTORY)',
    test: {
      file: `${TESTS}/back/hostile-archives.test.ts`,
      title: 'does not write through a link that an earlier one has left',
    },
  },
  {
    name: 'what comes back from the pod replaces a file command',
    file: `${HOOK}/agent/placing.ts`,
    from: 'root === TEMP && PROTECTED.includes(second)',
    to: 'root === TEMP && second === undefined',
    test: {
      file: `${TESTS}/back/hostile-archives.test.ts`,
      title: 'with a file command changes nothing but the workspace, and this is said',
    },
  },
  {
    name: "a link from the pod leads to the runner's own files",
    file: `${HOOK}/agent/placing.ts`,
    from: "if (steps.slice(ups === -1 ? steps.length : ups).includes('..')) return false;",
    to: '',
    test: {
      file: `${TESTS}/back/hostile-archives.test.ts`,
      title: 'with a link that climbs behind a name changes nothing but the workspace, and this is said',
    },
  },
  {
    name: 'an archive from the pod fills the disk of the runner',
    file: `${HOOK}/back/writer.ts`,
    from: "kind === 'file' && size > this.bytesLeft",
    to: "kind === 'file' && size > Infinity",
    test: {
      file: `${TESTS}/back/hostile-archives.test.ts`,
      title: 'with a file larger than the budget changes nothing but the workspace, and this is said',
    },
  },
  {
    name: 'a list of long names from the pod fills the memory of the runner',
    file: `${HOOK}/back/receive.ts`,
    from: 'byteName(name.subarray(name.lastIndexOf(SLASH) + 1))',
    to: 'byteName(name).slice(name.lastIndexOf(SLASH) + 1)',
    test: {
      file: `${TESTS}/back/receive.test.ts`,
      title: 'takes no more than 64 MB of memory for a list of 240 MB with long paths',
    },
  },
  {
    name: 'folders from the pod without number fill the memory of the runner',
    file: `${HOOK}/back/writer.ts`,
    from: 'if (this.late.isFull) this.settleFolders();',
    to: '',
    test: {
      file: `${TESTS}/back/receive.test.ts`,
      title: 'has the modes and times of all its folders when they are more than can be remembered',
    },
  },
  {
    name: 'the content of a renamed folder does not reach the runner',
    file: `${HOOK}/agent/agent.ts`,
    from: '  [[ -n $base ]] || return\n  local name kept',
    to: '  return\n  local name kept',
    test: { file: `${TESTS}/back/agent.test.ts`, title: 'finds a renamed folder' },
  },
  {
    name: 'what a step has changed is lost with its answer',
    file: `${HOOK}/agent/agent.ts`,
    from: '    inline) [[ ! -e ${HOOK_FOLDER}/$last.back ]] ;;',
    to: '    inline) return 0 ;;',
    test: {
      file: `${TESTS}/back/agent.test.ts`,
      title: 'sends again what was not taken, with all that is new',
    },
  },
  {
    name: 'a lost connection leaves files of a step behind',
    file: `${HOOK}/back/fetch-archive.ts`,
    from: 'if (cancelled.aborted || whole.hasPassed',
    to: 'if (!cancelled.aborted || whole.hasPassed',
    test: {
      file: `${TESTS}/back/bring-back.test.ts`,
      title: 'come whole over connections that are lost, and none from the beginning',
    },
  },
  {
    name: 'an agent that does not answer is no difference that anybody sees',
    file: `${HOOK}/back/bring-back.ts`,
    from: '  if (news.length > 0) context',
    to: '  if (news.length > 1) context',
    test: {
      file: `${TESTS}/back/bring-back.test.ts`,
      title: 'are named once when the agent does not answer; the exit code stands',
    },
  },
  {
    name: 'a docker action without a shared volume starts before its files are there',
    file: `${HOOK}/pod/helper.ts`,
    from: 'until [[ -e ${FILES_ARRIVED} ]]; do',
    to: 'until true; do',
    test: {
      file: `${TESTS}/pod/step-pod.test.ts`,
      title:
        'has a helper where the runner shares no volume, which comes first and lets the action wait for its files',
    },
  },
  {
    name: 'steps do not see what a docker action has changed, without a shared volume',
    file: `${HOOK}/work/copied-action.ts`,
    from: '    if (jobPod !== undefined) await this.bringToJob',
    to: '    if (jobPod === undefined) await this.bringToJob',
    test: {
      file: `${TESTS}/commands/copied-action.test.ts`,
      title:
        'gives the action the files of the job pod, and what it changes to the job pod and the runner, when it fails, too',
    },
  },
  {
    name: 'the file commands of a docker action are lost, without a shared volume',
    file: `${HOOK}/work/copied-action.ts`,
    from: '    await readFileCommands(pod, work, context);\n',
    to: '',
    test: {
      file: `${TESTS}/commands/copied-action.test.ts`,
      title:
        'gives the action the files of the job pod, and what it changes to the job pod and the runner, when it fails, too',
    },
  },
  {
    name: 'a large file command of a docker action is cut, without a shared volume',
    file: `${HOOK}/work/action-file-commands.ts`,
    from: 'beginning.length <= SMALL_BYTES',
    to: 'beginning.length > 0',
    test: {
      file: `${TESTS}/commands/copied-action.test.ts`,
      title: 'brings each file command whole, up to 4 MiB, and refuses a larger one',
    },
  },
  {
    name: 'a step is green that has replaced a file command, without a shared volume',
    file: `${HOOK}/step/script.ts`,
    from: 'elif [ -e ${quote(path)} ] || [ -L ${quote(path)} ]; then',
    to: 'elif false; then',
    test: {
      file: `${TESTS}/follow/drive-step.test.ts`,
      title: 'fails when a folder is where a file command was: its outputs would be lost without a word',
    },
  },
  {
    name: 'a docker action runs whose files did not arrive',
    file: `${HOOK}/work/copied-action.ts`,
    from: '      if (exitCode !== 0)\n        throw',
    to: '      if (exitCode > 128)\n        throw',
    test: {
      file: `${TESTS}/commands/copied-action.test.ts`,
      title: 'does not run the action without its files, and names the reason',
    },
  },
  {
    name: 'what a docker action removes is still there for the steps after it',
    file: `${HOOK}/agent/action-files.ts`,
    from: '{ cat gone; grep -zv',
    to: '{ grep -zv',
    test: {
      file: `${TESTS}/agent/action-files.test.ts`,
      title: 'are removed by their exact names',
    },
  },
  {
    name: 'a file of a docker action is written through a link of the job',
    file: `${HOOK}/agent/action-files.ts`,
    from: "{ cat gone; grep -zv '^d ' changed; }",
    to: 'cat gone',
    test: {
      file: `${TESTS}/agent/action-files.test.ts`,
      title: 'are not written through a link that the job has in the meantime',
    },
  },
  {
    name: 'a docker action puts a link in the place of a file command',
    file: `${HOOK}/agent/action-files.ts`,
    from: 'if [[ -L $path ]] || [[ -e',
    to: 'if [[ -e',
    test: {
      file: `${TESTS}/agent/action-files.test.ts`,
      title: 'are read byte by byte, and told from links, folders and what is gone',
    },
  },
  {
    name: "a step takes the runner's workspace away",
    file: `${HOOK}/agent/placing.ts`,
    from: 'return root === repository && name',
    to: "return root === '' && name",
    test: {
      file: `${TESTS}/back/receive.test.ts`,
      title:
        'empties the workspace when it is gone from the pod, and keeps the folder, which the runner starts hooks in',
    },
  },
  {
    name: 'a job container ends where it cannot say that it runs',
    file: `${HOOK}/pod/helper.ts`,
    from: "`printf '' > ${STARTED}\\n",
    to: '`: > ${STARTED}\\n',
    test: {
      file: `${TESTS}/ready/started-sign.test.ts`,
      title: 'does not end the job container in dash where it cannot be left',
    },
  },
  {
    name: 'a fault of the cluster is told as one of the workflow',
    file: `${HOOK}/failure.ts`,
    from: "STEP_LOST: 'infrastructure'",
    to: "STEP_LOST: 'workflow'",
    test: { file: `${TESTS}/failure.test.ts`, title: 'says of STEP_LOST that it is infrastructure' },
  },
  {
    name: 'nobody tells that the runner has stopped a step',
    file: `${HOOK}/failure.ts`,
    from: "&& command !== 'run_container_step'",
    to: '',
    test: {
      file: `${TESTS}/failure.test.ts`,
      title: 'says how long a run_container_step ran that the runner stopped',
    },
  },
  {
    name: 'an image without sh is told as any other failure',
    file: `${HOOK}/pods/failures.ts`,
    from: 'const NO_SHELL = /exec: "',
    to: 'const NO_SHELL = /none: "',
    test: {
      file: `${TESTS}/pods/failures.test.ts`,
      title: 'has waiting RunContainerError: exec: "sh": executable file not found in $PATH: fail',
    },
  },
  {
    name: 'the log of a container of the template is lost with its pod',
    file: `${HOOK}/pods/pod-template.ts`,
    from: 'withLastWords(settled.pod)',
    to: 'settled.pod',
    test: {
      file: `${TESTS}/pods/pod-template.test.ts`,
      title: 'has containers of the template leave the end of their log, too, unless they say otherwise',
    },
  },
  {
    name: 'a LimitRange is told as an admission policy',
    file: `${HOOK}/admission.ts`,
    from: '(?:maximum|minimum)',
    to: '(?:none)',
    test: { file: `${TESTS}/admission.test.ts`, title: 'names a LimitRange' },
  },
  {
    name: 'a mount without a volume is left to the API server',
    file: `${HOOK}/template/template-mounts.ts`,
    from: '!missing.has(name)',
    to: 'missing.has(name)',
    test: {
      file: `${TESTS}/template/template-apply.test.ts`,
      title: 'is named where the template says it',
    },
  },
  {
    name: 'a mistake inside of a mistake is told only when the first is corrected',
    file: `${HOOK}/template/template-check.ts`,
    from: 'if (meant !== undefined) checkValue(member, meant.type, path, [...around, self], told);',
    to: '',
    test: {
      file: `${TESTS}/template/template.test.ts`,
      title: 'finds what is wrong inside of a field that stands at the wrong place, at the same time',
    },
  },
  {
    name: 'a job begins although a probe of a sidecar has not succeeded',
    file: `${HOOK}/pods/readiness.ts`,
    from: 'status === undefined || status.ready ||',
    to: 'status === undefined || !status.ready ||',
    test: { file: `${TESTS}/pods/readiness.test.ts`, title: 'are waited for, and named: HTTP' },
  },
  {
    name: 'a volume that is missing is waited for to the end',
    file: `${HOOK}/pods/why-not-mounted.ts`,
    from: 'if (isNotFound(error)) return { absent',
    to: 'if (!isNotFound(error)) return { absent',
    test: {
      file: `${TESTS}/pods/why-not-mounted.test.ts`,
      title: 'names a ConfigMap that is not there',
    },
  },
  {
    name: 'doctor finds no fault in a Role that lacks a right',
    file: `${HOOK}/cli/check-rights.ts`,
    from: 'required.length === 0',
    to: 'required.length < 99',
    test: { file: `${TESTS}/cli/doctor.test.ts`, title: 'gives the rules that a Role lacks' },
  },
  {
    name: 'an action is missing whose ref begins as that of another one',
    file: `${HOOK}/work/actions.ts`,
    from: 'if (downloaded(join(work, name)) || (await holdsFiles(join(work, name)))) return [name];',
    to: 'if (name !== undefined) return [name];',
    test: { file: `${TESTS}/work/actions.test.ts`, title: 'are each its own where a ref has slashes' },
  },
  {
    name: 'a transfer to the pod that is cut begins anew each time',
    file: `${HOOK}/work/send-work-folder.ts`,
    from: 'for (; this.inPlace < count && this.open.length > 0; this.inPlace++) this.open.shift();',
    to: 'if (count < 0) this.open.shift();',
    test: {
      file: `${TESTS}/work/work-folder.test.ts`,
      title: 'goes on behind what is in place when the connection is cut, time and again',
    },
  },
  {
    name: 'what was damaged on its way to the pod is used',
    file: `${HOOK}/agent/receive-parts.ts`,
    from: '|| exit ${DAMAGED}',
    to: '|| :',
    test: {
      file: `${TESTS}/work/work-folder.test.ts`,
      title: 'sends a part again that was damaged on its way',
    },
  },
  {
    name: 'files that the runner’s side puts into _temp in the middle of a job never reach the pod',
    file: `${HOOK}/work/copied.ts`,
    from: 'await this.sendFresh(step, send);',
    to: '',
    test: {
      file: `${TESTS}/commands/run-script-step.test.ts`,
      title:
        'brings what something on the runner’s side has put into _temp since, and leaves what the pod has of that name',
    },
  },
  {
    name: "the job's own files in _temp are overwritten by the runner's older ones",
    file: `${HOOK}/work/copied.ts`,
    from: "['--skip-old-files']",
    to: '[]',
    test: {
      file: `${TESTS}/commands/run-script-step.test.ts`,
      title:
        'brings what something on the runner’s side has put into _temp since, and leaves what the pod has of that name',
    },
  },
  {
    name: 'a cancelled docker action is waited for longer than the runner waits',
    file: `${HOOK}/commands/run-container-step.ts`,
    from: 'const CANCELLING_MS = 3_500;',
    to: 'const CANCELLING_MS = 70_000;',
    test: {
      file: `${TESTS}/commands/run-container-step.test.ts`,
      title: 'gives up on a cancelled action whose pod does not go',
    },
  },
  {
    name: 'git refuses the workspace that another user owns',
    file: `${HOOK}/step/git.ts`,
    from: "GIT_CONFIG_VALUE_0: '*'",
    to: "GIT_CONFIG_VALUE_0: '/github/workspace'",
    test: { file: `${TESTS}/step/git.test.ts`, title: 'lets git work in folders of other users' },
  },
  {
    name: 'a file that vanishes while the work folder is copied fails prepare_job',
    file: `${HOOK}/work/pack.ts`,
    from: 'if (isMissing(error)) return undefined;',
    to: "if (isMissing(error) && name === '') return undefined;",
    test: {
      file: `${TESTS}/work/work-folder.test.ts`,
      title: 'copes with files that vanish, grow, shrink or are emptied after they were found',
    },
  },
  {
    name: 'a container may gain rights in a namespace that is restricted',
    file: `${HOOK}/pod/security.ts`,
    from: 'allowPrivilegeEscalation: false,',
    to: '',
    test: {
      file: `${TESTS}/pod/security.test.ts`,
      title: 'is met by every container of a job and of a docker action in volume mode',
    },
  },
  {
    name: 'a workflow gets the rights of root where pods are restricted',
    file: `${HOOK}/options/policy.ts`,
    from: '(!restricted || written === RESTRICTED)',
    to: '(written !== RESTRICTED || !restricted)',
    test: {
      file: `${TESTS}/pod/security.test.ts`,
      title: 'is met whatever options ask for, and each of them is named',
    },
  },
  {
    name: 'a step goes to the cache of the runner, not to that of the administrator',
    file: `${HOOK}/commands/run-script-step.ts`,
    from: '!Object.hasOwn(environmentSet, name)',
    to: 'true',
    test: {
      file: `${TESTS}/commands/run-script-step.test.ts`,
      title: 'leaves the variables of the administrator as the job container has them',
    },
  },
  {
    name: 'what the workflow sets wins over the variables of the administrator',
    file: `${HOOK}/pod/own-pod.ts`,
    from: '({ name }) => !set.has(name)',
    to: '() => true',
    test: {
      file: `${TESTS}/pod/job-pod.test.ts`,
      title:
        'has the variables of the administrator in each container but the helper, whatever the workflow sets',
    },
  },
  {
    name: 'a mirror of a registry is used for another whose name begins as it does',
    file: `${HOOK}/pod/image-policy.ts`,
    from: 'name.startsWith(`${prefix}/`)',
    to: 'name.startsWith(prefix)',
    test: {
      file: `${TESTS}/pod/image-policy.test.ts`,
      title: 'is docker.io.evil.test/library/node for docker.io.evil.test/library/node',
    },
  },
  {
    name: 'the log of a failed service is gone with its pod',
    file: `${HOOK}/commands/service-logs.ts`,
    from: "servicesLogs === 'always' || hasFailed(status)",
    to: "servicesLogs === 'always' && hasFailed(status)",
    test: {
      file: `${TESTS}/commands/cleanup-job.test.ts`,
      title: 'shows the log of services at the end, before their pod is gone: on-failure',
    },
  },
  {
    name: 'a workflow may write to a volume that the administrator gives for reading',
    file: `${HOOK}/pod/volumes.ts`,
    from: 'folderMount(added, { subPath, readOnly });',
    to: 'folderMount(added, { subPath });',
    test: {
      file: `${TESTS}/pod/volumes.test.ts`,
      title: 'are mounted by their names, and one claim is one volume',
    },
  },
  {
    name: 'a workflow gets more GPUs than the maximum',
    file: `${HOOK}/options/policy.ts`,
    from: 'Math.min(asked, maxGpus ?? asked)',
    to: 'asked',
    test: {
      file: `${TESTS}/options/job-options.test.ts`,
      title: 'puts --gpus 8 of a service into the pod',
    },
  },
  {
    name: 'render shows the values of variables that a template sets',
    file: `${HOOK}/cli/annotated-yaml.ts`,
    from: "name === 'value' && each[0] !== now",
    to: "name === 'value' && now === undefined",
    test: { file: `${TESTS}/cli/render.test.ts`, title: 'shows no value that may be secret' },
  },
  {
    name: 'render names the wrong origin of what a template changes',
    file: `${HOOK}/cli/annotated-yaml.ts`,
    from: 'values.findLastIndex(',
    to: 'values.findIndex(',
    test: {
      file: `${TESTS}/cli/annotated-yaml.test.ts`,
      title: 'names the last stage that has changed a value',
    },
  },
  {
    name: 'doctor prints a Role with verbs that are not missing',
    file: `${HOOK}/cli/check-rights.ts`,
    from: 'answers[index] === false',
    to: "answers[index] === false || PERMISSIONS[index]?.verb === 'list'",
    test: { file: `${TESTS}/cli/doctor.test.ts`, title: 'gives the rules that a Role lacks' },
  },
  {
    name: 'doctor does not look whether the server takes the job pod',
    file: `${HOOK}/cli/check-job-pod.ts`,
    from: 'await dryRun(job, client, cluster)',
    to: '[]',
    test: {
      file: `${TESTS}/cli/doctor.test.ts`,
      title: 'gives the words and the hint of a server that does not take the pod of a job',
    },
  },
  {
    name: 'doctor does not see that the tools folder cannot be written',
    file: `${HOOK}/cli/check-runner.ts`,
    from: "join(work, '_tool'), ",
    to: '',
    test: {
      file: `${TESTS}/cli/check-runner.test.ts`,
      title: 'finds a folder of tools that is none, and leaves nothing in the others',
    },
  },
  {
    name: 'a link in the place of the timings file is followed',
    file: `${HOOK}/commands/record-timings.ts`,
    from: 'O_CREAT | O_NOFOLLOW | O_NONBLOCK,',
    to: 'O_CREAT | O_NONBLOCK,',
    test: { file: `${TESTS}/commands/timings.test.ts`, title: 'follow no link that a step has put there' },
  },
  {
    name: 'the pod is read for timings that nobody wants',
    file: `${HOOK}/commands/tell-timings.ts`,
    from: 'if (!isSlow && settings.timingsFile === undefined) return;',
    to: '',
    test: {
      file: `${TESTS}/commands/timings.test.ts`,
      title: 'are not told, nor asked for, of one that did not',
    },
  },
  {
    name: 'a wait that took too long says nothing of what to do',
    file: `${HOOK}/ready/wait-for-pod.ts`,
    from: "hint = state.kind === 'waiting' ? state.hint : undefined;",
    to: '',
    test: { file: 'test/situations.test.ts', title: 'names object, cause and fix where no node has room' },
  },
  {
    name: 'the debug log shows the variables of a template',
    file: `${HOOK}/pods/pod-template.ts`,
    from: 'const pod = withLastWords(settled.pod);',
    to: 'const pod = withLastWords(settled.pod); out.debug(JSON.stringify(pod));',
    test: {
      file: 'test/situations.test.ts',
      title: 'shows no secret of payload, template, settings or environment, in debug mode neither',
    },
  },
  {
    name: 'a missing right is told with the wrong resource to grant',
    file: `${HOOK}/cluster/api-error.ts`,
    from: 'return `Add the verb "${verb}" on "${resource}"',
    to: 'return `Add the verb "${verb}" on "pods"',
    test: {
      file: 'test/situations.test.ts',
      title: 'names object, cause and fix where the Role lacks delete on secrets',
    },
  },
  {
    name: 'an action starts although a RUN of its Dockerfile has failed',
    file: `${HOOK}/dockerfile/carry-out.sh`,
    from: '  [ "$_ph_code" = 0 ] || _ph_fail "$_ph_code"',
    to: '  :',
    test: {
      file: `${TESTS}/dockerfile/carry-out.test.ts`,
      title: 'ends with a RUN that fails, and says which, and how',
    },
  },
  {
    name: 'a build sees the secrets of the action',
    file: `${HOOK}/pod/build-pod.ts`,
    from: 'env: env.filter((each) => !mine.includes(each.name)),',
    to: 'env,',
    test: {
      file: `${TESTS}/pod/build-pod.test.ts`,
      title: 'starts from the base image with nothing of the action in its environment',
    },
  },
  {
    name: 'what a build prints is taken for commands of the runner',
    file: `${HOOK}/dockerfile/carry-out.sh`,
    from: '::group::Building %s\\n::stop-commands::%s\\n',
    to: '::group::Building %s\\n%s\\n',
    test: {
      file: `${TESTS}/dockerfile/carry-out.test.ts`,
      title: 'shows what it does in a group, and gives no command of it to the runner',
    },
  },
  {
    name: 'COPY reads files outside of the folder of the Dockerfile',
    file: `${HOOK}/dockerfile/context-files.ts`,
    from: "if (path === '..' || path.startsWith('../'))",
    to: 'if (path === "/")',
    test: { file: `${TESTS}/dockerfile/plan.test.ts`, title: 'refuses COPY out of the context, by its line' },
  },
  {
    name: 'an action waits for ever for a stage that was killed',
    file: `${HOOK}/follow/action-end.ts`,
    from: 'if (reason === undefined) return lostStage(pod);',
    to: 'if (reason === undefined) return undefined;',
    test: {
      file: `${TESTS}/follow/action-end.test.ts`,
      title: 'is a loss where a stage of its Dockerfile was killed: the action would wait for ever',
    },
  },
  {
    name: 'a Dockerfile uses images that are not allowed',
    file: `${HOOK}/commands/dockerfile-action.ts`,
    from: 'requireAllowedImage(image, `line ${line} of ${title}`, imagesAllow);',
    to: 'void image;',
    test: {
      file: `${TESTS}/commands/dockerfile-action.test.ts`,
      title: 'uses no image that is not allowed, in any stage',
    },
  },
];
