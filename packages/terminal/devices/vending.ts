import type { Clock, Reading, SessionId } from '@coinbox/protocol';
import type { Device, DeviceEvents } from '../device.ts';
import type { Timers } from '../timers.ts';
import type { MdbBus } from './mdb/bus.ts';
import { FIRST_CASHLESS_STATE, stepCashless } from './mdb/step-cashless.ts';
import type {
  CashlessEvent,
  CashlessInput,
  CashlessModel,
  CashlessState,
} from './mdb/step-cashless.ts';

export type VendingOptions = {
  readonly bus: MdbBus;
  readonly model: CashlessModel;
  /**
   * Minor units of each article, by its number on the bus in decimal, which is its `sku` in the
   * tariff too. A machine that asks another price gets a "no": nobody pays what was not shown.
   */
  readonly prices: ReadonlyMap<string, bigint>;
  readonly clock: Clock;
  readonly timers: Timers;
  /** A session in which nothing is chosen for so long is ended. */
  readonly chooseWithinMs?: number;
};

const CHOOSE_WITHIN_MS = 120_000;
/** A machine that has been asked to end a session and does not within this time has gone. */
const END_WITHIN_MS = 30_000;

type Run = {
  readonly session: SessionId;
  readonly held: bigint;
  told: number;
  spent: bigint;
  readonly sold: Map<string, number>;
  stopTimer: () => void;
};

/** What a vending device owns. */
type Own = {
  readonly options: VendingOptions;
  events: DeviceEvents | undefined;
  state: CashlessState;
  run: Run | undefined;
};

/**
 * A vending machine behind the cashless interface of MDB/ICP: the terminal is the reader. A vend
 * counts when the machine has said VEND SUCCESS; after VEND FAILURE, a reset or silence nothing
 * was delivered, and nobody is billed. One session at a time: put `createQueuedDevice` before it.
 */
export function createVendingDevice(options: VendingOptions): Device {
  const own: Own = { options, events: undefined, state: FIRST_CASHLESS_STATE, run: undefined };
  options.bus.serve((block) => say(own, { kind: 'block', block }));
  return {
    connect: (to) => void (own.events = to),
    start(session, { held, journalled }) {
      if (own.run?.session === session) return;
      const of: Run = {
        session,
        held,
        told: journalled.length,
        spent: 0n,
        sold: new Map(journalled.at(-1)?.items?.map(({ sku, count }) => [sku, count])),
        stopTimer: () => undefined,
      };
      own.run = of;
      // After a power cut the machine has forgotten the session: what it confirmed is billed.
      if (of.told > 0 || own.state.stage !== 'enabled') return end(own, of);
      say(own, { kind: 'begin', funds: Number(held / BigInt(options.model.scale)) });
      awaitChoice(own, of);
    },
    stop(session) {
      const of = own.run;
      // Out of the step that may be under way.
      if (of?.session === session) queueMicrotask(() => void (own.run === of && cancel(own, of)));
    },
  };
}

function say(own: Own, input: CashlessInput): Uint8Array | undefined {
  const step = stepCashless(own.state, input, own.options.model);
  // The event is durable before the machine hears the answer, and before the state knows of it.
  if (step.event && own.run) onEvent(own, own.run, step.event);
  own.state = step.state;
  return step.answer;
}

function onEvent(own: Own, of: Run, event: CashlessEvent): void {
  if (event.kind === 'completed' || event.kind === 'reset') return end(own, of);
  if (event.kind === 'begun') tell(own, of, false);
  if (event.kind === 'vend-requested') {
    const word = isSold(own, of, event.price, event.item) ? 'approve' : 'deny';
    // After the step that asks: its state must be there first.
    queueMicrotask(() => void say(own, { kind: word }));
  }
  if (event.kind === 'vended') {
    of.spent += BigInt(event.price) * BigInt(own.options.model.scale);
    const sku = String(event.item);
    of.sold.set(sku, (of.sold.get(sku) ?? 0) + 1);
    tell(own, of, false);
  }
  awaitChoice(own, of);
}

function isSold({ options }: Own, of: Run, price: number, item: number): boolean {
  const asked = BigInt(price) * BigInt(options.model.scale);
  return options.prices.get(String(item)) === asked && of.spent + asked <= of.held;
}

function tell(own: Own, of: Run, final: boolean): boolean {
  const items = [...of.sold].map(([sku, count]) => ({ sku, count }));
  const reading: Reading = { at: own.options.clock.now(), phase: 'active', items };
  const answer = own.events?.delivered(of.session, [reading], final, of.told);
  if (answer === 'taken') of.told += 1;
  return answer === 'taken';
}

function end(own: Own, of: Run): void {
  if (own.run !== of) return;
  own.run = undefined;
  of.stopTimer();
  if (of.told === 0) return own.events?.failed(of.session);
  if (!tell(own, of, true)) own.events?.delivered(of.session, [], true, of.told);
}

function watch(own: Own, of: Run, ms: number, work: () => void): void {
  of.stopTimer();
  of.stopTimer = own.options.timers.after(ms, () => void (own.run === of && work()));
}

const awaitChoice = (own: Own, of: Run): void =>
  watch(own, of, own.options.chooseWithinMs ?? CHOOSE_WITHIN_MS, () => cancel(own, of));

function cancel(own: Own, of: Run): void {
  const hasBegun = own.state.stage !== 'enabled';
  say(own, { kind: 'cancel' });
  if (!hasBegun) return end(own, of);
  watch(own, of, END_WITHIN_MS, () => {
    own.state = FIRST_CASHLESS_STATE;
    end(own, of);
  });
}
