import type { MessageType } from '../message.ts';
import {
  count,
  field,
  hash,
  id,
  instant,
  integer,
  list,
  optional,
  record,
  text,
  versioned,
  word,
  yesNo,
} from '../shape.ts';
import type { ValueIn } from '../shape.ts';

/**
 * What goes on between this reading and the next: kept for the payer, in use, or occupied without
 * use.
 */
export const PHASES = { reserved: 1, active: 2, idle: 3 } as const;
export type Phase = keyof typeof PHASES;

const item = record({
  /** The provider's article number. */
  sku: field(1, text(32)),
  count: field(2, integer(1, 1_000_000)),
});

/**
 * One look at the registers of the machine, counted from the start of the session and never
 * falling. Whole units: watt-hours, millilitres, grams, cycles, pieces.
 */
const reading = record({
  at: field(1, instant),
  phase: field(2, word(PHASES)),
  energyWh: optional(3, count),
  volumeMl: optional(4, count),
  massG: optional(5, count),
  cycles: optional(6, count),
  items: optional(7, list(item, 32)),
  /**
   * Mean power and current until the next reading, where the machine measures them: watts,
   * milliamperes.
   */
  powerW: optional(8, count),
  currentMa: optional(9, count),
});
export type Reading = ValueIn<typeof reading>;

/** Readings in one METER message. A longer session sends several, chained by `previous`. */
export const MOST_READINGS = 24;

/**
 * METER, terminal → provider: the readings of a session, chained. The last one, `final`, is what
 * the bill has to name.
 */
const shape = versioned({
  sequence: field(2, integer(1)),
  session: field(3, id('session')),
  terminal: field(4, id('wallet')),
  /** 1, 2, 3 … within the session. */
  number: field(5, integer(1)),
  readings: field(6, list(reading, MOST_READINGS)),
  final: field(7, yesNo),
  /** Hash of METER number − 1; absent on number 1. */
  previous: optional(8, hash),
  /** Hash of a record that the meter itself has signed (OCMF, for example). */
  evidence: optional(9, hash),
  tariffHash: field(10, hash),
});

export type Meter = ValueIn<typeof shape>;
export const METER: MessageType<Meter> = { typ: 'coinbox.meter', signedBy: ['holding'], shape };
