// pure
import type { AccountId, GroupId } from '@coinbox/ledger';
import { toHex } from '@coinbox/protocol';
import type { LoadId, PaymentId, SettlementId, WalletId, WalletRole } from '@coinbox/protocol';

/** The one account that may be overdrawn: what it owes is the money there is. */
export const ISSUANCE: AccountId = 'issuance';

/** Every account of a wallet role begins with this. */
export const ACCOUNT_PREFIX: Readonly<Record<WalletRole, string>> = {
  payer: 'payer/',
  holding: 'holding/',
  settlement: 'settlement/',
  provider: 'provider/',
};

/** The account of a wallet: one, since a wallet has one role and a network one asset. */
export const accountOf = (role: WalletRole, wallet: WalletId): AccountId =>
  ACCOUNT_PREFIX[role] + wallet;

/** What a payer has put aside for offline payments. */
export const FLOAT_PREFIX = 'float/';
export const floatOf = (payer: WalletId): AccountId => FLOAT_PREFIX + payer;

/**
 * What the issuer bears for a terminal, where floats did not reach: overdrawn by so much. Every
 * such account begins with this.
 */
export const LOSS_PREFIX = 'loss/';
export const lossOf = (terminal: WalletId): AccountId => LOSS_PREFIX + terminal;

const short = (wallet: WalletId): string => wallet.slice(4);
const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');

/**
 * The claim on an offer: whoever has it, a PAY or the VOID, has used the offer up. The terminal is
 * part of it, so that nobody can use up an offer of another terminal.
 */
export const offerClaim = (terminal: WalletId, offerHash: Uint8Array): string =>
  `offer/${short(terminal)}/${base64url(offerHash)}`;

/** The claim on a number of the payer's own counter. */
export const payerSequenceClaim = (payer: WalletId, sequence: number): string =>
  `payer-sequence/${payer}/${sequence}`;

/** The claim on a key: it belongs to one wallet, for ever. `keyId`: 16 hexadecimal digits. */
export const keyClaim = (keyId: string): string => `key/${keyId}`;

/** The gapless series of what a terminal uploads: SETTLE and REFUND. */
export const uploadSeries = (terminal: WalletId): string => `upload/${terminal}`;

/** The gapless series of the versions of a terminal's mapping. */
export const mappingSeries = (terminal: WalletId): string => `mapping/${terminal}`;

/** The hold on a payment in the holding account. */
export const holdOfPayment = (payment: PaymentId): string => payment;

/** The hold on what the issuer bears of an offline payment. */
export const COVER_PREFIX = 'cover/';
export const holdOfCover = (payment: PaymentId): string => COVER_PREFIX + payment;

/** The hold on what a parked settlement waits for. */
export const holdOfParked = (settlement: SettlementId): string => `parked/${settlement}`;

/** Ids of groups that have no id of the wire. */
export const voidGroup = (terminal: WalletId, offerHash: Uint8Array): GroupId =>
  `void/${short(terminal)}/${base64url(offerHash)}`;
export const parkGroup = (settlement: SettlementId): GroupId => `park/${settlement}`;
export const refusalGroup = (hash: Uint8Array): GroupId => `refusal/${toHex(hash)}`;
export const suspendGroup = (hash: Uint8Array): GroupId => `suspend/${toHex(hash)}`;
/** The `change`-th freeze or unfreeze of a wallet. */
export const freezeGroup = (wallet: WalletId, change: number): GroupId =>
  `freeze/${wallet}/${change}`;
/** A key is revoked once, and a wallet has one key. */
export const revokeGroup = (wallet: WalletId): GroupId => `revoke/${wallet}`;
/** The first asking for money back from the float: from then on it cools off. */
export const unloadGroup = (load: LoadId): GroupId => `unload/${load}`;
/** Of two PAYs with one number of one wallet. */
export const forkGroup = (payer: WalletId, sequence: number): GroupId =>
  `fork/${payer}/${sequence}`;
export const uncoveredGroup = (payment: PaymentId): GroupId => `uncovered/${payment}`;
export const reclaimGroup = (payment: PaymentId): GroupId => `reclaim/${payment}`;
export const PARAMETERS_SERIES = 'parameters';
export const parametersGroup = (number: number): GroupId => `${PARAMETERS_SERIES}/${number}`;
export const mappingGroup = (terminal: WalletId, version: number): GroupId =>
  `mapping/${terminal}/${version}`;
