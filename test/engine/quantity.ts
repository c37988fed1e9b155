const FACTORS: Record<string, number> = {
  ...{ n: 1e-9, u: 1e-6, m: 1e-3, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18 },
  ...{ Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50, Ei: 2 ** 60 },
};

/** The number that a resource quantity such as `250m` or `1Gi` stands for. */
export function quantity(text: string | number): number {
  const match = /^(.*?)([numkMGTPE]i?)?$/.exec(String(text));
  return Number(match?.[1]) * (FACTORS[match?.[2] ?? ''] ?? 1);
}
