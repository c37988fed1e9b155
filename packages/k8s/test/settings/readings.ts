import type { VARIABLES } from '../../src/settings/schema.js';

/** What the settings file can say of one setting, and what it cannot. */
export interface Reading {
  /** The file, and the value that the setting then has. */
  file: string;
  value: unknown;
  /** A variable that says otherwise, and its value. */
  variable: string;
  wins: unknown;
  /** What the file cannot say, each with what is seen there. */
  bad: readonly (readonly [yaml: string, seen: string])[];
  wants: string;
}

/** `value` is not the default. */
const flag = (key: string, value = true): Reading => ({
  file: yamlOf(key, String(value)),
  value,
  variable: String(!value),
  wins: !value,
  bad: [
    ['"true"', '"true"'],
    ['yes', '"yes"'],
    ['1', '1'],
    ['[true]', 'a list'],
  ],
  wants: 'true or false',
});

const paths = (key: string): Reading => ({
  file: yamlOf(key, '[/a, /b/c]'),
  value: ['/a', '/b/c'],
  variable: '/c',
  wins: ['/c'],
  bad: [
    ['/a', '"/a"'],
    ['[a]', 'a list'],
    ['["/a b"]', 'a list'],
  ],
  wants: 'a list of absolute paths',
});

const globs = (key: string): Reading => ({
  file: yamlOf(key, '["a.io/*", b]'),
  value: ['a.io/*', 'b'],
  variable: 'c',
  wins: ['c'],
  bad: [
    ['a.io/*', '"a.io/*"'],
    ['[a, 1]', 'a list'],
    ['["a b"]', 'a list'],
    ['{ allow: a }', 'a map'],
  ],
  wants: 'a list of names with *',
});

const amount = (key: string, unit: string, least: number): Reading => ({
  file: yamlOf(key, '4000.5'),
  value: 4000.5,
  variable: '5000',
  wins: 5000,
  bad: [
    [`${least - 0.5}`, `${least - 0.5}`],
    ['"300"', '"300"'],
    ['10s', '"10s"'],
    ['.inf', 'Infinity'],
  ],
  wants: `a number of ${unit}, ${least} or more`,
});

/** `a.b` and `x` as `a: { b: x }`. */
export function yamlOf(key: string, value: string): string {
  return key.split('.').reduceRight((inner, name) => `{ ${name}: ${inner} }`, value);
}

/** One for each setting that has a key in the file. */
export const READINGS: Partial<Record<keyof typeof VARIABLES, Reading>> = {
  claimName: {
    file: 'claimName: work',
    value: 'work',
    variable: 'other',
    wins: 'other',
    bad: [
      ['""', '""'],
      ['7', '7'],
      ['{}', 'a map'],
    ],
    wants: 'a text',
  },
  readWriteOnce: flag('readWriteOnce'),
  template: {
    file: 'template: /etc/template',
    value: '/etc/template',
    variable: '/other',
    wins: '/other',
    bad: [
      ['etc/template', '"etc/template"'],
      ['[/etc]', 'a list'],
    ],
    wants: 'an absolute path',
  },
  inheritPullSecrets: flag('inherit.imagePullSecrets', false),
  inheritServiceAccount: flag('inherit.serviceAccount', false),
  volumesAllow: paths('volumes.allow'),
  imagesAllow: globs('images.allow'),
  optionsAllow: globs('options.allow'),
  optionsMaxCpus: amount('options.maxCpus', 'CPUs', 0.001),
  optionsMaxMemoryMb: amount('options.maxMemoryMb', 'megabytes', 1),
  inheritAnnotationsAllow: globs('inherit.annotations.allow'),
  inheritAnnotationsDeny: globs('inherit.annotations.deny'),
  inheritLabels: globs('inherit.labels'),
  inheritFsGroup: flag('inherit.fsGroup'),
  inheritTolerations: flag('inherit.tolerations'),
  inheritPriorityClass: flag('inherit.priorityClass'),
  inheritProxy: flag('inherit.proxy'),
  imageHome: flag('imageHome'),
  filesBackBudgetMb: amount('files.back.budgetMb', 'megabytes', 0),
  filesBackExclude: globs('files.back.exclude'),
  prepareTimeoutSeconds: amount('prepareTimeoutSeconds', 'seconds', 1),
  jobMaxSeconds: amount('jobMaxSeconds', 'seconds', 1),
  imagePullGraceSeconds: amount('imagePullGraceSeconds', 'seconds', 0),
  apiRetrySeconds: amount('apiRetrySeconds', 'seconds', 0),
  stepReconnectSeconds: amount('stepReconnectSeconds', 'seconds', 0),
  heartbeatPeriodMs: amount('heartbeat.periodMs', 'milliseconds', 100),
  heartbeatDeadlineMs: amount('heartbeat.deadlineMs', 'milliseconds', 100),
};
