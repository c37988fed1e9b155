/** Why a Dockerfile cannot be carried out: found before there is any pod. */
export class DockerfileFault extends Error {
  constructor(
    /** Whether docker would refuse it, too. */
    readonly kind: 'invalid' | 'unsupported',
    readonly line: number,
    why: string,
    readonly hint?: string,
  ) {
    super(why);
    this.name = 'DockerfileFault';
  }
}

export function invalid(line: number, why: string, hint?: string): DockerfileFault {
  return new DockerfileFault('invalid', line, why, hint);
}

export function unsupported(line: number, why: string, hint?: string): DockerfileFault {
  return new DockerfileFault('unsupported', line, why, hint);
}
