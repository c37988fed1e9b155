/** Dockerfiles as actions have them: each is run on the local engine and on a real cluster, with the same result. */
import type { ContainerActionStep } from '../runner/runner.js';

export interface DockerfileCase {
  name: string;
  /** Beside the Dockerfile; those that begin with `#!` can be executed. */
  files?: Readonly<Record<string, string | Buffer>>;
  dockerfile: string;
  step?: Partial<ContainerActionStep>;
  /** What the action prints behind the build. */
  prints: string;
  exitCode?: number;
  /** Depends on what a real image has: run on a cluster each time, the others by `npm run test:dockerfiles`. */
  real?: true;
}

/** `in/inner`, packed. */
const ARCHIVE = Buffer.from(
  'H4sIAAAAAAACA+3RMQ6EIBBG4ak9BTeQXQY4j9m1ICbEoN5fQmmxHZsY39f8k2lfyqP0Zqvofdvquu1+qVdVa9/tH5w6MV7+4Nj2qRgjD5XymHKeS+/+QfVH/3jpH10MYiz9u1unzzJ/BwEAAAAAAAAAAAAAAABwPyeqFhekACgAAA==',
  'base64',
);

/** A Dockerfile as it stands here, without its first line feed. */
const text = (lines: TemplateStringsArray) => lines.join('').replace(/^\n/, '');

export const CASES: readonly DockerfileCase[] = [
  {
    name: 'GitHub’s own example: Alpine, a script, exec form',
    real: true,
    files: { 'entrypoint.sh': '#!/bin/sh -l\n\necho "Hello $1"\necho "time=now" >> "$GITHUB_OUTPUT"\n' },
    dockerfile: text`
# Container image that runs your code
FROM alpine:3.20

# Copies your code file from your action repository to the filesystem path \`/\` of the container
COPY entrypoint.sh /entrypoint.sh

# Code file to execute when the docker container starts up
ENTRYPOINT ["/entrypoint.sh"]
`,
    step: { args: ['Mona'] },
    prints: 'Hello Mona\n',
  },
  {
    name: 'a script that is executable by RUN only',
    files: { 'run.sh': 'echo "ran $PWD"\n' },
    dockerfile:
      'FROM alpine:3.20\nADD run.sh /run.sh\nRUN chmod +x /run.sh && sed -i "1i #!/bin/sh" /run.sh\nENTRYPOINT ["/run.sh"]\n',
    prints: 'ran /github/workspace\n',
  },
  {
    name: 'Debian with RUN over several lines, comments between them',
    dockerfile: text`
FROM debian:12
LABEL maintainer="Octo <octo@example.com>" \\
      version="1"
RUN set -eux; \\
    mkdir -p /opt/tool; \\
    # a comment in the middle

    echo one > /opt/tool/a && \\
    echo two \\
      > /opt/tool/b
ENTRYPOINT ["cat", "/opt/tool/a", "/opt/tool/b"]
`,
    prints: 'one\ntwo\n',
  },
  {
    name: 'Node with a package.json, copied before the rest',
    real: true,
    files: {
      'package.json': '{ "name": "action", "version": "1.2.3" }',
      'index.js':
        'console.log(require("./package.json").version, process.argv.slice(2).join("|"), process.env.INPUT_NAME);',
      'node_modules/ignored/index.js': '',
      '.dockerignore': 'node_modules\n',
    },
    dockerfile: text`
FROM node:20
WORKDIR /usr/src/app
COPY package*.json ./
RUN node -e "require('fs').writeFileSync('installed', process.cwd())"
COPY . .
RUN test ! -e node_modules
ENTRYPOINT ["node", "/usr/src/app/index.js"]
`,
    step: { args: ['a b', 'c'], inputs: { name: 'Mona' } },
    prints: '1.2.3 a b|c Mona\n',
  },
  {
    name: 'Python with PYTHONPATH and -u',
    real: true,
    files: {
      'src/main.py': 'import helper\nhelper.say()\n',
      'src/helper.py': 'def say():\n    print("snake")\n',
    },
    dockerfile: text`
FROM python:3
ENV PYTHONUNBUFFERED=1 PYTHONPATH=/app/src
WORKDIR /app
COPY src ./src
CMD ["python", "/app/src/main.py"]
`,
    prints: 'snake\n',
  },
  {
    name: 'a program of a build stage, on an image of its own',
    real: true,
    files: { 'main.txt': 'compiled' },
    dockerfile: text`
FROM debian:12 AS builder
WORKDIR /src
COPY main.txt .
RUN printf '#!/bin/sh\\necho "%s $1"\\n' "$(cat main.txt)" > /out && chmod 755 /out

FROM alpine:3.20
COPY --from=builder /out /usr/local/bin/tool
ENTRYPOINT ["tool"]
`,
    step: { args: ['x'] },
    prints: 'compiled x\n',
  },
  {
    name: 'a static program on an empty image',
    real: true,
    dockerfile: text`
FROM busybox:1.36 AS build
RUN cp /bin/busybox /busybox
FROM scratch
COPY --from=build /busybox /bin/busybox
ENTRYPOINT ["/bin/busybox", "echo"]
`,
    step: { args: ['static', 'program'] },
    prints: 'static program\n',
  },
  {
    name: 'ARG before FROM, and again behind it',
    dockerfile: text`
ARG VERSION=3.20
ARG BASE=alpine
FROM \${BASE}:\${VERSION}
ARG VERSION
ARG NAME=none
RUN echo "$VERSION $NAME $BASE." > /seen
ENTRYPOINT ["cat", "/seen"]
`,
    prints: '3.20 none .\n',
  },
  {
    name: 'variables with defaults and alternatives, of ARG, ENV and the base image',
    dockerfile: text`
FROM alpine:3.20
ARG A=1
ENV B=\${A:-x}\${C:-"two words"}\${A:+set} D='single $A' E="double \${A} \\$A"
ENV PATH="/opt/bin:\${PATH}" F=\${PATH:+yes}
ENV OLD style with   blanks
RUN mkdir -p /opt/bin && printf '#!/bin/sh\\nprintf "%%s|" "$B" "$D" "$E" "$F" "$OLD" "\${A-unset}"\\n' > /opt/bin/show && chmod +x /opt/bin/show
ENTRYPOINT ["show"]
`,
    prints: '1two wordsset|single $A|double 1 $A|yes|style with   blanks|unset|',
  },
  {
    name: 'variables of the action win over ENV, and RUN has none of them',
    dockerfile: text`
FROM alpine:3.20
ENV LEVEL=image KEPT=image
RUN env > /seen
ENTRYPOINT ["sh", "-c", "echo $LEVEL $KEPT $CI; grep -E '^(INPUT_|GITHUB_|CI=|SECRET|LEVEL|RUNNER_)' /seen"]
`,
    step: { env: { LEVEL: 'action', SECRET: 's3cret' }, inputs: { 'who-to-greet': 'Mona' } },
    prints: 'action image true\nLEVEL=image\n',
  },
  {
    name: 'USER by name, and what COPY and RUN make of it',
    real: true,
    files: {
      'run.sh': '#!/bin/sh\nid -un; id -gn; stat -c "%U:%G %a" /app /app/run.sh /app/mine; echo "$HOME"\n',
    },
    dockerfile: text`
FROM debian:12
RUN groupadd --gid 3000 crew && useradd --uid 3001 --gid crew --create-home sailor
WORKDIR /app
COPY --chown=sailor:crew --chmod=750 run.sh .
RUN chown sailor /app
USER sailor
RUN id -un > mine && test "$HOME" = /home/sailor && test -w mine
ENTRYPOINT ["/app/run.sh"]
`,
    prints: 'sailor\ncrew\nsailor:root 755\nsailor:crew 750\nsailor:crew 644\n/github/home\n',
  },
  {
    name: 'USER by numbers that nobody has',
    real: true,
    dockerfile:
      'FROM alpine:3.20\nRUN mkdir /d && chown 4321:4322 /d\nUSER 4321:4322\nRUN touch /d/f\nENTRYPOINT ["sh", "-c", "id -u; id -g; stat -c %u:%g /d/f"]\n',
    prints: '4321\n4322\n4321:4322\n',
  },
  {
    name: 'USER of Alpine, and back to root',
    real: true,
    dockerfile: text`
FROM alpine:3.20
RUN echo 'app:x:1500:1500::/home/app:/bin/sh' >> /etc/passwd && echo 'app:x:1500:' >> /etc/group && mkdir -m 777 /w
USER app
RUN id -u > /w/a
USER root
RUN id -u > /w/b
USER app
CMD ["sh", "-c", "cat /w/a /w/b; id -u; id -g"]
`,
    prints: '1500\n0\n1500\n1500\n',
  },
  {
    name: 'COPY with globs',
    files: { 'a.sh': 'a', 'b.sh': 'b', 'c.txt': 'c', 'lib/x1.js': '1', 'lib/x2.js': '2', 'lib/y.js': 'y' },
    dockerfile:
      'FROM alpine:3.20\nCOPY *.sh lib/x[12].js /app/\nCOPY c.tx? /app/\nENTRYPOINT ["ls", "/app"]\n',
    prints: 'a.sh\nb.sh\nc.txt\nx1.js\nx2.js\n',
  },
  {
    name: 'COPY of folders: their content, over what is there',
    files: {
      'rootfs/etc/tool.conf': 'conf',
      'rootfs/usr/bin/tool': '#!/bin/sh\ncat /etc/tool.conf; ls -A /etc/passwd /rootfs 2>/dev/null; true\n',
    },
    dockerfile: 'FROM debian:12\nCOPY rootfs /\nENTRYPOINT ["tool"]\n',
    prints: 'conf/etc/passwd\n',
  },
  {
    name: 'COPY through links of the image',
    files: { 'rootfs/l/new': 'new\n' },
    dockerfile:
      'FROM debian:12\nRUN mkdir /real && echo old > /real/old && ln -s /real /l\nCOPY rootfs/ /\nENTRYPOINT ["sh", "-c", "cat /real/old /real/new; test -L /l && echo link"]\n',
    prints: 'old\nnew\nlink\n',
  },
  {
    name: 'COPY in exec form, of names with blanks and hidden files',
    files: { 'two words.txt': 'w\n', '.hidden/.x': 'h\n' },
    dockerfile:
      'FROM alpine:3.20\nCOPY ["two words.txt", "/my folder/"]\nCOPY .hidden /h\nENTRYPOINT ["cat", "/my folder/two words.txt", "/h/.x"]\n',
    prints: 'w\nh\n',
  },
  {
    name: 'COPY under another name, into a folder that is there, and with folders that are not',
    files: { f: 'f\n' },
    dockerfile:
      'FROM alpine:3.20\nRUN mkdir /there\nCOPY f /there\nCOPY f /new/deep/g\nCOPY f h\nENTRYPOINT ["cat", "/there/f", "/new/deep/g", "/h"]\n',
    prints: 'f\nf\nf\n',
  },
  {
    name: '.dockerignore with exceptions',
    real: true,
    files: {
      '.dockerignore': '# comment\n*.md\n!README.md\n**/test\nsecret/**\n!secret/public\nDockerfile\n',
      'README.md': '',
      'other.md': '',
      'src/a': '',
      'src/test/b': '',
      'secret/key': '',
      'secret/public': '',
    },
    dockerfile:
      'FROM alpine:3.20\nCOPY . /app\nENTRYPOINT ["sh", "-c", "cd /app && find . -type f | sort"]\n',
    prints: './.dockerignore\n./README.md\n./secret/public\n./src/a\n',
  },
  {
    name: 'ADD of an archive, and of a file',
    real: true,
    files: { 'packed.tgz': ARCHIVE, plain: 'plain\n' },
    dockerfile: 'FROM debian:12\nADD plain packed.tgz /p/\nENTRYPOINT ["cat", "/p/plain", "/p/in/inner"]\n',
    prints: 'plain\npacked\n',
  },
  {
    name: 'here-documents',
    dockerfile: text`
# syntax=docker/dockerfile:1
FROM debian:12
ARG WHO=Mona
RUN <<EOF
set -e
mkdir /x
echo "a $WHO" > /x/a
EOF
RUN <<'ONE' cat > /x/b && cat <<-TWO > /x/c
b $WHO
ONE
	c
	TWO
COPY <<EOF <<"RAW" /x/d/
d $WHO
EOF
r $WHO
RAW
COPY --chmod=755 <<'SCRIPT' /run.sh
#!/bin/sh
cat /x/a /x/b /x/c /x/d/EOF /x/d/RAW
SCRIPT
ENTRYPOINT ["/run.sh"]
`,
    prints: 'a Mona\nb $WHO\nc\nd Mona\nr $WHO\n',
  },
  {
    name: 'a here-document that names its interpreter',
    dockerfile:
      'FROM debian:12\nRUN <<EOF\n#!/usr/bin/env bash\nx=(1 2 3)\necho "${x[2]}" > /seen\nEOF\nCMD ["cat", "/seen"]\n',
    prints: '3\n',
  },
  {
    name: 'SHELL, and pipes that fail',
    dockerfile:
      'FROM debian:12\nSHELL ["/bin/bash", "-o", "pipefail", "-c"]\nRUN false | true || echo "$BASH_VERSION" | cut -c1 > /seen\nENTRYPOINT test -s /seen && echo "$0"\n',
    prints: '/bin/bash\n',
  },
  {
    name: 'ENTRYPOINT in shell form: no arguments',
    dockerfile: 'FROM alpine:3.20\nENV X=1\nENTRYPOINT echo "x=$X" $#\n',
    step: { args: ['lost'] },
    prints: 'x=1 0\n',
  },
  {
    name: 'CMD that ENTRYPOINT takes for its arguments',
    dockerfile: 'FROM alpine:3.20\nENTRYPOINT ["echo", "a"]\nCMD ["b", "c"]\n',
    prints: 'a b c\n',
  },
  {
    name: 'CMD that the arguments of the action replace',
    dockerfile: 'FROM alpine:3.20\nRUN true\nENTRYPOINT ["echo", "a"]\nCMD ["b", "c"]\n',
    step: { args: ['d e', '$(HOME)', ''] },
    prints: 'a d e $(HOME) \n',
  },
  {
    name: 'an entry point of the action',
    dockerfile: 'FROM alpine:3.20\nRUN echo post > /post\nENTRYPOINT ["false"]\nCMD ["x"]\n',
    step: { entrypoint: 'cat', args: ['/post'] },
    prints: 'post\n',
  },
  {
    name: 'exit codes of the action',
    real: true,
    dockerfile: 'FROM alpine:3.20\nRUN true\nENTRYPOINT ["sh", "-c", "echo out; exit 42"]\n',
    prints: 'out\n',
    exitCode: 42,
  },
  {
    name: 'nothing but FROM: the image’s own entry point',
    real: true,
    dockerfile: 'FROM testbed/action:1\nLABEL a=b\n',
    step: { env: { EXIT_CODE: '7', PATH_ONLY: '' } },
    prints: '',
    exitCode: 7,
  },
  {
    name: 'ENV and CMD beside FROM: as the image would have them',
    dockerfile: 'FROM alpine:3.20\nENV A="b $x"\nCMD ["sh", "-c", "echo $A"]\n',
    prints: 'b\n',
  },
  {
    name: 'WORKDIR: relative, created, and no folder of the action',
    dockerfile:
      'FROM alpine:3.20\nWORKDIR /a\nWORKDIR b\nRUN pwd > /seen\nENV D=/a/c\nWORKDIR $D/d\nRUN pwd >> /seen\nENTRYPOINT ["sh", "-c", "cat /seen; pwd"]\n',
    prints: '/a/b\n/a/c/d\n/github/workspace\n',
  },
  {
    name: 'RUN in exec form, under names with $ and quotes',
    dockerfile: `FROM debian:12\nENV N=v\nRUN ["/bin/sh", "-c", "echo \\"$0 $1 $N\\" > /seen", "a b", "$N"]\nENTRYPOINT ["cat", "/seen"]\n`,
    prints: 'a b $N v\n',
  },
  {
    name: 'RUN --mount of a cache, of files of the context, and of memory',
    files: { 'data/in': 'bound\n' },
    dockerfile: text`
FROM debian:12
WORKDIR /srv/here
RUN echo before > /srv/here/kept
RUN --mount=type=cache,target=/root/.cache --mount=type=bind,source=data,target=/srv/here --mount=type=tmpfs,target=/t \\
    cat /srv/here/in > /root/out && touch /srv/here/lost /t/lost && test -d /root/.cache
RUN test ! -e /srv/here/in -a ! -e /srv/here/lost -a ! -e /t
ENTRYPOINT ["cat", "/root/out", "/srv/here/kept"]
`,
    prints: 'bound\nbefore\n',
  },
  {
    name: 'stages built on each other, and one that nobody needs',
    real: true,
    dockerfile: text`
FROM alpine:3.20 AS base
ENV NAME=base
RUN echo base > /base
FROM no/such-image:1 AS unused
RUN false
FROM base AS left
RUN cat /base > /left && echo left >> /left
FROM debian:12 AS right
COPY --from=left /left /from-left
RUN cat /from-left > /right && echo right >> /right
FROM base
COPY --from=right /right /etc/passw[d] /got/
COPY --from=2 /left /got/second
ENTRYPOINT ["sh", "-c", "cat /got/right /got/second; echo $NAME; test -s /got/passwd"]
`,
    prints: 'base\nleft\nright\nbase\nleft\nbase\n',
  },
  {
    name: 'files of another image',
    real: true,
    dockerfile:
      'FROM alpine:3.20\nCOPY --from=debian:12 /etc/os-release /etc/debian-release\nENTRYPOINT ["sh", "-c", ". /etc/debian-release; echo $ID"]\n',
    prints: 'debian\n',
  },
  {
    name: 'a folder of a stage, with links and modes',
    real: true,
    dockerfile: text`
FROM debian:12 AS build
RUN mkdir -p /dist/bin && printf '#!/bin/sh\\necho linked\\n' > /dist/bin/real && chmod 700 /dist/bin/real && ln -s real /dist/bin/link
FROM alpine:3.20
COPY --from=build --chown=1234:1235 /dist/ /opt/
ENTRYPOINT ["sh", "-c", "/opt/bin/link; readlink /opt/bin/link; stat -c '%a %u:%g' /opt/bin/real"]
`,
    prints: 'linked\nreal\n700 1234:1235\n',
  },
  {
    name: 'another escape character, small letters, CRLF',
    dockerfile:
      '# escape=`\r\nfrom alpine:3.20 as x\r\nrun echo a `\r\n  b > /seen\r\nfrom x\r\nentrypoint ["cat", "/seen"]\r\n',
    prints: 'a b\n',
  },
  {
    name: 'what has no effect on an action',
    dockerfile: text`
FROM --platform=linux/\${TARGETARCH} alpine:3.20
MAINTAINER somebody
EXPOSE 80/tcp
VOLUME ["/data"]
STOPSIGNAL SIGINT
HEALTHCHECK --interval=5s CMD false || exit 1
ENTRYPOINT ["sh", "-c", "test -d /data && echo fine"]
`,
    prints: 'fine\n',
  },
  {
    name: 'the platform as variables',
    dockerfile:
      'FROM --platform=$BUILDPLATFORM alpine:3.20\nARG TARGETOS TARGETARCH\nRUN echo "$TARGETOS/$TARGETARCH" > /seen; case $(uname -m) in x86_64) a=amd64;; *) a=arm64;; esac; test "$a" = "$TARGETARCH"\nENTRYPOINT ["cat", "/seen"]\n',
    prints: `linux/${process.arch === 'x64' ? 'amd64' : 'arm64'}\n`,
  },
  {
    name: 'a Dockerfile of another name, with its own .dockerignore',
    files: {
      'Dockerfile.action.dockerignore': 'b\n',
      a: '',
      b: '',
      'Dockerfile.action': 'FROM alpine:3.20\nCOPY [a-z] /x/\nENTRYPOINT ["ls", "/x"]\n',
    },
    dockerfile: 'FROM no/such-image:1\n',
    step: { dockerfile: 'Dockerfile.action' },
    prints: 'a\n',
  },
];
