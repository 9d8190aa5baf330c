import {
  ACCEPT,
  PAY,
  REFUND,
  SETTLE,
  SYNC,
  accept,
  chainOf,
  decodeRun,
  equalBytes,
  reject,
} from '@coinbox/protocol';
import type { MessageType, Rejection, Result, Signed, WalletId } from '@coinbox/protocol';
import type { Context, Posted } from '../context.ts';
import { openPresented, present } from '../verification/present.ts';
import type { Verifier } from '../verification/verifier.ts';
import { applyRun } from './apply-run.ts';
import type { Unit } from './apply-run.ts';

/** What a run comes to: entries with receipts, and why it ended before its end. */
export type SyncResult = { readonly posted: readonly Posted[]; readonly stopped?: Rejection };

/**
 * Takes a run (spec/18-offline.md): behind a SYNC that covers it, the PAYs with their ACCEPTs,
 * SETTLEs and REFUNDs of one terminal; without one, PAYs with their ACCEPTs, which a payer has
 * copies of. Rejects what is no run: malformed-…, too-large, too-many-items, run-invalid, and as
 * openMessage does for the SYNC. After that a unit that is rejected ends the run.
 */
export async function sync(
  context: Context,
  verifier: Verifier,
  body: Uint8Array,
): Promise<Result<SyncResult>> {
  const frames = decodeRun(body);
  if (!frames.ok) return frames;
  const opened = await openAll(context, verifier, frames.value);
  const [first] = opened;
  if (first?.typ !== SYNC.typ) return run(context, opened, undefined);
  const header = first.open(SYNC);
  if (!header.ok) return header;
  const { terminal, count, head } = header.value.body;
  const messages = frames.value.slice(1);
  if (header.value.signer.body.wallet !== terminal) return reject('key-wrong-role');
  if (messages.length !== count) return reject('run-invalid', 'another number of messages');
  if (!equalBytes(chainOf(messages), head)) return reject('run-invalid', 'another chain');
  return run(context, opened.slice(1), terminal);
}

async function run(
  context: Context,
  messages: readonly Opened[],
  terminal: WalletId | undefined,
): Promise<Result<SyncResult>> {
  const { units, stopped } = readUnits(messages, terminal);
  const [only] = units;
  if (!only && stopped) return { ok: false, rejection: stopped };
  if (!only) return reject('run-invalid', 'an empty run');
  const applied = await applyRun(context, units);
  const why = applied.stopped ?? stopped;
  return accept({ posted: applied.posted, ...(why && { stopped: why }) });
}

/** A message whose signatures have been checked, right or wrong. */
type Opened = {
  readonly typ: string;
  open<T>(type: MessageType<T>): Result<Signed<T>>;
  /** Opens the messages inside it. */
  readonly inside: Context['open'];
};

/** All signatures of a run are checked at once. */
async function openAll(
  { network, registry, clock }: Context,
  verifier: Verifier,
  frames: readonly Uint8Array[],
): Promise<readonly Opened[]> {
  const trust = { network, certificateOf: registry.certificateOf };
  const presented = frames.map((bytes) => present(bytes, trust));
  const checks = presented.flatMap((one) => (one.ok ? one.value.checks : []));
  const valid = await verifier.verify(checks);
  const now = clock.now();
  let next = 0;
  return presented.map((one, at): Opened => {
    const bytes = frames[at] as Uint8Array;
    if (!one.ok) return { typ: '', open: () => one, inside: () => one };
    const own = valid.slice(next, (next += one.value.checks.length));
    const inside = openPresented(one.value, own, trust, now);
    return { typ: one.value.typ, open: (type) => inside(type, bytes), inside };
  });
}

type Read = { readonly units: readonly Unit[]; readonly stopped?: Rejection };

/** Messages as units, up to the first that is none. `terminal`: of the SYNC before them. */
function readUnits(messages: readonly Opened[], terminal: WalletId | undefined): Read {
  const units: Unit[] = [];
  for (let at = 0; at < messages.length; at++) {
    const unit = readUnit(messages[at] as Opened, messages[at + 1], terminal);
    if (!unit.ok) return { units, stopped: unit.rejection };
    if (unit.value.kind === 'pay') at += 1;
    units.push(unit.value);
  }
  return { units };
}

function readUnit(
  message: Opened,
  next: Opened | undefined,
  terminal: WalletId | undefined,
): Result<Unit> {
  if (message.typ === PAY.typ) return readTaken(message, next, terminal);
  if (terminal === undefined) return reject('run-invalid', 'only PAYs may come without a SYNC');
  if (message.typ === SETTLE.typ) {
    const settle = message.open(SETTLE);
    if (!settle.ok) return settle;
    if (settle.value.body.terminal !== terminal) return reject('run-invalid', 'another terminal');
    return accept({ kind: 'settle', message: settle.value, open: message.inside });
  }
  const refund = message.open(REFUND);
  if (!refund.ok) return refund;
  if (refund.value.body.terminal !== terminal) return reject('run-invalid', 'another terminal');
  return accept({ kind: 'refund', message: refund.value });
}

function readTaken(
  message: Opened,
  next: Opened | undefined,
  terminal: WalletId | undefined,
): Result<Unit> {
  const pay = message.open(PAY);
  if (!pay.ok) return pay;
  if (!next) return reject('run-invalid', 'a PAY without its ACCEPT');
  const accepted = next.open(ACCEPT);
  if (!accepted.ok) return accepted;
  const of = pay.value.body.terminal;
  if ((terminal ?? of) !== of) return reject('run-invalid', 'another terminal');
  return accept({ kind: 'pay', pay: pay.value, accept: accepted.value });
}
