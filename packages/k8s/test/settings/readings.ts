import { isList } from '../../src/json.js';
import { flag, globs, path, paths, text } from '../../src/settings/kinds.js';
import { VARIABLES } from '../../src/settings/schema.js';
import { presets } from '../../src/settings/presets.js';
import { environmentSet, imageRewrites, namedVolumes } from '../../src/settings/structures.js';
import type { Variable } from '../../src/settings/variable.js';

export type Setting = keyof typeof VARIABLES;
export const SETTINGS = Object.keys(VARIABLES).filter((key): key is Setting => key in VARIABLES);

/** Texts of an environment variable with the values that they are read as, and texts that it cannot have. */
interface Texts {
  good: readonly (readonly [text: string, value: unknown])[];
  bad?: readonly string[];
}

/** What the settings file can say of one setting, and what it cannot. */
interface Reading {
  /** In the file, and the value that the setting then has, which is not the default. */
  yaml: string;
  value: unknown;
  /** A variable that says otherwise, and its value. */
  variable: string;
  wins: unknown;
  /** What the file cannot say, each with what is seen there. */
  bad: readonly (readonly [yaml: string, seen: string])[];
}

/** By the kind of the setting, so that a new one of a known kind is tested without more ado. */
export function casesOf({ kind, fallback }: Variable<unknown>): { texts: Texts; reading: Reading } {
  switch (kind) {
    case text:
      return TEXT;
    case path:
      return PATH;
    case globs:
      return GLOBS;
    case paths:
      return PATHS;
    case environmentSet:
      return ENVIRONMENT;
    case imageRewrites:
      return REWRITES;
    case namedVolumes:
      return VOLUMES;
    case presets:
      return PRESETS;
    case flag:
      return flagCases(fallback !== true);
    default:
      if (isList(kind.schema['enum'])) return choiceCases(kind.schema['enum'].map(String));
      return numberCases(Number(kind.schema['minimum']), kind.schema['type'] === 'integer');
  }
}

const TEXT = {
  texts: { good: [['ghcr.io/r:1', 'ghcr.io/r:1']] },
  reading: {
    yaml: 'work',
    value: 'work',
    variable: 'other',
    wins: 'other',
    bad: [
      ['""', '""'],
      ['7', '7'],
      ['{}', 'a map'],
    ],
  },
} as const;

const PATH = {
  texts: { good: [['/a b/c', '/a b/c']], bad: ['a/b', './a', '~/a'] },
  reading: {
    yaml: '/etc/template',
    value: '/etc/template',
    variable: '/other',
    wins: '/other',
    bad: [
      ['etc/template', '"etc/template"'],
      ['[/etc]', 'a list'],
    ],
  },
} as const;

const GLOBS = {
  texts: {
    good: [
      ['a.io/*', ['a.io/*']],
      [' a, b\n c,,d ', ['a', 'b', 'c', 'd']],
    ],
  },
  reading: {
    yaml: '["a.io/*", b]',
    value: ['a.io/*', 'b'],
    variable: 'c',
    wins: ['c'],
    bad: [
      ['a.io/*', '"a.io/*"'],
      ['[a, 1]', 'a list'],
      ['["a b"]', 'a list'],
      ['{ allow: a }', 'a map'],
    ],
  },
} as const;

const PATHS = {
  texts: {
    good: [
      ['/a', ['/a']],
      ['/a, /b/c', ['/a', '/b/c']],
    ],
    bad: ['a', '/a b'],
  },
  reading: {
    yaml: '[/a, /b/c]',
    value: ['/a', '/b/c'],
    variable: '/c',
    wins: ['/c'],
    bad: [
      ['/a', '"/a"'],
      ['[a]', 'a list'],
      ['["/a b"]', 'a list'],
    ],
  },
} as const;

const ENVIRONMENT = {
  texts: {
    good: [
      ['{"A":"1"}', { A: '1' }],
      ['{}', {}],
    ],
    bad: ['A=1', '{"A":1}', '["A"]', '{"A=":"1"}'],
  },
  reading: {
    yaml: '{ A: x, B: { secretKeyRef: { name: n, key: k } } }',
    value: { A: 'x', B: { secretKeyRef: { name: 'n', key: 'k' } } },
    variable: '{"A":"1"}',
    wins: { A: '1' },
    bad: [
      ['A', '"A"'],
      ['[A]', 'a list'],
      ['{ A: 1 }', 'a map'],
      ['{ "": x }', 'a map'],
      ['{ A: { secretKeyRef: { name: n } } }', 'a map'],
      ['{ A: { secretKeyRef: { name: n, key: k }, value: x } }', 'a map'],
      ['{ A: { secretKeyRef: { name: n, key: k, optional: true } } }', 'a map'],
    ],
  },
} as const;

const REWRITES = {
  texts: {
    good: [['{"docker.io":"mirror.test/hub"}', { 'docker.io': 'mirror.test/hub' }]],
    bad: ['docker.io=mirror.test', '{"docker.io":""}', '{"docker.io":"https://x"}'],
  },
  reading: {
    yaml: '{ docker.io/library: mirror.test:5000/hub/ }',
    value: { 'docker.io/library': 'mirror.test:5000/hub/' },
    variable: '{}',
    wins: {},
    bad: [
      ['docker.io', '"docker.io"'],
      ['{ docker.io: 1 }', 'a map'],
      ['{ "docker.io/node:22": a }', 'a map'],
      ['{ "docker.io/*": a }', 'a map'],
      ['{ docker.io: "a b" }', 'a map'],
    ],
  },
} as const;

const VOLUMES = {
  texts: {
    good: [['{"m":{"nfs":{"server":"s","path":"/"}}}', { m: { nfs: { server: 's', path: '/' } } }]],
    bad: ['m', '{"m":{}}', '{"m":{"bind":{}}}', '{"/m":{"emptyDir":{}}}'],
  },
  reading: {
    yaml: '{ maven: { persistentVolumeClaim: { claimName: m }, readOnly: true, subPath: a } }',
    value: { maven: { persistentVolumeClaim: { claimName: 'm' }, readOnly: true, subPath: 'a' } },
    variable: '{}',
    wins: {},
    bad: [
      ['maven', '"maven"'],
      ['{ maven: /var/maven }', 'a map'],
      ['{ maven: { hostPath: /var/maven } }', 'a map'],
      ['{ maven: { emptyDir: {}, readOnly: "yes" } }', 'a map'],
      ['{ maven: { emptyDir: {}, hostPath: { path: / } } }', 'a map'],
    ],
  },
} as const;

const PRESETS = {
  texts: {
    good: [
      [
        '{"l":{"resources":{"limits":{"cpu":8}}}}',
        { l: { resources: { requests: {}, limits: { cpu: '8' } }, nodeSelector: {}, tolerations: [] } },
      ],
    ],
    bad: ['large', '{"l":8}', '{"l":{"limits":{"cpu":8}}}', '{"l":{"resources":{"cpu":8}}}'],
  },
  reading: {
    yaml: '{ l: { resources: { requests: { cpu: 8 } }, nodeSelector: { pool: l }, tolerations: [{ key: l }] } }',
    value: {
      l: {
        resources: { requests: { cpu: '8' }, limits: {} },
        nodeSelector: { pool: 'l' },
        tolerations: [{ key: 'l' }],
      },
    },
    variable: '{}',
    wins: {},
    bad: [
      ['large', '"large"'],
      ['{ l: { nodeSelector: { pool: 1 } } }', 'a map'],
      ['{ l: { tolerations: l } }', 'a map'],
      ['{ l: { cpu: 8 } }', 'a map'],
    ],
  },
} as const;

function choiceCases(words: readonly string[]): { texts: Texts; reading: Reading } {
  const [first = '', last = ''] = [words[0], words.at(-1)];

  return {
    texts: { good: words.map((word) => [word, word] as const), bad: [first.toUpperCase(), ` ${first}`, 'x'] },
    reading: {
      yaml: last,
      value: last,
      variable: first,
      wins: first,
      bad: [
        ['x', '"x"'],
        ['7', '7'],
        [`[${first}]`, 'a list'],
      ],
    },
  };
}

function flagCases(value: boolean): { texts: Texts; reading: Reading } {
  const yes = ['true', 'TRUE', '1', 'yes'].map((word) => [word, true] as const);
  const no = ['false', 'False', '0', 'no'].map((word) => [word, false] as const);
  return {
    texts: { good: [...yes, ...no], bad: ['maybe', 'on', ' true'] },
    reading: {
      yaml: String(value),
      value,
      variable: String(!value),
      wins: !value,
      bad: [
        ['"true"', '"true"'],
        ['yes', '"yes"'],
        ['1', '1'],
        ['[true]', 'a list'],
      ],
    },
  };
}

function numberCases(least: number, isWhole: boolean): { texts: Texts; reading: Reading } {
  const value = isWhole ? 4000 : 4000.5;
  return {
    texts: {
      good: [[`${least}`, least], ['300', 300], ...(isWhole ? [] : [['250.5', 250.5] as const])],
      bad: [...(isWhole ? ['250.5'] : []), `${least - 0.1}`, 'ten', '10s', 'NaN', 'Infinity'],
    },
    reading: {
      yaml: `${value}`,
      value,
      variable: '5000',
      wins: 5000,
      bad: [
        [`${least - 0.5}`, `${least - 0.5}`],
        ['"300"', '"300"'],
        ['10s', '"10s"'],
        ['.inf', 'Infinity'],
      ],
    },
  };
}

/** `a.b` and `x` as `a: { b: x }`. */
export function yamlOf(key: string, value: string): string {
  return key.split('.').reduceRight((inner, name) => `{ ${name}: ${inner} }`, value);
}
