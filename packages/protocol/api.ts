/**
 * The bodies of the issuer's JSON API as its clients see them. Amounts are decimal strings of minor
 * units, times RFC 3339, keys and signed messages base64url without padding. Every answer says as
 * of which ledger index it holds.
 */

export type Page<T> = {
  readonly items: readonly T[];
  /** Opaque; absent on the last page. */
  readonly next?: string;
  readonly as_of_index: number;
};

export type PublicKeyJson = { readonly algorithm: 'EdDSA' | 'ES256'; readonly bytes: string };

export type Discovery = {
  readonly network: string;
  readonly asset: string;
  readonly root: PublicKeyJson;
  /** Certificate of the authority, then of the key that signs receipts. */
  readonly certificates: readonly string[];
  readonly version: string;
};

export type WalletRole = 'payer' | 'holding' | 'settlement' | 'provider';

export type OpenWallet = {
  /** Made by the caller. */
  readonly wallet: string;
  readonly role: WalletRole;
  readonly key: PublicKeyJson;
  /** Role settlement: the holding wallet of the same terminal. */
  readonly terminal?: string;
  /** Minor units. */
  readonly limits?: { readonly per_payment?: string; readonly balance?: string };
};

export type WalletJson = {
  readonly wallet: string;
  readonly role: WalletRole;
  readonly certificate: string;
  readonly terminal?: string;
  readonly frozen: boolean;
  /** Its key signs nothing any more. */
  readonly revoked: boolean;
  readonly asset: string;
  readonly balance: string;
  /** Part of the balance that is bound to sessions. */
  readonly held: string;
  readonly as_of_index: number;
};

export type MoveMoney = {
  /** Made by the caller: iss_… or rdm_… */
  readonly id: string;
  readonly wallet: string;
  readonly amount: string;
  readonly asset: string;
};

export type MovedJson = { readonly id: string; readonly index: number; readonly at: string };

export type ProposeMapping = {
  /** Made by the caller. */
  readonly proposal: string;
  /** The holding wallet. */
  readonly terminal: string;
  readonly provider: string;
  /** The version that this replaces; 0 for the first. */
  readonly replaces: number;
};

export type ProposalJson = {
  readonly proposal: string;
  readonly terminal: string;
  readonly provider: string;
  readonly replaces: number;
  readonly proposed_by: string;
  readonly approved_by?: string;
  readonly state: 'open' | 'approved' | 'expired' | 'stale';
  readonly expires_at: string;
};

export type MappingVersionJson = {
  readonly version: number;
  readonly provider: string;
  /** Certificate of the provider's wallet. */
  readonly certificate: string;
  /** Ledger index at which it came into force. */
  readonly index: number;
  readonly proposal: string;
};

export type MappingJson = {
  readonly terminal: string;
  /** Newest last; empty where nothing is mapped. */
  readonly versions: readonly MappingVersionJson[];
  readonly as_of_index: number;
};

/** One line of the lists of payments, settlements and refunds. */
export type MovementJson = {
  readonly id: string;
  readonly index: number;
  readonly at: string;
  readonly status: 'posted' | 'refused';
  readonly code?: string;
  readonly amount: string;
  readonly asset: string;
  readonly from?: string;
  readonly to?: string;
  readonly session?: string;
  readonly bill?: string;
  readonly mapping_version?: number;
};

export type SummaryJson = {
  readonly asset: string;
  /** Issued less redeemed. */
  readonly outstanding: string;
  readonly payers: string;
  readonly holding: string;
  readonly settlement: string;
  readonly providers: string;
  /** Sum of all accounts, the issuance account among them: 0 or the ledger is wrong. */
  readonly difference: string;
  readonly payments: number;
  readonly settlements: number;
  readonly refunds: number;
  readonly as_of_index: number;
};
