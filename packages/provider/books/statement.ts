// pure
import type { Asset, Instant } from '@coinbox/protocol';

/** One booked movement of an account. */
export type StatementEntry = {
  /** Of the movement, everywhere: a settlement, an issuance, a redemption. */
  readonly reference: string;
  /** Minor units; negative where money leaves. */
  readonly amount: bigint;
  readonly bookedAt: Instant;
  /** The wallet on the other side. */
  readonly other?: string;
  readonly session?: string;
  readonly bill?: string;
  /** Place in the issuer's ledger. */
  readonly index?: number;
};

/** What an account has seen in a stretch of time. */
export type Statement = {
  /** At most 35 characters. */
  readonly id: string;
  /** The wallet. */
  readonly account: string;
  readonly asset: Asset;
  /** From this instant on, up to and without the other. */
  readonly from: Instant;
  readonly to: Instant;
  readonly madeAt: Instant;
  /** Minor units, before the first entry. */
  readonly opening: bigint;
  /** Oldest first. */
  readonly entries: readonly StatementEntry[];
};

/** Minor units after the last entry. */
export const closingOf = ({ opening, entries }: Statement): bigint =>
  entries.reduce((sum, { amount }) => sum + amount, opening);
