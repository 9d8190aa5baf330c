import type { MessageType } from '../message.ts';
import {
  amount,
  asset,
  bytesUpTo,
  embedded,
  field,
  hash,
  id,
  instant,
  integer,
  versioned,
  word,
} from '../shape.ts';
import type { ValueIn } from '../shape.ts';

/** Which way a LOAD moves money: from the wallet to its float, or back. */
export const LOAD_DIRECTIONS = { load: 1, return: 2 } as const;
export type LoadDirection = keyof typeof LOAD_DIRECTIONS;

/**
 * LOAD, payer → issuer: moves money between the payer's wallet and its float, out of which offline
 * payments are made. A return is done after the time to cool off: payments that are under way come
 * first.
 */
const loadShape = versioned({
  sequence: field(2, integer(1)),
  load: field(3, id('load')),
  payer: field(4, id('wallet')),
  amount: field(5, amount),
  asset: field(6, asset),
  direction: field(7, word(LOAD_DIRECTIONS)),
  at: field(8, instant),
});

export type Load = ValueIn<typeof loadShape>;
export const LOAD: MessageType<Load> = {
  typ: 'coinbox.load',
  signedBy: ['payer'],
  shape: loadShape,
};

/** The longest time that parameters can name, in milliseconds: a year. */
const MOST_MS = 366 * 86_400_000;
const milliseconds = integer(1, MOST_MS);

/**
 * PARAMETERS, issuer → all: what a terminal may take offline, and who bears what is not covered. A
 * new number takes the place of the one before, without new cards.
 */
const parametersShape = versioned({
  number: field(2, integer(1)),
  at: field(3, instant),
  validUntil: field(4, instant),
  asset: field(5, asset),
  /** Largest single offline payment. */
  perPayment: field(6, amount),
  /** Offline payments that a terminal has taken and not yet brought to the issuer: how many. */
  count: field(7, integer(1)),
  /** Their sum. */
  exposure: field(8, amount),
  /** How long a terminal goes on without hearing of the issuer. */
  silenceMs: field(9, milliseconds),
  /**
   * What the issuer bears for one terminal, where payers' floats do not reach. The terminal's
   * operator bears the rest.
   */
  cover: field(10, amount),
  /** How long money rests between the wish to have it back from the float and its return. */
  coolOffMs: field(11, milliseconds),
  /** How long a payment at a terminal whose key is revoked can still be claimed. */
  claimMs: field(12, milliseconds),
});

export type Parameters = ValueIn<typeof parametersShape>;
export const PARAMETERS: MessageType<Parameters> = {
  typ: 'coinbox.parameters',
  signedBy: ['authority'],
  shape: parametersShape,
};

/**
 * EPOCH, issuer → all: the time, the list of stopped wallets and the log as they are now. Anyone
 * may pass it on; a device without a clock learns the time from it.
 */
/** How long an epoch is. Epoch n begins n times as long after 1970. */
export const EPOCH_MS = 600_000;

const epochShape = versioned({
  epoch: field(2, integer(1)),
  at: field(3, instant),
  /** SHA-256 over the hashes of all STATUS messages of the epoch, one after the other. */
  statusHash: field(4, hash),
  /** Entries in the issuer's ledger log, and the hash of the last. */
  index: field(5, integer(0)),
  entryHash: field(6, hash),
});

export type Epoch = ValueIn<typeof epochShape>;
export const EPOCH: MessageType<Epoch> = {
  typ: 'coinbox.epoch',
  signedBy: ['authority'],
  shape: epochShape,
};

/** Bytes of bits in one STATUS. */
export const MOST_STATUS_BYTES = 2048;

/**
 * STATUS, issuer → all: one bit a wallet, 1 where it is frozen or its key is revoked. Bit 0 of byte
 * 0 is the least significant one, and is about the wallet with the status number `first`.
 */
const statusShape = versioned({
  epoch: field(2, integer(1)),
  first: field(3, integer(0, 4_294_967_295)),
  bits: field(4, bytesUpTo(MOST_STATUS_BYTES)),
});

export type StatusList = ValueIn<typeof statusShape>;
export const STATUS_LIST: MessageType<StatusList> = {
  typ: 'coinbox.status',
  signedBy: ['authority'],
  shape: statusShape,
};

/** Is the wallet with this number stopped, as far as this STATUS says? */
export function isStopped({ first, bits }: StatusList, wallet: number): boolean {
  const at = wallet - first;
  if (at < 0 || at >= bits.length * 8) return false;
  return ((bits[at >> 3] as number) & (1 << (at & 7))) !== 0;
}

/** Messages of one run of a terminal's journal. */
export const MOST_RUN_MESSAGES = 512;

/**
 * SYNC, holding → issuer: stands before a run of messages and covers them with one signature. The
 * messages are PAYs, each followed by its ACCEPT, SETTLEs and REFUNDs, in the order of the journal.
 */
const syncShape = versioned({
  sequence: field(2, integer(1)),
  terminal: field(3, id('wallet')),
  /** Number of the messages that follow. */
  count: field(4, integer(1, MOST_RUN_MESSAGES)),
  /** Head of the chain over them (`chainOf`). */
  head: field(5, hash),
});

export type Sync = ValueIn<typeof syncShape>;
export const SYNC: MessageType<Sync> = {
  typ: 'coinbox.sync',
  signedBy: ['holding'],
  shape: syncShape,
};

/**
 * FORK, anyone → issuer: two PAYs of one wallet with one sequence number and different content. It
 * proves by itself that the wallet has spent twice.
 */
const forkShape = versioned({
  sequence: field(2, integer(1)),
  first: field(3, embedded),
  second: field(4, embedded),
});

export type Fork = ValueIn<typeof forkShape>;
export const FORK: MessageType<Fork> = {
  typ: 'coinbox.fork',
  signedBy: ['payer', 'holding', 'settlement', 'provider'],
  shape: forkShape,
};
