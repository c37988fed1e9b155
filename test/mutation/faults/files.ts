import { type Fault, HOOK, TESTS } from '../fault.js';

/** Of files that travel between runner and pods. */
export const FILES: readonly Fault[] = [
  {
    name: 'a name with a line feed is looked for as two names',
    file: `${HOOK}/agent/bulk.ts`,
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
    name: 'a chmod follows a link out of the work folder',
    file: `${HOOK}/files/no-links.ts`,
    from: 'if (real !== join(realRoot(root), relative)) throw',
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
    name: 'an answer that is being written is taken for whole',
    file: `${HOOK}/step/ask-for-changes.sh`,
    from: 'until [ -s "$_ph_dir.back" ]',
    to: 'until [ -e "$_ph_dir.back" ]',
    test: {
      file: `${TESTS}/step/ask-for-changes.test.ts`,
      title: 'is awaited when the file is there before its content',
    },
  },
  {
    name: 'a step waits for an answer that no disk has room for',
    file: `${HOOK}/step/ask-for-changes.sh`,
    from: '    [ ! -e "$_ph_dir.back" ] || _ph_most=50\n',
    to: '',
    test: {
      file: `${TESTS}/step/ask-for-changes.test.ts`,
      title: 'is empty, and the step ends all the same, when there is no room for it',
    },
  },
  {
    name: 'the agent waits for a reader of a pipe of the job',
    file: `${HOOK}/agent/agent.ts`,
    from: '  [[ ! -e $mark && ! -L $mark ]] && create "$mark"',
    to: '  create "$mark"',
    test: {
      file: `${TESTS}/back/agent.test.ts`,
      title: 'answers in the place of what a job has put there meanwhile',
    },
  },
  {
    name: 'a step that has changed nothing costs the agent a program more',
    file: `${HOOK}/agent/agent.ts`,
    from: '  [[ ! -e $mark && ! -L $mark ]] && create "$mark"',
    to: '  false && create "$mark"',
    test: {
      file: `${TESTS}/back/agent.test.ts`,
      title: 'starts one program for a step that has changed nothing',
    },
  },
  {
    name: 'a change is none to the agent',
    file: `${HOOK}/agent/agent.ts`,
    from: String.raw`"\${rows[*]}" =~`,
    to: String.raw`"\${rows[0]-}" =~`,
    test: { file: `${TESTS}/back/agent.test.ts`, title: 'finds a new file of the temporary folder' },
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
    name: 'a docker action runs whose files did not arrive',
    file: `${HOOK}/back/pod-copy.ts`,
    from: '    if (exitCode !== 0) throw',
    to: '    if (exitCode > 128) throw',
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
    name: 'a copy between pods that is cut short passes for a whole one',
    file: `${HOOK}/back/pod-copy.ts`,
    from: 'if (isWhole(directly)) return directly.from;',
    to: 'return directly.from;',
    test: {
      file: `${TESTS}/work/copied-action.test.ts`,
      title: 'come through the API server where the connection ends early, and directly the next time',
    },
  },
  {
    name: 'a whole copy between pods fails, as its receiver has left first',
    file: `${HOOK}/agent/direct-copy.mjs`,
    from: "new Promise((resolve) => socket.once('close', resolve))",
    to: "once(socket, 'close')",
    test: {
      file: `${TESTS}/agent/direct-copy.test.ts`,
      title:
        'has the exit code of the command that sends, too, where the receiver has all of it and resets the connection',
    },
  },
  {
    name: 'who has seen the key of one copy between pods can read the next one',
    file: `${HOOK}/back/direct-copy.ts`,
    from: 'randomBytes(32)',
    to: 'Buffer.alloc(32)',
    test: { file: `${TESTS}/work/copied-action.test.ts`, title: 'have a key of their own each time' },
  },
  {
    name: 'each docker action waits in vain for pods that do not reach each other',
    file: `${HOOK}/back/direct-copy.ts`,
    from: '      replacePlace(noWay, Buffer.alloc(0));\n',
    to: '',
    test: {
      file: `${TESTS}/work/copied-action.test.ts`,
      title:
        'come through the API server where the pods do not reach each other, which is tried once in a job',
    },
  },
  {
    name: 'a large workspace goes to the pod of a docker action through the runner',
    file: `${HOOK}/commands/run-container-step.ts`,
    from: 'address: jobPod?.status?.podIP',
    to: 'address: undefined',
    test: {
      file: `${TESTS}/commands/copied-action.test.ts`,
      title: 'gives the action a large workspace of the job pod directly',
    },
  },
  {
    name: 'containerd drops the end of an archive, as its sender has ended too early',
    file: `${HOOK}/back/pump.ts`,
    from: 'if (bytes === words.from.totalBytes) dismiss();',
    to: 'dismiss();',
    test: {
      file: `${TESTS}/back/pump.test.ts`,
      title: 'keeps the sender until all that it has printed is here',
    },
  },
];
