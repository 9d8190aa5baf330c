/** One result: `ratio` is that of `value`'s own measurement to `against`, in the same run. */
export type Line = {
  readonly name: string;
  /** Median of the runs, in `unit`. */
  readonly value: number;
  readonly unit: string;
  /** Median of the ratios of the runs, pair by pair. */
  readonly ratio: number;
  readonly against: string;
  readonly runs: number;
  /** Largest minus smallest ratio of the runs, as a part of the median. */
  readonly spread: number;
  /** What else was seen: latencies, settings. */
  readonly notes?: Readonly<Record<string, number | string>>;
};

/** The middle value; of an even number of values the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}

/** Largest minus smallest, as a part of the median. */
export const spreadOf = (values: readonly number[]): number =>
  (Math.max(...values) - Math.min(...values)) / median(values);

const rounded = (value: number): number => Number(value.toPrecision(4));

type Paired = Pick<Line, 'name' | 'unit' | 'against' | 'notes'>;

/** The line of values that were measured in turn with what they are compared to. */
export function lineOf(named: Paired, values: readonly number[], ratios: readonly number[]): Line {
  const { notes, ...rest } = named;
  return {
    name: rest.name,
    value: rounded(median(values)),
    unit: rest.unit,
    ratio: rounded(median(ratios)),
    against: rest.against,
    runs: ratios.length,
    spread: rounded(spreadOf(ratios)),
    ...(notes && { notes }),
  };
}

/** The lines for people: one row each, in columns. */
export function formatLine({
  name,
  value,
  unit,
  ratio,
  against,
  runs,
  spread,
  notes,
}: Line): string {
  const more = Object.entries(notes ?? {}).map(([key, note]) => `${key} ${note}`);
  const worth = `${String(value).padStart(9)} ${unit.padEnd(22)}`;
  const figures = `${worth} ratio ${String(ratio).padEnd(7)}`;
  const tail = `to ${against} (${runs} runs, spread ${Math.round(spread * 100)} %)`;
  return `${name.padEnd(36)}${figures} ${tail}${more.length > 0 ? `; ${more.join(', ')}` : ''}`;
}
