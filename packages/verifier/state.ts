// pure
import { createChecks } from './checks.ts';
import { createBooks } from './ledger.ts';
import type { Entry } from './ledger.ts';
import type { Facts, PARAMETERS } from './shapes.ts';
import type { Certificate } from './signatures.ts';

/** Clocks, and one clock at two moments, may differ by so much (page 03). */
export const SKEW_MS = 300_000;

const standing = { frozen: false, suspended: false, revoked: false, changes: 0, frozenBy: '' };
export type Wallet = Certificate & typeof standing;
/** A wallet that was just opened. */
export const walletOf = (certificate: Certificate): Wallet => ({ ...certificate, ...standing });

/** A PAY that was posted. `isOffline`: out of a float; `covered`: what that did not pay. */
export type Payment = {
  readonly payer: string;
  readonly terminal: string;
  readonly version: string;
  readonly hash: string;
  readonly isOffline: boolean;
  readonly covered: bigint;
};

/** What is known after the entries so far. Grows with wallets, ids and holds, not with bytes. */
export const createState = () => ({
  ...createChecks(),
  ...createBooks(),
  series: new Map<string, number>(),
  ids: new Set<string>(),
  wallets: new Map<string, Wallet>(),
  /** Wallets by the id of their key. */
  keys: new Map<string, Wallet>(),
  /** The providers of a terminal; version 1 is the first. */
  mapped: new Map<string, string[]>(),
  proposals: new Map<string, Entry['facts']>(),
  payments: new Map<string, Payment>(),
  /** PARAMETERS by their number. */
  parameters: new Map<string, Facts<typeof PARAMETERS>>(),
  /** The hash of the SETTLE of a parked settlement. */
  parked: new Map<string, string>(),
  /** Hashes of SETTLEs that were refused for want of money. */
  bare: new Set<string>(),
});

/** What the header of an export says. */
export type Header = {
  readonly network: string;
  readonly asset: string;
  readonly root: Buffer;
  readonly authority: Certificate;
  readonly issuer: Certificate;
};
export type State = ReturnType<typeof createState> & Header;
