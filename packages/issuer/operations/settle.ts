import { BILL, DRAW, reject, settlementIdOf } from '@coinbox/protocol';
import type { Bill, MessageType, Result, Settle, Signed } from '@coinbox/protocol';
import { parkGroup, uploadSeries } from '../accounts.ts';
import type { Context, Posted } from '../context.ts';
import { answerMessage } from './act.ts';
import { decideSettle } from './decide-settle.ts';
import type { SettleFacts } from './decide-settle.ts';
import { lookUpPayments } from './look-up.ts';
import { suspendIfNeeded } from './suspend.ts';

/** Applies a SETTLE. An upload that is behind, and one without backing, suspend the terminal. */
export const settle = (context: Context, message: Signed<Settle>): Promise<Result<Posted>> =>
  context.locks.run([message.body.terminal], async () => {
    const ruling = decideSettle(message, await lookUpSettle(context, message));
    const answer = await answerMessage(context, message, ruling);
    await suspendIfNeeded(context, message, message.body.terminal, answer);
    return answer;
  });

/** The facts of a SETTLE. */
export async function lookUpSettle(
  context: Context,
  { body }: Signed<Settle>,
): Promise<SettleFacts> {
  const { ledger, registry, asset } = context;
  const wasParked = registry.wasParked(body.settlement);
  const [known, parked, lastUpload, payments] = await Promise.all([
    ledger.entryOf(body.settlement),
    wasParked ? ledger.entryOf(parkGroup(body.settlement)) : undefined,
    ledger.series(uploadSeries(body.terminal)),
    lookUpPayments(context, body.payments),
  ]);
  const openBill = once(() => body.bill && openInside(context, BILL, body.bill));
  const isNew = !known && !parked;
  return {
    asset,
    known,
    parked,
    terminal: registry.wallet(body.terminal),
    lastUpload,
    draw: () => openInside(context, DRAW, body.draw),
    bill: openBill,
    settledOtherwise: isNew && (await isSettledOtherwise(context, body, openBill)),
    payments,
    mappingOf: (version) => registry.mapping(body.terminal, version),
    walletOf: (id) => registry.wallet(id),
  };
}

/** A message inside another. Rejects as openMessage does, and key-revoked. */
function openInside<T>(
  { registry, open }: Context,
  type: MessageType<T>,
  bytes: Uint8Array,
): Result<Signed<T>> {
  const opened = open(type, bytes);
  if (!opened.ok) return opened;
  const isRevoked = registry.wallet(opened.value.signer.body.wallet)?.revoked;
  return isRevoked ? reject('key-revoked') : opened;
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

async function isSettledOtherwise(
  { ledger, registry }: Context,
  body: Settle,
  open: () => Result<Signed<Bill>> | undefined,
): Promise<boolean> {
  const bill = open();
  if (!bill?.ok) return false;
  const rightId = settlementIdOf(bill.value.body.bill, bill.value.body.session);
  if (rightId === body.settlement) return false;
  const id = registry.wasParked(rightId) ? parkGroup(rightId) : rightId;
  return (await ledger.outcome(id))?.status === 'posted';
}
