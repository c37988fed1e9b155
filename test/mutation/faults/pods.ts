import { type Fault, HOOK, TESTS } from '../fault.js';

/** Of pods as they are built. */
export const PODS: readonly Fault[] = [
  {
    name: 'a job begins without Node where the API server has no image volumes',
    file: `${HOOK}/pod/helper.ts`,
    from: 'if [ -x "$1" ]; then',
    to: 'if true; then',
    test: {
      file: `${TESTS}/pod/helper.test.ts`,
      title: 'says why where the API server has dropped the image',
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
    name: 'the helper is not the first container',
    file: `${HOOK}/pod/job-pod.ts`,
    from: 'return [helperContainer(helperImage, { folder, from }, volumes.forHelper(externals), agent), job];',
    to: 'return [job, helperContainer(helperImage, { folder, from }, volumes.forHelper(externals), agent)];',
    test: {
      file: `${TESTS}/pod/job-pod.test.ts`,
      title: 'has the helper first, then the job, then the services',
    },
  },
  {
    name: 'nothing removes the pod when its runner dies',
    file: `${HOOK}/pod/hook-pod.ts`,
    from: '    ownerReferences: [ownedBy(runner)],\n',
    to: '',
    test: {
      file: `${TESTS}/pod/job-pod.test.ts`,
      title: 'can be removed by owner and label, as can its secrets',
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
    file: `${HOOK}/pod/hook-pod.ts`,
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
    name: 'what a job pod inherits wins over what the hook says of it',
    file: `${HOOK}/pod/hook-pod.ts`,
    from: 'strategicMerge(strategicMerge(pod, inherited.patch), pod)',
    to: 'strategicMerge(pod, inherit(runner.pod, inheriting(work.mode)).patch)',
    test: {
      file: `${TESTS}/pod/job-pod.test.ts`,
      title: 'keeps what the hook says of a job pod, whatever it inherits',
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
    name: 'a preset of the hook wins over a variable of the workflow',
    file: `${HOOK}/pod/hook-pod.ts`,
    from: 'presets.filter(({ name }) => !own.has(name))',
    to: 'presets.filter(() => own.size >= 0)',
    test: {
      file: `${TESTS}/commands/prepare-job.test.ts`,
      title: 'gives steps what the workflow says of a variable that is preset',
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
    from: 'if (meant !== undefined) checkValue(member, meant.type, path, [...around, self], report);',
    to: '',
    test: {
      file: `${TESTS}/template/template.test.ts`,
      title: 'finds what is wrong inside of a field that stands at the wrong place, at the same time',
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
    name: 'what the workflow sets wins over the variables of the administrator',
    file: `${HOOK}/pod/hook-pod.ts`,
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
    name: 'an image with a name of any length holds the hook up where globs have several stars',
    file: `${HOOK}/pod/image-policy.ts`,
    from: 'untagged.length <= LONGEST_NAME &&',
    to: 'untagged.length <= LONGEST_NAME ** 2 &&',
    test: {
      file: `${TESTS}/pod/image-policy.test.ts`,
      title: 'are no name that is longer than runtimes take, whose comparison would take its time',
    },
  },
  {
    name: 'externals for Alpine are copied for each image',
    file: `${HOOK}/pod/helper.ts`,
    from: "*_alpine | */'.[!.]*') ;;",
    to: "*/'.[!.]*') ;;",
    test: {
      file: `${TESTS}/pod/helper.test.ts`,
      title: 'copies what is for Alpine when it is asked to',
    },
  },
  {
    name: 'a job in an image of Alpine begins before its Node is there',
    file: `${HOOK}/step/inspection.ts`,
    from: '_ph_ready=${quote(externals.alpineReady)}',
    to: '_ph_ready=${quote(externals.ready)}',
    test: {
      file: `${TESTS}/step/inspection.test.ts`,
      title: 'takes an image with etc/alpine-release and lib/ld-musl-x86_64.so.1 for Alpine',
    },
  },
  {
    name: 'an inspection asks for what is for Alpine before there is a pipe',
    file: `${HOOK}/step/inspection.ts`,
    from: '[ ! -p "$_ph_alpine" ] || printf',
    to: '[ -z "$_ph_alpine" ] || printf',
    test: {
      file: `${TESTS}/step/inspection.test.ts`,
      title: 'takes an image with etc/alpine-release and lib/ld-musl-x86_64.so.1 for Alpine',
    },
  },
];
