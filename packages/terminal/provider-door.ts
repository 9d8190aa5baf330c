import {
  BILL,
  REFUSAL,
  openEnvelope,
  readOwn,
  readVerified,
  verifySigner,
} from '@coinbox/protocol';
import type { WalletId } from '@coinbox/protocol';
import type { LinkHandler, Outbox } from '@coinbox/link';
import type { Core } from './core.ts';
import type { TerminalEvent } from './events.ts';
import { ceilingOf } from './sale.ts';
import type { TariffShelf } from './sale.ts';
import { returnMoney, takeBill } from './step-session.ts';

/** Messages to providers that are looked at in one go. */
export const MOST_PENDING = 256;

/** What the link to one provider reads from and writes to: the journal's outbox. */
export const providerOutbox = ({ journal }: Core, provider: WalletId): Outbox => ({
  *pending() {
    for (const { peer, hash, bytes } of journal.pending('provider', MOST_PENDING)) {
      if (peer === provider) yield { peer, hash, bytes };
    }
  },
  acknowledged: (_peer, hash) => journal.sent('provider', hash),
});

/**
 * Takes what the provider sends: bills. A bill is acknowledged when it has been paid or refused,
 * and that is in the journal; one that nobody here is concerned with, or that cannot be read, is
 * acknowledged so that it does not come again. What cannot be authenticated is not: the name that
 * an acknowledgement gives leaves the signature out, so it would also speak of the true message.
 */
export const providerHandler = (core: Core, shelf: TariffShelf): LinkHandler => ({
  receive(_from: WalletId, message: Uint8Array, certificates: readonly Uint8Array[]) {
    for (const bytes of certificates) core.book.add(bytes, core.now());
    const envelope = openEnvelope(message);
    if (!envelope.ok) return 'durable';
    const signer = verifySigner(envelope.value, core.book);
    if (!signer.ok) return 'later';
    const bill = readVerified(BILL, message, envelope.value, signer.value, core.now());
    if (!bill.ok) return 'durable';
    if (core.journal.message(bill.value.hash)) return 'durable';
    const { session: id } = bill.value.body;
    const session = core.state.sessions.get(id);
    const facts = {
      terminal: core.keys.holdingCertificate.body.wallet,
      now: core.now(),
      session,
      sessionClosed: !session && core.journal.hasSession(id),
      ceiling: (of: NonNullable<typeof session>) => ceilingOf(shelf, of),
    };
    const answer = core.applyStep(takeBill(core.state, bill.value, facts, core.context()));
    if (answer.ok && answer.value.kind === 'refused') returnOverbilled(core, shelf, answer.value);
    return 'durable';
  },
});

const TOO_HIGH = new Set(['bill-over-ceiling', 'insufficient-terminal-funds']);

/**
 * The refusal is durable, and stands whatever comes after. Where the payer has agreed to it, a bill
 * that was too high is the last one. After a crash in between the session waits for its deadline.
 */
function returnOverbilled(
  core: Core,
  shelf: TariffShelf,
  { session: id, messages }: TerminalEvent,
) {
  const session = id && core.state.sessions.get(id);
  if (session?.stage !== 'awaiting-bill') return;
  const refusal = readOwn(REFUSAL, messages[1] as Uint8Array);
  if (!TOO_HIGH.has(refusal.body.code)) return;
  if (shelf.policy(session.offer.tariffHash).onOverbill !== 'RETURN_ALL') return;
  core.applyStep(returnMoney(core.state, session, 'no-bill', core.context()));
}
