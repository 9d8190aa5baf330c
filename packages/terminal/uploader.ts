import {
  Fault,
  PAY,
  RECEIPT,
  accept,
  equalBytes,
  newId,
  openMessage,
  rejectionRow,
  toHex,
} from '@coinbox/protocol';
import type { IssuerClient, OfferId, Receipt, Rejection, Result, Signed } from '@coinbox/protocol';
import type { Core } from './core.ts';
import type { Answered, Pending } from './journal.ts';
import { clearAnsweredAccepts, runToSend, sendRun } from './run-upload.ts';
import { acceptPay, voidOffer } from './step-offer.ts';
import { takeReceipt } from './step-session.ts';
import type { Timers } from './timers.ts';

/** Brings what the journal has for the issuer to the issuer, until each message is answered. */
export interface Uploader {
  /** Something new may be in the outbox. */
  wake(): void;
  /** Why the head of the uploads does not move, where the issuer has said no. */
  readonly blocked: Rejection | undefined;
  close(): void;
}

export type UploaderParts = {
  readonly core: Core;
  readonly issuer: IssuerClient;
  readonly random: (bytes: number) => Uint8Array;
  readonly timers: Timers;
  /** The issuer does not take PAYs of this mapping version any more. */
  readonly onMappingChanged: () => void;
  readonly onFault: (fault: unknown) => void;
};

/** Messages outside the order of uploads that are on their way at a time. */
const MOST_IN_FLIGHT = 16;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

export function createUploader(parts: UploaderParts): Uploader {
  const { core, timers } = parts;
  /** Messages that somebody is sending, or that wait for their next attempt: by target and hash. */
  const busy = new Set<string>();
  const failures = new Map<string, number>();
  /**
   * Uploads that wait at the issuer for a supervisor. They have their place in the order there, so
   * that those behind them may go.
   */
  const parked = new Set<string>();
  let blocked: Rejection | undefined;
  let closed = false;

  const send = async (one: Pending): Promise<void> => {
    const key = keyOf(one);
    if (busy.has(key) || closed) return;
    busy.add(key);
    const outcome = await attempt(parts, one, () => closed).catch((fault: unknown) => {
      parts.onFault(fault);
      return 'again' as const;
    });
    if (closed) return;
    if (one.target === 'upload') blocked = typeof outcome === 'object' ? outcome : undefined;
    if (outcome === 'done') {
      for (const noted of [busy, failures, parked]) noted.delete(key);
      return wake();
    }
    if (typeof outcome === 'object' && outcome.code === 'settlement-parked') {
      parked.add(key);
      wake();
    }
    const failed = (failures.get(key) ?? 0) + 1;
    failures.set(key, failed);
    timers.after(Math.min(FIRST_PAUSE_MS * 2 ** (failed - 1), LONGEST_PAUSE_MS), () => {
      busy.delete(key);
      wake();
    });
  };
  const run = createRunSender(parts, {
    wake: () => wake(),
    isClosed: () => closed,
    block: (rejection) => void (blocked = rejection),
  });
  const wake = (): void => {
    if (closed) return;
    try {
      for (const one of core.journal.pending('issuer', MOST_IN_FLIGHT)) void send(one);
      if (run()) return;
      for (const one of core.journal.pending('upload', parked.size + 1)) {
        void send(one);
        if (!parked.has(keyOf(one))) break;
      }
    } catch (fault) {
      parts.onFault(fault);
    }
  };
  return {
    wake,
    get blocked() {
      return blocked;
    },
    close: () => void (closed = true),
  };
}

type Hooks = {
  wake(): void;
  isClosed(): boolean;
  block(rejection: Rejection | undefined): void;
};

/**
 * Uploads go in runs as long as there is a payment among them that was taken offline. The function
 * says whether that is so; one run is under way at a time.
 */
function createRunSender(parts: UploaderParts, { wake, isClosed, block }: Hooks): () => boolean {
  const { core, issuer, timers, onFault } = parts;
  let isBusy = false;
  let failed = 0;
  const send = async (uploads: readonly Pending[]): Promise<void> => {
    isBusy = true;
    const sent = await sendRun(core, issuer, uploads).catch((fault: unknown) => {
      onFault(fault);
      return undefined;
    });
    if (isClosed()) return;
    block(sent?.stopped && { code: sent.stopped });
    failed = sent && sent.answered > 0 ? 0 : failed + 1;
    const go = (): void => {
      isBusy = false;
      wake();
    };
    if (failed === 0) return go();
    timers.after(Math.min(FIRST_PAUSE_MS * 2 ** (failed - 1), LONGEST_PAUSE_MS), go);
  };
  return () => {
    if (isBusy) return true;
    clearAnsweredAccepts(core);
    const uploads = runToSend(core);
    if (uploads.length === 0) return false;
    void send(uploads);
    return true;
  };
}

const keyOf = ({ target, hash }: Pending): string => `${target}/${toHex(hash)}`;

/**
 * `done`: answered for good. `again`: no answer. A rejection: no answer that ends it; try later.
 */
type Attempt = 'done' | 'again' | Rejection;

async function attempt(
  parts: UploaderParts,
  one: Pending,
  closed: () => boolean,
): Promise<Attempt> {
  const answer = await parts.issuer.submit(one.bytes).catch((fault: unknown) => {
    if (fault instanceof Fault && fault.code === 'unreachable') return undefined;
    throw fault;
  });
  if (!answer || closed()) return 'again';
  const receipt = answer.ok ? readReceipt(parts.core, one, answer.value) : answer;
  return one.target === 'upload'
    ? takeUploadAnswer(parts, one, receipt)
    : takeAnswer(parts, one, receipt);
}

/** The receipt of this very message, signed by the issuer. */
function readReceipt(core: Core, one: Pending, bytes: Uint8Array): Result<Signed<Receipt>> {
  const receipt = openMessage(RECEIPT, bytes, core.book, core.now());
  if (!receipt.ok || !equalBytes(receipt.value.body.subject, one.hash)) {
    throw new Fault('answer-invalid', 'the issuer answered with something that is not the receipt');
  }
  return accept(receipt.value);
}

function takeUploadAnswer(
  { core }: UploaderParts,
  one: Pending,
  receipt: Result<Signed<Receipt>>,
): Attempt {
  if (!receipt.ok) return receipt.rejection;
  const id = core.journal.message(one.hash)?.session;
  const session = id && core.state.sessions.get(id);
  const answered: Answered = { target: 'upload', hash: one.hash };
  if (!session) {
    core.journal.sent('upload', one.hash);
    return 'done';
  }
  const taken = core.applyStep(takeReceipt(session, receipt.value, core.context()), answered);
  return taken.ok ? 'done' : taken.rejection;
}

function takeAnswer(parts: UploaderParts, one: Pending, receipt: Result<Signed<Receipt>>): Attempt {
  const { core } = parts;
  const message = core.journal.message(one.hash);
  if (message?.typ === PAY.typ && message.offer) {
    return takePayAnswer(parts, one, message.offer, receipt);
  }
  if (!receipt.ok && rejectionRow(receipt.rejection.code).retry === 'later') {
    return receipt.rejection;
  }
  core.journal.sent('issuer', one.hash);
  return 'done';
}

/**
 * A PAY is accepted with its receipt, voided with a final "no", and asked about again otherwise,
 * until its offer has expired. A receipt that comes later is answered with a VOID too: the payer
 * does not stand before the machine any more.
 */
function takePayAnswer(
  { core, random, onMappingChanged }: UploaderParts,
  one: Pending,
  id: OfferId,
  receipt: Result<Signed<Receipt>>,
): Attempt {
  const offer = core.state.offers.get(id);
  const answered: Answered = { target: 'issuer', hash: one.hash };
  if (!offer) {
    core.journal.sent('issuer', one.hash);
    return 'done';
  }
  const inTime = core.now() <= offer.body.validUntil;
  if (receipt.ok && receipt.value.body.result === 'posted' && inTime) {
    const session = newId('session', core.now(), random(10));
    const opening = { session, journalHead: core.journal.head };
    const step = acceptPay(core.state, offer, receipt.value, opening, core.context());
    const accepted = core.applyStep(step, answered);
    if (accepted.ok) return 'done';
  }
  if (!receipt.ok) {
    if (receipt.rejection.code === 'mapping-changed') onMappingChanged();
    const again = rejectionRow(receipt.rejection.code).retry === 'later';
    if (again && inTime) return receipt.rejection;
  }
  core.apply(voidOffer(core.state, offer, core.context()), answered);
  return 'done';
}
