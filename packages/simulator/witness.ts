import type { SummaryJson } from '@coinbox/protocol';
import { ISSUANCE, decodeMemo } from '@coinbox/issuer';
import type { Ledger } from '@coinbox/ledger';
import { RECEIPT, equalBytes, openEnvelope, readOwn, sha256, toHex } from '@coinbox/protocol';
import type { OfferId, WalletId } from '@coinbox/protocol';
import type { Payment } from '@coinbox/payer';
import type { BillRecord } from '@coinbox/provider';
import { EVENT_INVARIANTS, backing, notAcceptedLate, payerMoney } from './device-invariants.ts';
import type { Genesis } from './genesis.ts';
import { ENTRY_INVARIANTS, receiptFits } from './invariants.ts';
import type { Truth, Wrong } from './invariants.ts';
import { applyEntry, copyTruth, readEntry } from './ledger-truth.ts';
import type { Tally } from './tally.ts';
import { applyEvent, createTerminalTruth, readEvent } from './terminal-truth.ts';
import type { EventFact, JournalEvent, TerminalTruth } from './terminal-truth.ts';

/**
 * Sees everything that becomes durable and everything that is sent, and holds it to the invariants.
 * The first thing that breaks one is kept.
 */
export interface Witness {
  readonly truth: Truth;
  /** Payments as they are durable, by payer. */
  readonly payments: ReadonlyMap<WalletId, ReadonlyMap<OfferId, Payment>>;
  /** Undefined while all is well. */
  readonly violation: string | undefined;
  /** Something is wrong that no invariant has a number for. */
  fail(what: string): void;
  /** Takes what is new in the log. */
  readLog(ledger: Ledger): Promise<void>;
  /** A terminal has journalled an event. */
  journalled(terminal: WalletId, event: JournalEvent): void;
  /** A payer has stored a payment. */
  stored(payer: WalletId, payment: Payment): void;
  /** A terminal has sent a message of its own. */
  sentByTerminal(terminal: WalletId, message: Uint8Array): void;
  /** A payer has sent its PAY. */
  sentByPayer(payer: WalletId, message: Uint8Array): void;
  /** The issuer has answered a message. */
  answered(message: Uint8Array, receipt: Uint8Array): void;
  /** A provider has written down what became of a bill. */
  billed(bill: BillRecord): void;
  /** The issuer's own sums. */
  summed(summary: SummaryJson): void;
  /** A terminal has started: what it says of its wallets. */
  recovered(terminal: WalletId, holding: bigint, inSettlement: bigint): void;
}

export type WitnessParts = {
  readonly genesis: Genesis;
  readonly tally: Tally;
  readonly deliveredWh: Truth['deliveredWh'];
  /** For the trace. */
  readonly note: (line: string) => void;
};

/** What every part of a witness works on. */
type Eye = {
  readonly truth: Truth;
  readonly payments: Map<WalletId, Map<OfferId, Payment>>;
  readonly tally: Tally;
  readonly check: (name: string, wrong: Wrong) => void;
  /** Counts a situation, and puts it into the trace. */
  readonly note: (situation: string) => void;
};

export function createWitness(parts: WitnessParts): Witness {
  const { genesis, tally, deliveredWh } = parts;
  const { issued, walletOfKey } = genesis;
  const terminals = new Map<WalletId, TerminalTruth>(
    genesis.terminals.map(({ holding }) => [holding.wallet, createTerminalTruth(holding.wallet)]),
  );
  const ledger = copyTruth(genesis.truth);
  const truth: Truth = { ledger, terminals, issued, deliveredWh, walletOfKey };
  let violation: string | undefined;
  const eye: Eye = {
    truth,
    payments: new Map(),
    tally,
    check(name, wrong) {
      if (wrong !== undefined) violation ??= `${name}: ${wrong}`;
    },
    note(situation) {
      tally.count(situation);
      parts.note(situation);
    },
  };
  return {
    truth,
    payments: eye.payments,
    get violation() {
      return violation;
    },
    fail: (what) => void (violation ??= what),
    ...watchLedger(eye),
    ...watchAnswers(eye),
    ...watchTerminals(eye),
    ...watchPayers(eye),
  };
}

const watchLedger = ({ truth, tally, check }: Eye): Pick<Witness, 'readLog' | 'summed'> => ({
  async readLog(of) {
    const { ledger } = truth;
    const { items } = await of.entries({ after: ledger.index, limit: 1000 });
    for (const entry of items) {
      const fact = readEntry(entry);
      for (const [name, invariant] of ENTRY_INVARIANTS) check(name, invariant(truth, fact));
      applyEntry(ledger, fact);
      tally.count(`entry: ${entry.code} ${entry.status}${reasonOf(entry.memo, entry.refusal)}`);
    }
    for (const own of truth.terminals.values()) check('I11 backing', backing(truth, own));
  },
  summed({ difference, outstanding, settlement }) {
    check('I1 conservation', difference === '0' ? undefined : `a difference of ${difference}`);
    const isRight = outstanding === `${truth.issued}` && settlement === '0';
    const shown = `the sums show ${outstanding} issued, ${settlement} in settlement`;
    check('I13 atomic visibility', isRight ? undefined : shown);
  },
});

function watchAnswers({ truth, check, note }: Eye): Pick<Witness, 'answered' | 'billed'> {
  const { ledger } = truth;
  /** The answers of the issuer, by message and place in the log. */
  const receipts = new Map<string, Uint8Array>();
  return {
    answered(message, receipt) {
      const hash = hashOf(message);
      if (!hash) return;
      const { body } = readOwn(RECEIPT, receipt);
      check('I8 receipt and ledger', receiptFits(truth, body, hash));
      const key = `${toHex(hash)} ${body.index}`;
      const before = receipts.get(key);
      if (before && !equalBytes(before, receipt)) {
        check('I3 at most once', 'the same message gets another answer');
      }
      receipts.set(key, receipt);
      note(`receipt: ${body.subjectTyp.slice(8)} ${body.result}${withCode(body)}`);
    },
    billed(bill) {
      note(`bill: ${bill.state}${withCode(bill)}`);
      if (bill.state !== 'settled') return;
      const settlement = ledger.settledBills.get(bill.bill);
      const amount = settlement && ledger.settled.get(settlement);
      const isThere = ledger.entries[(bill.receiptIndex ?? 0) - 1]?.id === settlement;
      if (amount !== bill.amount || !isThere) {
        check('I8 receipt and ledger', 'a provider counts a bill as settled that is not');
      }
    },
  };
}

const withCode = ({ code }: { readonly code?: string }): string =>
  code === undefined ? '' : ` ${code}`;

function watchTerminals({
  truth,
  payments,
  check,
  note,
}: Eye): Pick<Witness, 'journalled' | 'sentByTerminal' | 'recovered'> {
  const ownOf = (wallet: WalletId): TerminalTruth => truth.terminals.get(wallet) as TerminalTruth;
  return {
    journalled(terminal, event) {
      const own = ownOf(terminal);
      const fact = readEvent(event);
      for (const [name, invariant] of EVENT_INVARIANTS) check(name, invariant(truth, own, fact));
      check('I3 one answer to an offer', notAcceptedLate(payments.values(), fact));
      applyEvent(own, fact);
      check('I11 backing', backing(truth, own));
      note(`journal: ${event.kind}${sortOf(fact)}`);
    },
    sentByTerminal(terminal, message) {
      const hash = hashOf(message);
      if (!hash || ownOf(terminal).messages.has(toHex(hash))) return;
      check('I12 durable before it is sent', 'a terminal sends what is not in its journal');
    },
    recovered(terminal, holding, inSettlement) {
      const own = ownOf(terminal);
      const isSame = own.holding === holding && own.inSettlement === inSettlement;
      const expected = `${own.holding} and ${own.inSettlement}`;
      const wrong = `a terminal has ${holding} and ${inSettlement} after a start, not ${expected}`;
      check('I11 no value from crashes', isSame ? undefined : wrong);
    },
  };
}

const watchPayers = ({
  truth,
  payments,
  check,
  note,
}: Eye): Pick<Witness, 'stored' | 'sentByPayer'> => ({
  stored(payer, payment) {
    check('I3 one answer to an offer', payerMoney(truth, payer, payment));
    const own = payments.get(payer) ?? new Map<OfferId, Payment>();
    payments.set(payer, own.set(payment.offer, payment));
    note(`payment: ${payment.stage}`);
  },
  sentByPayer(payer, message) {
    const stored = [...(payments.get(payer)?.values() ?? [])];
    if (stored.some(({ messages }) => equalBytes(messages.pay, message))) return;
    check('I12 durable before it is sent', 'a payer sends a PAY that is not stored');
  },
});

/** What kind of end a session has come to. */
function sortOf({ event, settles, refunds }: EventFact): string {
  if (event.kind === 'returned') return ` ${refunds[0]?.body.cause ?? ''}`;
  if (event.kind !== 'billed') return '';
  if (settles.length === 0) return ' nothing';
  return refunds.length === 0 ? ' all' : ' a part';
}

const reasonOf = (memo: Uint8Array, refusal: string | undefined): string => {
  if (refusal === undefined) return '';
  const { code } = decodeMemo(memo);
  return ` ${refusal === 'claim-taken' && code ? code : refusal}`;
};

function hashOf(message: Uint8Array): Uint8Array | undefined {
  const opened = openEnvelope(message);
  return opened.ok ? sha256(opened.value.payload) : undefined;
}

/** I1, I13, I19: the ledger's own accounts are what the log adds up to. */
export async function checkAccounts({ truth, fail }: Witness, ledger: Ledger): Promise<void> {
  const { items } = await ledger.accounts({ limit: 1000 });
  let sum = 0n;
  for (const { id, balance } of items) {
    sum += balance;
    const expected = truth.ledger.balances.get(id);
    if (balance !== expected) fail(`I19 replay: ${id} has ${balance}, the log gives ${expected}`);
    if (id === ISSUANCE && balance !== -truth.issued) fail(`I1 conservation: ${-balance} are owed`);
  }
  if (sum !== 0n) fail(`I1 conservation: all accounts add up to ${sum}`);
}
