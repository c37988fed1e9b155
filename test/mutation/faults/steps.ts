import { type Fault, HOOK, TESTS } from '../fault.js';

/** Of running a step, and of its end. */
export const STEPS: readonly Fault[] = [
  {
    name: 'a step is lost because an API server that has just started refuses everything',
    file: `${HOOK}/pods/why-gone.ts`,
    from: "['API_UNREACHABLE', 'API_FORBIDDEN']",
    to: "['API_UNREACHABLE']",
    test: {
      file: `${TESTS}/follow/drive-step.test.ts`,
      title: 'goes on when an API server that has just started refuses what it will allow again',
    },
  },
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
    name: 'git refuses the workspace that another user owns',
    file: `${HOOK}/step/git.ts`,
    from: "GIT_CONFIG_VALUE_0: '*'",
    to: "GIT_CONFIG_VALUE_0: '/github/workspace'",
    test: { file: `${TESTS}/step/git.test.ts`, title: 'lets git work in folders of other users' },
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
];
