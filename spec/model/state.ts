// pure

/** How the PAY of a session becomes money: by the issuer's answer, or by itself. */
export type Way = 'online' | 'offline';

/**
 * What is explored: so many sessions, each at a terminal and paid one way. Money is in whole units;
 * one unit of service costs one unit of money.
 */
export type Scene = {
  readonly name: string;
  /** One sentence for people. */
  readonly about: string;
  readonly terminals: number;
  readonly sessions: readonly { readonly terminal: number; readonly way: Way }[];
  /** What a payer pays in for a session, and the most that a session delivers. */
  readonly amount: number;
  /** What the payer has at the issuer: for payments online, and as float for those offline. */
  readonly balance: number;
  readonly float: number;
  /** May the payer run a copy of its wallet, once, that signs a sequence number again? */
  readonly copies: boolean;
  /** May a supervisor freeze the provider, and release it again? */
  readonly freezes: boolean;
};

/** Payer wallet, per offer (spec/05-flow.md). */
export type PayerStage = 'none' | 'debited' | 'done' | 'recredited' | 'refunded';

/** Holding wallet, per offer and then per session. */
export type HoldingStage =
  'offered' | 'presented' | 'voided' | 'accepted' | 'delivering' | 'awaiting-bill' | 'drawn';

/** What the issuer has made of a PAY. `given-back`: applied, then undone by a VOID. */
export type IssuerStage = 'unseen' | 'applied' | 'refused' | 'given-back';

/** One offer, and what each party has stored of it. Everything here survives a crash. */
export type Session = {
  readonly payer: PayerStage;
  /** Bit n: the PAY spends the refund of session n, which the issuer may not have seen. */
  readonly spends: number;
  /** The session whose sequence number a copied wallet used again for this PAY; -1 for none. */
  readonly copyOf: number;
  readonly holding: HoldingStage;
  readonly delivered: number;
  /** Drawn for the bill, and given back to the payer, by the holding wallet. */
  readonly drawn: number;
  readonly refund: number;
  readonly issuer: IssuerStage;
  /** So much of the PAY is the issuer's own money: the float of the payer did not reach. */
  readonly covered: number;
  /** The issuer keeps the SETTLE until the provider is released. */
  readonly settleParked: boolean;
  /** The issuer has posted the VOID; the SETTLE; the REFUND. */
  readonly voidPosted: boolean;
  readonly settlePosted: boolean;
  readonly refundPosted: boolean;
};

export type UploadKind = 'PAY' | 'SETTLE' | 'REFUND';

/** A message that the issuer takes in the order of the terminal's journal. */
export type Upload = {
  readonly kind: UploadKind;
  readonly session: number;
  /** A later one was applied before it: the issuer answers `counter-rollback` for ever. */
  readonly passed: boolean;
};

/** An upload that has just come into the journal. */
export const newUpload = (kind: UploadKind, session: number): Upload => ({
  kind,
  session,
  passed: false,
});

export type Terminal = {
  /** Money in the holding wallet; money drawn into the settlement wallet, without a receipt yet. */
  readonly holding: number;
  readonly settlement: number;
  /** Uploads without a receipt, in their order. Only the first may be at the issuer already. */
  readonly uploads: readonly Upload[];
  readonly firstPosted: boolean;
};

/** Balances in the issuer's ledger. `loss` is the issuer's own: what it has covered, negative. */
export type Accounts = {
  readonly payer: number;
  readonly float: number;
  readonly holding: readonly number[];
  readonly provider: number;
  readonly loss: number;
  /** The payer was caught with two messages of one sequence number (FORK). */
  readonly frozen: boolean;
  readonly providerFrozen: boolean;
};

/** The whole world at one moment, without what is under way between the parties. */
export type State = {
  readonly sessions: readonly Session[];
  readonly terminals: readonly Terminal[];
  /** What the payer's device may still spend offline. */
  readonly wallet: number;
  readonly accounts: Accounts;
};

const FRESH_SESSION: Session = {
  payer: 'none',
  spends: 0,
  copyOf: -1,
  holding: 'offered',
  delivered: 0,
  drawn: 0,
  refund: 0,
  issuer: 'unseen',
  covered: 0,
  settleParked: false,
  voidPosted: false,
  settlePosted: false,
  refundPosted: false,
};

const FRESH_TERMINAL: Terminal = { holding: 0, settlement: 0, uploads: [], firstPosted: false };

/** Every offer is made, nothing is paid. */
export const firstState = ({ sessions, terminals, balance, float }: Scene): State => ({
  sessions: sessions.map(() => FRESH_SESSION),
  terminals: Array.from({ length: terminals }, () => FRESH_TERMINAL),
  wallet: float,
  accounts: {
    payer: balance,
    float,
    holding: Array.from({ length: terminals }, () => 0),
    provider: 0,
    loss: 0,
    frozen: false,
    providerFrozen: false,
  },
});

/** The session, which is there: `at` counts the sessions of the scene. */
export const sessionAt = (state: State, at: number): Session => state.sessions[at] as Session;

export const terminalAt = (state: State, at: number): Terminal => state.terminals[at] as Terminal;

/** Where session `at` is, and how it is paid. */
export const placeOf = (scene: Scene, at: number): Scene['sessions'][number] =>
  scene.sessions[at] as Scene['sessions'][number];

/** The array with another value at one place. */
export function replaced<T>(values: readonly T[], at: number, value: T): readonly T[] {
  const copy = values.slice();
  copy[at] = value;
  return copy;
}

export const withSession = (state: State, at: number, session: Session): State => ({
  ...state,
  sessions: replaced(state.sessions, at, session),
});

export const withTerminal = (state: State, at: number, terminal: Terminal): State => ({
  ...state,
  terminals: replaced(state.terminals, at, terminal),
});

/** Has the holding wallet signed ACCEPT? */
export const isAccepted = ({ holding }: Session): boolean =>
  holding === 'accepted' ||
  holding === 'delivering' ||
  holding === 'awaiting-bill' ||
  holding === 'drawn';

/** Has the issuer booked the payment once, whatever has become of it? */
export const isBooked = ({ issuer }: Session): boolean =>
  issuer === 'applied' || issuer === 'given-back';

/** Do two PAYs have one sequence number? Whoever sees both has the proof of a FORK. */
export const isFork = (state: State, one: number, other: number): boolean =>
  sessionAt(state, one).copyOf === other || sessionAt(state, other).copyOf === one;
