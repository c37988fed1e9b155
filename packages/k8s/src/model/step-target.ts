/** Where a step runs. */
export interface StepTarget {
  pod: string;
  container: string;
}
