import type { Clock, Reading, SessionId } from '@coinbox/protocol';
import type { Device, DeviceEvents } from '../device.ts';

type Waiting = {
  readonly session: SessionId;
  readonly order: Parameters<Device['start']>[1];
  /** Readings of the session that were told while it waited. */
  told: number;
};

/**
 * One session after the other on a machine that can serve one at a time. A payment that comes while
 * another is served is a top-up: it is told as `reserved`, and delivered when the one before has
 * ended. Whoever stops waiting is given all back, since nothing was delivered.
 */
export function createQueuedDevice(inner: Device, clock: Clock): Device {
  let events: DeviceEvents | undefined;
  let serving: Waiting | undefined;
  let waiting: Waiting[] = [];
  const next = (): void => {
    if (serving) return;
    serving = waiting.shift();
    if (!serving) return;
    const { session, order, told } = serving;
    inner.start(session, { ...order, journalled: order.journalled.slice(told) });
  };
  const ended = (session: SessionId): void => {
    if (serving?.session !== session) return;
    serving = undefined;
    // The inner device has to come to rest before it is told to start again.
    queueMicrotask(next);
  };
  return {
    ...(inner.tick && { tick: inner.tick }),
    connect(to) {
      events = to;
      inner.connect({
        delivered(session, readings, final, from = 0) {
          const told = serving?.session === session ? serving.told : 0;
          const answer = to.delivered(session, readings, final, told + from);
          if (final && answer === 'taken') ended(session);
          return answer;
        },
        failed(session) {
          const told = serving?.session === session ? serving.told : 0;
          // A session that has readings ends with a final one, and with a bill of nothing.
          if (told > 0) to.delivered(session, [], true, told);
          else to.failed(session);
          ended(session);
        },
      });
    },
    start(session, order) {
      if (serving?.session === session || waiting.some((one) => one.session === session)) return;
      const told = reservedAtFirst(order.journalled);
      const turn = { session, order, told };
      waiting.push(turn);
      // What was begun before a restart goes first: the machine may be at work for it.
      waiting.sort((a, b) => Number(isBegun(b)) - Number(isBegun(a)));
      if (!serving) return next();
      if (told > 0) return;
      turn.told = 1;
      events?.delivered(session, [{ at: clock.now(), phase: 'reserved' }], false);
    },
    stop(session) {
      const turn = waiting.find((one) => one.session === session);
      if (!turn) return inner.stop(session);
      waiting = waiting.filter((one) => one !== turn);
      events?.delivered(session, [], true, turn.told);
    },
  };
}

function reservedAtFirst(readings: readonly Reading[]): number {
  const used = readings.findIndex(({ phase }) => phase !== 'reserved');
  return used === -1 ? readings.length : used;
}

const isBegun = ({ order, told }: Waiting): boolean => order.journalled.length > told;
