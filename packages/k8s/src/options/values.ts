/** What docker takes for the values of its options, and what Kubernetes calls the same. Each gives undefined for a bad value. */

const FACTOR: Readonly<Record<string, number>> = {
  '': 1,
  k: 1024,
  m: 1024 ** 2,
  g: 1024 ** 3,
  t: 1024 ** 4,
};

/** `512m`, `1.5g`, `4GiB`: bytes. */
export function bytes(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?) ?([kmgt]?)(?:i?b)?$/i.exec(text);
  if (match === null) return undefined;
  const value = Math.floor(Number(match[1]) * (FACTOR[(match[2] ?? '').toLowerCase()] ?? 1));
  return Number.isSafeInteger(value) ? value : undefined;
}

/** Bytes as people would write them in a pod. */
export function quantityOfBytes(value: number): string {
  for (const [unit, size] of [
    ['Gi', 1024 ** 3],
    ['Mi', 1024 ** 2],
    ['Ki', 1024],
  ] as const)
    if (value > 0 && value % size === 0) return `${value / size}${unit}`;
  return `${value}`;
}

/** Not `\d*\.?\d+`: of a long row of digits, that tries every part. */
const NUMBER = /^(?:\d+(?:\.\d+)?|\.\d+)$/;

/** `1.5`: thousandths of a CPU. */
export function milliCpus(text: string): number | undefined {
  if (!NUMBER.test(text)) return undefined;
  const value = Math.round(Number(text) * 1000);
  return Number.isSafeInteger(value) ? value : undefined;
}

const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};
const DURATION = /^(?:(?:\d+(?:\.\d+)?|\.\d+)(?:ns|us|µs|ms|s|m|h))+$/;

/** `1m30s`: milliseconds. */
export function duration(text: string): number | undefined {
  if (!DURATION.test(text)) return undefined;
  const parts = [...text.matchAll(/([\d.]+)(ns|us|µs|ms|s|m|h)/g)];
  return parts.reduce((sum, [, number, unit]) => sum + Number(number) * (UNIT_MS[unit ?? ''] ?? 0), 0);
}

export interface User {
  user: number;
  group?: number;
}

const LARGEST_ID = 2 ** 31 - 1;

/** `1001`, `1001:121`, `root`: other names are known to the image only, which Kubernetes does not ask. */
export function user(text: string): User | undefined {
  const ids = text.split(':').map(group);
  const [first, second] = ids;
  if (first === undefined || ids.length > 2 || ids.includes(undefined)) return undefined;
  return { user: first, ...(second !== undefined && { group: second }) };
}

/** `1001`, `root`: names of groups, too, are known to the image only. */
export function group(text: string): number | undefined {
  if (text === 'root') return 0;
  const value = /^\d{1,10}$/.test(text) ? Number(text) : undefined;
  return value !== undefined && value <= LARGEST_ID ? value : undefined;
}

/** A name as DNS has it; others are made fit. Undefined where nothing is left of it. */
export function hostName(text: string): string | undefined {
  const name = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9.-]+/g, '-')
    .split('.')
    .map((label) => label.slice(0, 63).replaceAll(/^-+|-+$/g, ''))
    .filter(Boolean)
    .join('.');
  return name === '' || name.length > 253 ? undefined : name;
}

/** `true`, `0`: the value of a flag. */
export function flag(text: string): boolean | undefined {
  if (/^(1|t|true)$/i.test(text)) return true;
  return /^(0|f|false)$/i.test(text) ? false : undefined;
}

const PULL: Readonly<Record<string, string>> = { always: 'Always', missing: 'IfNotPresent', never: 'Never' };

/** `always`: the pull policy of Kubernetes. */
export function pullPolicy(text: string): string | undefined {
  return Object.hasOwn(PULL, text) ? PULL[text] : undefined;
}

/** `2`, `all`, `count=2`, `count=all`: how many. */
export function gpus(text: string): number | 'all' | undefined {
  if (text === 'all' || text === 'count=all') return 'all';
  const [, count] = /^(?:count=)?(\d{1,4})$/.exec(text) ?? [];
  return count === undefined ? undefined : Number(count);
}

/** `linux/arm64/v8`: what nodes are labelled with. */
export function platform(text: string): { os: string; arch: string } | undefined {
  const [, os, arch] = /^(linux)\/([a-z0-9]+)(?:\/v\d+)?$/.exec(text) ?? [];
  return os === undefined || arch === undefined ? undefined : { os, arch };
}

/** `CAP_NET_ADMIN`, `net_admin`: as Kubernetes has it. */
export function capability(text: string): string | undefined {
  const name = text.toUpperCase().replace(/^CAP_/, '');
  return /^[A-Z_]{1,40}$/.test(name) ? name : undefined;
}

/** `net.core.somaxconn=1024`: a name as the API server takes it. */
export function kernelParameter(text: string): { name: string; value: string } | undefined {
  const [, name, value] =
    /^([a-z0-9](?:[\w-]*[a-z0-9])?(?:[./][a-z0-9](?:[\w-]*[a-z0-9])?)+)=(.+)$/.exec(text) ?? [];
  return name === undefined || value === undefined ? undefined : { name, value };
}

const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/;

/** An address that the API server takes; docker's brackets around IPv6 are left out. */
export function address(text: string): string | undefined {
  const bare = text.replace(/^\[(.*)\]$/, '$1');
  return IPV4.test(bare) || isIpv6(bare) ? bare : undefined;
}

function isIpv6(text: string): boolean {
  try {
    return text.includes(':') && new URL(`http://[${text}]/`).hostname !== '';
  } catch {
    return false;
  }
}

const UNIT: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** Below 0 if `a` is less than `b`; 0 also for what is no quantity, which the API server is to refuse. */
export function compareQuantities(a: string, b: string): number {
  const difference = valueOf(a) - valueOf(b);
  return Number.isNaN(difference) ? 0 : difference;
}

function valueOf(quantity: string): number {
  const [, number, unit = ''] = /^([+-]?[\d.]+(?:[eE][+-]?\d+)?)([a-zA-Z]*)$/.exec(quantity) ?? [];
  return Number(number) * (UNIT[unit] ?? NaN);
}
