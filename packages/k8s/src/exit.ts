/** A failure of the hook, distinct from that of a step; docker uses the same number for its own failures. */
export const HOOK_FAILED = 125;

/** What is left to do at the end of the process. */
export interface Ending {
  /** Tells of a failure, once. */
  tell: (error: unknown) => void;
  /** Resolves when everything that was printed has been taken. */
  flushed: () => Promise<void>;
}

/**
 * Runs a command, and alone sets the exit code. Node ends with 0 when nothing is left to wait for, also when a promise never
 * settles: a step that never ran would be green. So the exit code says failure until the command has finished.
 */
export function runToEnd(command: () => Promise<number>, { tell, flushed }: Ending): void {
  process.exitCode = HOOK_FAILED;
  const fail = (error: unknown) => {
    tell(error);
    return HOOK_FAILED;
  };
  const leave = async (code: number) => {
    await flushed();
    // Not by itself: a connection that is kept alive would hold the process.
    process.exit(code);
  };
  process.once('beforeExit', () =>
    tell(
      'The hook stopped before the command finished: it waited for something that cannot happen any more.',
    ),
  );
  process.once('uncaughtException', (error) => void leave(fail(error)));
  void command().catch(fail).then(leave);
}
