/** Runs in a runner pod, as one file: carries out the task that its argument is, and prints the measurement. */
import { firstConnection, runCommand } from './processes.js';
import { profileStep } from './profile.js';
import { isReady, hasEnded, untilPod } from './ready.js';
import type { Measurement, Task } from './task.js';

function carryOut(task: Task): Promise<Measurement> {
  switch (task.kind) {
    case 'command':
      return runCommand(task.argv);
    case 'first connection':
      return firstConnection(task.hook, task.input);
    case 'ready':
      return untilPod(task.pod, isReady);
    case 'ended':
      return untilPod(task.pod, hasEnded);
    case 'profile':
      return profileStep(task.hook, task.probe, task.input);
  }
}

carryOut(JSON.parse(process.argv[2] ?? '') as Task).then(
  (measurement) => process.stdout.write(JSON.stringify(measurement)),
  (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
);
