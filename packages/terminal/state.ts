import type {
  Bill,
  Certificate,
  Epoch,
  Instant,
  Money,
  Offer,
  OfferId,
  Parameters,
  PaymentId,
  Reading,
  RefundId,
  SessionId,
  Signer,
  StatusList,
  WalletId,
} from '@coinbox/protocol';

/**
 * The state of a terminal: what its journal adds up to. Only `evolve` makes a new one. Sessions and
 * offers that are over are not in it; the journal keeps them.
 */
export type TerminalState = {
  /** Message counters of the two wallets: the last number used. */
  readonly holdingSequence: number;
  readonly settlementSequence: number;
  /** Number of the last upload (SETTLE or REFUND) to the issuer. */
  readonly uploads: number;
  readonly offers: ReadonlyMap<OfferId, OpenOffer>;
  readonly sessions: ReadonlyMap<SessionId, Session>;
  /**
   * Money in the holding wallet, and money drawn into the settlement wallet without a receipt yet.
   */
  readonly holding: Money;
  readonly inSettlement: Money;
  /** What the issuer has last said to all. */
  readonly heard: Heard;
  /** Payments that were taken offline and that the issuer has not booked yet. */
  readonly unsynced: ReadonlyMap<SessionId, UnsyncedPay>;
  /** The mapping of the newest offer. */
  readonly lastMapping?: Pick<Offer, 'provider' | 'mappingVersion'>;
};

/** What the issuer has last said to all, as far as this terminal has heard it. */
export type Heard = {
  readonly epoch?: Epoch;
  /** When the EPOCH came, by the terminal's own clock. */
  readonly heardAt?: Instant;
  readonly parameters?: Parameters;
  /** STATUS lists by their first number. */
  readonly lists: ReadonlyMap<number, StatusList>;
};

export type UnsyncedPay = {
  readonly payer: WalletId;
  readonly sequence: number;
  readonly amount: Money;
};

/**
 * offered → presented → accepted | voided. A presented offer is one whose PAY the issuer is asked
 * about.
 */
export type OpenOffer = {
  readonly body: Offer;
  readonly hash: Uint8Array;
  readonly presented?: PresentedPay;
};

export type PresentedPay = {
  readonly hash: Uint8Array;
  readonly payment: PaymentId;
  readonly payer: WalletId;
  readonly amount: Money;
};

/**
 * accepted      the money is here, the device has been told to start
 * delivering    the first reading is journalled
 * awaiting-bill the final METER is journalled
 * drawn         a final bill was accepted, or the money goes back without one
 * (closed)      every upload has its receipt: the session leaves the state
 */
export type SessionStage = 'accepted' | 'delivering' | 'awaiting-bill' | 'drawn';

export type Session = {
  readonly id: SessionId;
  readonly offer: Offer;
  readonly pay: PresentedPay;
  readonly acceptHash: Uint8Array;
  readonly acceptedAt: Instant;
  readonly stage: SessionStage;
  /** What the payer paid in. */
  readonly held: Money;
  readonly readings: readonly Reading[];
  /** METER messages so far, and the hash of the last. */
  readonly meters: number;
  readonly lastMeter?: Uint8Array;
  /** When the last METER was journalled. */
  readonly meteredAt?: Instant;
  /** Set with the final METER. */
  readonly deliveredAt?: Instant;
  readonly bill?: { readonly body: Bill; readonly hash: Uint8Array };
  /** The payment was taken offline: its PAY is an upload of its own. */
  readonly booking?: Pick<Upload, 'hash' | 'answer'>;
  readonly settle?: Upload;
  readonly refund?: Upload & { readonly refund: RefundId };
};

/** SETTLE or REFUND on its way: its message hash, amount, and what the issuer has answered. */
export type Upload = {
  readonly hash: Uint8Array;
  readonly number: number;
  readonly amount: Money;
  readonly answer?: 'posted' | 'refused';
};

export const EMPTY_STATE: TerminalState = {
  holdingSequence: 0,
  settlementSequence: 0,
  uploads: 0,
  offers: new Map(),
  sessions: new Map(),
  holding: 0n as Money,
  inSettlement: 0n as Money,
  heard: { lists: new Map() },
  unsynced: new Map(),
};

/** A session may leave the state when every upload it made is answered. */
export const isClosed = (session: Session): boolean =>
  session.stage === 'drawn' &&
  (!session.booking || session.booking.answer !== undefined) &&
  (!session.settle || session.settle.answer !== undefined) &&
  (!session.refund || session.refund.answer !== undefined);

/** The wallet keys of a terminal: two keys, two certificates. */
export type TerminalKeys = {
  readonly network: string;
  readonly holding: Signer;
  readonly holdingCertificate: Certificate;
  readonly settlement: Signer;
  readonly settlementCertificate: Certificate;
};

/** What the machine sells, for whom, until when: everything an OFFER is made from. */
export type SaleTerms = {
  readonly provider: WalletId;
  readonly mappingVersion: number;
  readonly asset: Offer['asset'];
  readonly least: Money;
  readonly most: Money;
  readonly tariffHash: Uint8Array;
};

/** Bounds of one terminal. Times in milliseconds. */
export type Bounds = {
  readonly mostSessions: number;
  readonly mostOffers: number;
  readonly offerLifeMs: number;
  readonly startWithinMs: number;
  readonly billWithinMs: number;
  /** A delivery that the device says nothing of for so long is over. */
  readonly silentWithinMs: number;
};

export const DEFAULT_BOUNDS: Bounds = {
  mostSessions: 64,
  mostOffers: 256,
  offerLifeMs: 120_000,
  startWithinMs: 300_000,
  billWithinMs: 600_000,
  silentWithinMs: 86_400_000,
};
