const FACTOR: Readonly<Record<string, number>> = {
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
  return Number(number) * (FACTOR[unit] ?? NaN);
}
