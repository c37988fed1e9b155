/** Programs that the supervisor starts, and what goes with it: all must be in the job image. */
export const TOOLS = ['sh', 'mkdir', 'cat', 'dd', 'du', 'tail', 'sleep', 'rm', 'env'] as const;
