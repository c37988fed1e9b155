/** Dockerfiles that are refused before there is any pod, and why. */
export interface RefusedDockerfile {
  name: string;
  dockerfile: string;
  kind: 'invalid' | 'unsupported';
  line: number;
  why: string;
}

export const REFUSED: readonly RefusedDockerfile[] = [
  { name: 'an empty one', dockerfile: '\n# nothing\n', kind: 'invalid', line: 1, why: 'it has no FROM' },
  {
    name: 'an instruction before FROM',
    dockerfile: 'ARG A\nRUN true\nFROM a\n',
    kind: 'invalid',
    line: 2,
    why: 'RUN stands before the first FROM',
  },
  {
    name: 'a word that is no instruction',
    dockerfile: 'FROM alpine\n\nRUM echo\n',
    kind: 'invalid',
    line: 3,
    why: 'RUM is not an instruction',
  },
  {
    name: 'an image that comes to nothing',
    dockerfile: 'ARG IMAGE\nFROM $IMAGE\n',
    kind: 'invalid',
    line: 2,
    why: 'the image $IMAGE comes to nothing',
  },
  {
    name: 'a quote without an end',
    dockerfile: 'FROM alpine\nENV A="x\n',
    kind: 'invalid',
    line: 2,
    why: 'a double quote has no end',
  },
  {
    name: 'a here-document without an end',
    dockerfile: 'FROM alpine\nRUN <<EOF\necho\n',
    kind: 'invalid',
    line: 2,
    why: 'the here-document EOF has no end',
  },
  {
    name: 'COPY of a missing file',
    dockerfile: 'FROM alpine\nRUN true \\\n  && true\nCOPY entrypoint.sh /\n',
    kind: 'invalid',
    line: 4,
    why: 'entrypoint.sh does not exist beside the Dockerfile',
  },
  {
    name: 'COPY of a glob without a match',
    dockerfile: 'FROM alpine\nCOPY *.sh /\n',
    kind: 'invalid',
    line: 2,
    why: '*.sh does not exist beside the Dockerfile',
  },
  {
    name: 'COPY out of the context',
    dockerfile: 'FROM alpine\nCOPY lib/../../secret /\n',
    kind: 'invalid',
    line: 2,
    why: 'lib/../../secret lies outside of the folder of the Dockerfile',
  },
  {
    name: 'COPY from a stage that does not exist yet',
    dockerfile:
      'FROM alpine\nCOPY --from=later /a /a\nFROM debian AS later\nFROM alpine\nCOPY --from=3 /a /a\n',
    kind: 'invalid',
    line: 5,
    why: '--from=3: there is no stage 3 before this one',
  },
  {
    name: 'COPY from a stage that comes later',
    dockerfile: 'FROM alpine AS first\nCOPY --from=later /a /a\nFROM first AS later\n',
    kind: 'invalid',
    line: 2,
    why: '--from=later: the stage comes after the one that copies from it',
  },
  {
    name: 'all of a stage',
    dockerfile: 'FROM debian AS a\nFROM alpine\nCOPY --from=a / /\n',
    kind: 'unsupported',
    line: 3,
    why: 'all of a stage cannot be copied',
  },
  {
    name: 'a source that depends on the base image',
    dockerfile: 'FROM alpine\nCOPY $FROM_BASE/x /\n',
    kind: 'unsupported',
    line: 2,
    why: 'depends on the environment of the base image',
  },
  {
    name: 'ADD of a URL',
    dockerfile: 'FROM alpine\nADD https://example.com/x.tgz /\n',
    kind: 'unsupported',
    line: 2,
    why: 'ADD of https://example.com/x.tgz is not supported',
  },
  {
    name: 'secrets of a build',
    dockerfile: 'FROM alpine\nRUN --mount=type=secret,id=token cat /run/secrets/token\n',
    kind: 'unsupported',
    line: 2,
    why: 'RUN --mount=type=secret is not supported: the runner gives a build no secrets',
  },
  {
    name: 'an SSH agent',
    dockerfile: 'FROM alpine\nRUN --mount=type=ssh git clone git@example.com:a/b\n',
    kind: 'unsupported',
    line: 2,
    why: 'RUN --mount=type=ssh is not supported',
  },
  {
    name: 'a RUN without a network',
    dockerfile: 'FROM alpine\nRUN --network=none true\n',
    kind: 'unsupported',
    line: 2,
    why: 'RUN with none is not supported',
  },
  {
    name: 'ONBUILD',
    dockerfile: 'FROM alpine\nONBUILD RUN true\n',
    kind: 'unsupported',
    line: 2,
    why: 'ONBUILD is not supported',
  },
  {
    name: 'RUN on an empty image',
    dockerfile: 'FROM scratch\nRUN ["/app"]\n',
    kind: 'unsupported',
    line: 2,
    why: 'RUN in FROM scratch is not supported',
  },
  {
    name: 'an empty image that is given nothing from another stage',
    dockerfile: 'FROM alpine AS unused\nFROM scratch\nENTRYPOINT ["/app"]\n',
    kind: 'unsupported',
    line: 2,
    why: 'FROM scratch without COPY --from is not supported',
  },
  {
    name: 'another platform',
    dockerfile: 'FROM --platform=linux/s390x alpine\n',
    kind: 'unsupported',
    line: 1,
    why: '--platform=linux/s390x is not the platform of the runner',
  },
  {
    name: 'a flag that has no counterpart',
    dockerfile: 'FROM alpine\nCOPY --parents a/b /\n',
    kind: 'unsupported',
    line: 2,
    why: 'COPY --parents is not supported',
  },
  {
    name: 'a change of a value in its place',
    dockerfile: 'FROM alpine\nARG V=v1.2\nENV W=${V#v}\n',
    kind: 'unsupported',
    line: 3,
    why: '${V…} with # is not supported',
  },
];
