import { BILL, openEnvelope, readVerified, verifySigner } from '@coinbox/protocol';
import type { WalletId } from '@coinbox/protocol';
import type { LinkHandler, Outbox } from '@coinbox/link';
import type { Core } from './core.ts';
import { ceilingOf } from './sale.ts';
import type { TariffShelf } from './sale.ts';
import { takeBill } from './step-session.ts';

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
    core.applyStep(takeBill(core.state, bill.value, facts, core.context()));
    return 'durable';
  },
});
