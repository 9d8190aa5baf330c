import {
  ACCEPT,
  Fault,
  MOST_RUN_BYTES,
  PAY,
  RECEIPT,
  SYNC,
  assert,
  chainOf,
  encodeRun,
  equalBytes,
  openMessage,
  signMessage,
  typOf,
} from '@coinbox/protocol';
import type { IssuerClient, Receipt, RejectionCode, Signed } from '@coinbox/protocol';
import type { Core } from './core.ts';
import type { Pending } from './journal.ts';
import { takeReceipt } from './step-session.ts';

/** Uploads that one run looks at. */
const MOST_LOOKED_AT = 256;
/** Room for the SYNC before them. */
const HEAD_BYTES = 512;

const isOf = ({ bytes }: Pending, typ: string): boolean => {
  const found = typOf(bytes);
  return found.ok && found.value === typ;
};

/** Uploads without a number are PAYs that were taken offline, and their ACCEPTs. */
const isOffline = ({ upload }: Pending): boolean => upload === 0;

/**
 * Takes ACCEPTs at the head out of the outbox. The PAY of such a one is answered: that was durable
 * before its ACCEPT was taken out, and the terminal died between the two.
 */
export function clearAnsweredAccepts({ journal }: Pick<Core, 'journal'>): void {
  for (const one of journal.pending('upload', MOST_LOOKED_AT)) {
    if (!isOffline(one) || !isOf(one, ACCEPT.typ)) return;
    journal.sent('upload', one.hash);
  }
}

/** The uploads of one run, where there is a payment among them that was taken offline. */
export function runToSend({ journal }: Pick<Core, 'journal'>): readonly Pending[] {
  const uploads = journal.pending('upload', MOST_LOOKED_AT);
  if (!uploads.some((one) => isOffline(one) && isOf(one, PAY.typ))) return [];
  let room = MOST_RUN_BYTES - HEAD_BYTES;
  let end = uploads.findIndex(({ bytes }) => (room -= bytes.length + 2) < 0);
  if (end < 0) end = uploads.length;
  // A PAY without its ACCEPT is nothing.
  const last = uploads[end - 1];
  return uploads.slice(0, last && isOf(last, PAY.typ) ? end - 1 : end);
}

/** How far a run came: uploads that were answered for good, and why it stopped. */
export type RunSent = { readonly answered: number; readonly stopped?: RejectionCode };

/**
 * Sends a run behind its SYNC and takes the receipts. Undefined without an answer. The SYNC takes
 * no number of its own: it is not kept. Throws Fault: answer-invalid, and those of the journal.
 */
export async function sendRun(
  core: Core,
  issuer: Pick<IssuerClient, 'submitRun'>,
  uploads: readonly Pending[],
): Promise<RunSent | undefined> {
  const { keys, state } = core;
  const messages = uploads.map(({ bytes }) => bytes);
  const header = {
    sequence: state.holdingSequence,
    terminal: keys.holdingCertificate.body.wallet,
    count: messages.length,
    head: chainOf(messages),
  };
  const sync = signMessage(SYNC, header, keys.holding, keys.holdingCertificate, keys.network);
  const answer = await issuer
    .submitRun(encodeRun([sync.bytes, ...messages]))
    .catch((fault: unknown) => {
      if (fault instanceof Fault && fault.code === 'unreachable') return undefined;
      throw fault;
    });
  if (!answer) return undefined;
  if (!answer.ok) return { answered: 0, stopped: answer.rejection.code };
  const { receipts, stopped } = answer.value;
  const answered = takeReceipts(core, uploads, receipts);
  return { answered, ...(stopped && { stopped }) };
}

/** Every upload but an ACCEPT has a receipt. */
function takeReceipts(
  core: Core,
  uploads: readonly Pending[],
  receipts: readonly Uint8Array[],
): number {
  let answered = 0;
  let next = 0;
  for (const [at, one] of uploads.entries()) {
    if (isOf(one, ACCEPT.typ)) continue;
    const bytes = receipts[next++];
    if (!bytes) break;
    const receipt = readReceipt(core, one, bytes);
    if (!takeOne(core, one, receipt)) continue;
    answered += 1;
    const accepted = uploads[at + 1];
    if (isOf(one, PAY.typ) && accepted) core.journal.sent('upload', accepted.hash);
  }
  return answered;
}

/** Is the upload answered for good? One that is parked is not. */
function takeOne(core: Core, one: Pending, receipt: Signed<Receipt>): boolean {
  if (receipt.body.result === 'parked') return false;
  const id = core.journal.message(one.hash)?.session;
  const session = id && core.state.sessions.get(id);
  if (!session) {
    core.journal.sent('upload', one.hash);
    return true;
  }
  const step = takeReceipt(session, receipt, core.context());
  const taken = core.applyStep(step, { target: 'upload', hash: one.hash });
  assert(taken.ok, 'an upload that is pending has no answer yet');
  return true;
}

function readReceipt(core: Core, one: Pending, bytes: Uint8Array): Signed<Receipt> {
  const receipt = openMessage(RECEIPT, bytes, core.book, core.now());
  if (!receipt.ok || !equalBytes(receipt.value.body.subject, one.hash)) {
    throw new Fault('answer-invalid', 'the issuer answered with something that is not the receipt');
  }
  return receipt.value;
}
