import { setTimeout as sleep } from 'node:timers/promises';
import { Fault, money } from '@coinbox/protocol';
import type { Money, OfferId, Reading, SessionId } from '@coinbox/protocol';
import type { Payer, Payment } from '@coinbox/payer';
import type { Fleet, FleetTerminal } from './fleet.ts';
import { terminalNameOf } from './plan.ts';
import type { PricedSession } from './plan.ts';

/** How one recorded session ended for its payer. */
export type DrivenSession = {
  readonly recorded: PricedSession;
  readonly offer?: OfferId;
  readonly session?: SessionId;
  readonly paid: bigint;
  /** What came back, with the issuer's receipt. */
  readonly returned: bigint;
  /** Why the payer was not let in, where it was not. */
  readonly refusal?: string;
};

export type DriveOptions = {
  /** Minor units, for each session. */
  readonly deposit: bigint;
  /** Sessions at a time. */
  readonly atOnce: number;
  readonly onDone: (done: number) => void;
};

/** More messages than a reply ever has: the terminal answers when the session is closed. */
const UNTIL_CLOSED = { told: 8, waitMs: 3_000 };
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 500;
/** A session that takes longer than this waits for a deadline, and makes room for others. */
const SLOW_AFTER_MS = 3_000;
/** Nothing takes longer than this unless something is wrong. */
const GIVE_UP_MS = 180_000;

/**
 * Plays every session through the fleet, as payer and as machine. What fails on the way is tried
 * again, for as long as it takes.
 */
export async function driveSessions(
  fleet: Fleet,
  sessions: readonly PricedSession[],
  { deposit, atOnce, onDone }: DriveOptions,
): Promise<DrivenSession[]> {
  const driven: DrivenSession[] = [];
  const slow: Promise<void>[] = [];
  const queue = sessions[Symbol.iterator]();
  const turn = async (): Promise<void> => {
    for (let next = queue.next(); !next.done; next = queue.next()) {
      const whole = driveOne(fleet, next.value, deposit).then((one) => {
        driven.push(one);
        onDone(driven.length);
      });
      const soon = await Promise.race([whole.then(() => true), sleep(SLOW_AFTER_MS, false)]);
      if (!soon) slow.push(whole);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, turn));
  await Promise.all(slow);
  return driven;
}

async function driveOne(
  fleet: Fleet,
  recorded: PricedSession,
  deposit: bigint,
): Promise<DrivenSession> {
  const payer = fleet.payers.get(recorded.user);
  const terminal = fleet.terminals.get(terminalNameOf(recorded));
  if (!payer || !terminal) throw new Error('bug: a session of somebody who is not in the plan');
  const until = performance.now() + GIVE_UP_MS;
  const amount = money(deposit);
  const paying = await persist(until, () => beginPayment(payer, terminal, amount));
  if (typeof paying !== 'string') {
    return { recorded, paid: 0n, returned: 0n, refusal: paying.rejection.code };
  }
  const accepted = await untilStage(
    until,
    payer,
    terminal,
    paying,
    (one) => one.stage !== 'debited',
  );
  const { session } = accepted;
  if (!session) return { recorded, offer: paying, paid: 0n, returned: 0n, refusal: 'offer-voided' };
  await persist(until, () => playDevice(terminal, session, recorded));
  const ended = await untilStage(until, payer, terminal, paying, (one, stage) => {
    return one.stage === 'refunded' || (stage === 'closed' && !one.messages.refund);
  });
  const returned = ended.refunded ?? 0n;
  return { recorded, offer: paying, session, paid: ended.amount, returned };
}

/**
 * Pays a fresh offer. From the PAY on the money is debited, whatever becomes of the answer: the
 * offer, or why there is no debit.
 */
async function beginPayment(
  payer: Payer,
  { carrier }: FleetTerminal,
  amount: Money,
): Promise<OfferId | ReturnType<typeof again>> {
  const offer = await payer.askOffer(carrier, amount);
  if (!offer.ok) return again(offer.rejection.code);
  const id = offer.value.body.offer;
  try {
    const paid = await payer.pay(carrier, offer.value, { amount });
    if (!paid.ok && !payer.payment(id)) return again(paid.rejection.code);
  } catch (fault) {
    if (!payer.payment(id)) throw fault;
  }
  return id;
}

/** Codes of passing states; everything else ends a session. */
const passing = new Set(['terminal-busy', 'overloaded', 'in-progress', 'terminal-not-accepting']);

function again(code: string): never | { ok: false; rejection: { code: string } } {
  if (passing.has(code)) throw new Fault('unreachable', code);
  return { ok: false, rejection: { code } };
}

/** Does `work` until it does not end in a fault of the network, with growing pauses. */
async function persist<T>(until: number, work: () => Promise<T>): Promise<T> {
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    try {
      return await work();
    } catch (fault) {
      const passes = fault instanceof Fault && fault.code === 'unreachable';
      if (!passes || performance.now() > until) throw fault;
      await sleep(pause);
    }
  }
}

/**
 * Asks the terminal until the payment has come so far. A terminal that does not know the PAY gets
 * it again.
 */
async function untilStage(
  until: number,
  payer: Payer,
  terminal: FleetTerminal,
  offer: OfferId,
  isReached: (payment: Payment, stage: string | undefined) => boolean,
): Promise<Payment> {
  let payment = payer.payment(offer);
  if (payment && isReached(payment, undefined)) return payment;
  for (;;) {
    const view = await persist(until, async () => {
      if (payment?.stage === 'debited') return payer.resend(terminal.carrier, offer);
      return payer.refresh(terminal.carrier, offer, UNTIL_CLOSED);
    });
    payment = view.ok ? view.value.payment : payer.payment(offer);
    if (payment && isReached(payment, view.ok ? view.value.stage : undefined)) return payment;
    if (performance.now() > until) {
      throw new Fault('unreachable', `a session has not ended: ${offer} is ${payment?.stage}`);
    }
    await sleep(FIRST_PAUSE_MS);
  }
}

/** What the machine would have measured: the registers at the start and at the end. */
async function playDevice(
  terminal: FleetTerminal,
  session: SessionId,
  { startedAt, endedAt, energyWh }: PricedSession,
): Promise<void> {
  const readings: Reading[] = [
    { at: startedAt, phase: 'active', energyWh: 0n },
    { at: endedAt, phase: 'active', energyWh },
  ];
  const body = JSON.stringify({ readings }, (_key, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  );
  const answer = await fetch(`${terminal.deviceUrl}/${session}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  }).catch((cause: unknown) => {
    throw new Fault('unreachable', 'the machine does not answer', cause);
  });
  await answer.arrayBuffer();
  // Not found: the machine has played it already, before it was asked again.
  if (answer.status !== 200 && answer.status !== 404) {
    throw new Fault('unreachable', `the machine answered ${answer.status}`);
  }
}
