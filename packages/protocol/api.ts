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
  /** Role payer: the wallet may pay offline. */
  readonly offline?: OfflineLimitsJson;
};

/** Amounts in minor units; `epochs` after the last contact. */
export type OfflineLimitsJson = {
  readonly per_payment: string;
  readonly cumulative: string;
  readonly count: number;
  readonly epochs: number;
};

/** Amounts in minor units, times in milliseconds. The fields of PARAMETERS. */
export type SetParameters = {
  /** That of the newest, and one more; 1 for the first. */
  readonly number: number;
  /** How long they hold. */
  readonly valid_ms: number;
  readonly per_payment: string;
  readonly count: number;
  readonly exposure: string;
  readonly silence_ms: number;
  readonly cover: string;
  readonly cool_off_ms: number;
  readonly claim_ms: number;
};

/** Signed messages of the issuer, base64url: what a terminal needs to take payments offline. */
export type BeaconJson = {
  readonly epoch: string;
  /** The newest PARAMETERS; absent where there are none. */
  readonly parameters?: string;
  /** All STATUS messages of the epoch, by rising number. */
  readonly status: readonly string[];
  readonly as_of_index: number;
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

/** What was in a wallet after the entry `as_of_index`, minor units. */
export type BalanceJson = {
  readonly wallet: string;
  readonly asset: string;
  readonly balance: string;
  /** Part of the balance that was bound to sessions. */
  readonly held: string;
  readonly as_of_index: number;
};

/** The same of an account of the ledger. That of the issuance is negative. */
export type AccountBalanceJson = Omit<BalanceJson, 'wallet'> & { readonly account: string };

/** What was in a wallet, or on an account, after entry `index`, minor units. */
export type StandingJson = {
  readonly index: number;
  readonly balance: string;
  readonly held: string;
};

/** One entry that changed a wallet or an account, and what was there after it. */
export type StatementLineJson = StandingJson & {
  /** Of the entry's group: of a payment, a settlement, a refund its own. */
  readonly id: string;
  /** The kind of group. */
  readonly code: string;
  readonly at: string;
  /** What came in; negative: what went out. 0 where only a hold or the account itself changed. */
  readonly change: string;
};

/**
 * A stretch of a statement, oldest line first: `opening` is what was there before the first line,
 * `closing` after the last, which on the last page is what was there at `as_of_index`.
 */
export type StatementBodyJson = Page<StatementLineJson> & {
  readonly asset: string;
  readonly opening: StandingJson;
  readonly closing: StandingJson;
};
export type StatementJson = StatementBodyJson & { readonly wallet: string };
export type AccountStatementJson = StatementBodyJson & { readonly account: string };

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

/**
 * One thing that has happened: what one entry of the ledger log says. Types are an open set: a
 * reader passes over those that it does not know.
 */
export type EventJson = {
  /** The index of the entry: 1, 2, 3, … */
  readonly id: number;
  /** `settlement.posted` */
  readonly type: string;
  readonly timestamp: string;
  readonly data: {
    /** Id of the entry's group: of a payment, a settlement, a refund its own. */
    readonly group: string;
    readonly status: 'posted' | 'refused';
    readonly code?: string;
    readonly amount?: string;
    readonly asset?: string;
    readonly from?: string;
    readonly to?: string;
    readonly session?: string;
    readonly bill?: string;
    readonly mapping_version?: number;
    readonly wallet?: string;
    readonly terminal?: string;
    readonly provider?: string;
    readonly proposal?: string;
  };
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
