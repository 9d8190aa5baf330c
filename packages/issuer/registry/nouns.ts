import type {
  Certificate,
  Instant,
  Parameters,
  ProposalId,
  WalletId,
  WalletRole,
} from '@coinbox/protocol';

/** A wallet as the log has it. */
export type WalletRecord = {
  readonly wallet: WalletId;
  readonly role: WalletRole;
  readonly certificate: Certificate;
  /** On a settlement wallet: the holding wallet of the same terminal. */
  readonly terminal?: WalletId;
  readonly frozen: boolean;
  /** On a holding wallet: its terminal's uploads and payments are refused. */
  readonly suspended: boolean;
  /** Its key signs nothing any more. */
  readonly revoked: boolean;
  /** How often it was frozen and unfrozen. */
  readonly changes: number;
  /** Index of the entry that opened it. */
  readonly index: number;
};

export type MappingVersion = {
  readonly terminal: WalletId;
  readonly version: number;
  readonly provider: WalletId;
  readonly proposal: ProposalId;
  /** Index of the entry that brought it into force. */
  readonly index: number;
};

/** PARAMETERS as the log has them. */
export type ParametersRecord = { readonly body: Parameters; readonly bytes: Uint8Array };

export type Proposal = {
  readonly proposal: ProposalId;
  readonly terminal: WalletId;
  readonly provider: WalletId;
  readonly replaces: number;
  readonly proposedBy: string;
  readonly approvedBy?: string;
  readonly expiresAt: Instant;
  readonly index: number;
};

/** Entries with the status posted, counted. A VOID that gave money back counts as a refund. */
export type Tally = {
  readonly payments: number;
  readonly settlements: number;
  readonly refunds: number;
};
