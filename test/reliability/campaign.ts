/** How large a campaign is, and where its chance comes from. */
export interface Scale {
  /** A form of a minute or less, for e2e. */
  small: boolean;
  /** Steps, jobs or moments, whatever the campaign counts; its own number where undefined. */
  count: number | undefined;
  /** Numbers from 0 up to 1, the same ones for the same seed. */
  random: () => number;
  say: (text: string) => void;
}

/** One line of the report. */
export interface Row {
  what: string;
  value: string;
}

/** Faults of one kind, in number. */
export interface Campaign {
  name: string;
  /** Title of its test: what is true of the hooks if it succeeds. */
  claim: string;
  /** Whether it needs the cluster built from packages, whose components and audit log are at hand. */
  needsPackages: boolean;
  /** @throws Error at the first thing that is lost, doubled, wrong, left over, or does not end. */
  run: (scale: Scale) => Promise<Row[]>;
}

/** The number that was asked for, or the campaign's own. */
export function countOf({ small, count }: Scale, full: number, inSmall: number): number {
  return count ?? (small ? inSmall : full);
}

export function row(what: string, value: number | string): Row {
  return { what, value: String(value) };
}
