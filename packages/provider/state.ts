// pure
import type {
  BillId,
  Instant,
  Money,
  Reading,
  RejectionCode,
  SessionId,
  WalletId,
} from '@coinbox/protocol';

/** A session as far as its METER messages have come. */
export type SessionState = {
  readonly session: SessionId;
  readonly terminal: WalletId;
  /** Of the last METER: its number and its hash. */
  readonly number: number;
  readonly lastMeter: Uint8Array;
  /** The same in every METER of the session. */
  readonly tariffHash: Uint8Array;
  /** All readings, in order. */
  readonly readings: readonly Reading[];
  /** The last METER was the final one. */
  readonly final: boolean;
  /** Why there is no bill although the final METER is here. */
  readonly problem?: RejectionCode;
  /** The one bill of the session. */
  readonly bill?: BillId;
};

/**
 * `sent`: made, and on its way or with the terminal. `settled`: the issuer has moved the money
 * here. `refused`: the terminal or the issuer will not pay it. `void`: an amount of nothing, and
 * the terminal has it. From `sent` to one of the others; and from `refused` to `settled` should the
 * issuer have paid after all.
 */
export type BillState = 'sent' | 'settled' | 'refused' | 'void';

export type BillRecord = {
  readonly bill: BillId;
  readonly session: SessionId;
  readonly terminal: WalletId;
  readonly hash: Uint8Array;
  readonly amount: Money;
  readonly state: BillState;
  /** Of a refusal; or `settlement-parked` while a supervisor decides. */
  readonly code?: string;
  readonly issuedAt: Instant;
  /** Place of the settlement in the issuer's ledger. */
  readonly receiptIndex?: number;
  readonly settledAt?: Instant;
};
