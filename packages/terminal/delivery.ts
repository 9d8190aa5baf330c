import { MOST_READINGS, textBytes } from '@coinbox/protocol';
import type { Reading, SessionId } from '@coinbox/protocol';
import type { Core } from './core.ts';
import type { Device, DeviceEvents, Tick } from './device.ts';
import { ceilingOf } from './sale.ts';
import type { TariffShelf } from './sale.ts';
import type { Session } from './state.ts';
import { meter, returnMoney } from './step-session.ts';

/** Bytes that the readings of one METER may take, so that it stays below 4 KiB. */
const MOST_PART_BYTES = 3000;
/** A reading without its items: at most nine fields of ten bytes. */
const READING_BYTES = 90;
/** An item without its article number. */
const ITEM_BYTES = 12;
/** A session is ended before it has more readings than a tariff can price (10,000). */
const MOST_SESSION_READINGS = 9_000;

/**
 * Between device and journal: what the device tells becomes METER messages, and the device is told
 * to start what has been paid for and to stop what has used up its money.
 */
export function connectDevice(core: Core, device: Device, shelf: TariffShelf): void {
  const events: DeviceEvents = {
    delivered(id, readings, final, place = 0) {
      const known = core.state.sessions.get(id)?.readings.length ?? 0;
      const fresh = readings.slice(Math.max(0, known - place));
      const isOver = final && !device.tick;
      const outlook = isOver ? 'go-on' : foresee(core, shelf, device.tick, id, fresh);
      if (outlook === 'too-much') {
        device.stop(id);
        return 'refused';
      }
      const parts = partsOf(fresh, final);
      for (const [number, part] of parts.entries()) {
        const last = final && number === parts.length - 1;
        if (!takeReadings(core, id, part, last)) return 'refused';
      }
      if (outlook === 'last' || isLong(core, id)) stopDelivering(core, device, id);
      return 'taken';
    },
    failed(id) {
      const session = core.state.sessions.get(id);
      if (session?.stage === 'accepted') {
        core.applyStep(returnMoney(core.state, session, 'no-start', core.context()));
      }
    },
  };
  device.connect(events);
  const start = (session: Session): void =>
    device.start(session.id, { held: session.held, journalled: session.readings });
  for (const session of core.state.sessions.values()) {
    if (session.stage === 'accepted' || session.stage === 'delivering') start(session);
  }
  core.listen((event) => {
    const session = event.session && core.state.sessions.get(event.session);
    if ((event.kind === 'accepted' || event.kind === 'taken') && session) start(session);
  });
}

/** Readings as they go into METER messages, in order. A final METER may have none. */
function partsOf(readings: readonly Reading[], final: boolean): (readonly Reading[])[] {
  const parts: Reading[][] = [];
  let room = 0;
  for (const reading of readings) {
    const size = sizeOf(reading);
    const last = parts.at(-1);
    if (last && last.length < MOST_READINGS && size <= room) last.push(reading);
    else {
      parts.push([reading]);
      room = MOST_PART_BYTES;
    }
    room -= size;
  }
  return parts.length === 0 && final ? [[]] : parts;
}

/** No less than the bytes of a reading in CBOR. */
const sizeOf = ({ items = [] }: Reading): number =>
  items.reduce((sum, { sku }) => sum + ITEM_BYTES + textBytes(sku).length, READING_BYTES);

function takeReadings(
  core: Core,
  id: SessionId,
  part: readonly Reading[],
  final: boolean,
): boolean {
  const session = core.state.sessions.get(id);
  if (!session) return false;
  const taken = core.applyStep(meter(core.state, session, part, final, core.context()));
  return taken.ok;
}

/**
 * No debt is ever made: the machine stops by itself when what it has delivered costs what it holds,
 * or would after one more of its ticks. `too-much`: a device with a tick has delivered more than
 * that, so that what it tells now costs more than is held. It is not taken, and the rest can be
 * billed.
 */
function foresee(
  core: Core,
  shelf: TariffShelf,
  tick: Tick | undefined,
  id: SessionId,
  fresh: readonly Reading[],
): 'go-on' | 'last' | 'too-much' {
  const session = core.state.sessions.get(id);
  if (!session) return 'go-on';
  const { held } = session;
  const priceOf = (readings: readonly Reading[]) => ceilingOf(shelf, { ...session, readings });
  const readings = [...session.readings, ...fresh];
  const last = readings.at(-1);
  const ahead = tick && last && priceOf([...readings, oneTickOn(last, tick)]);
  // What costs less with a tick more costs less without it.
  if (ahead?.ok && ahead.value < held) return 'go-on';
  const cost = priceOf(readings);
  if (tick && fresh.length > 0 && cost.ok && cost.value > held) return 'too-much';
  const isSpent = !cost.ok || cost.value >= held;
  return isSpent || (ahead && !(ahead.ok && ahead.value <= held)) ? 'last' : 'go-on';
}

const isLong = (core: Core, id: SessionId): boolean =>
  (core.state.sessions.get(id)?.readings.length ?? 0) >= MOST_SESSION_READINGS;

function stopDelivering(core: Core, device: Device, id: SessionId): void {
  if (core.state.sessions.get(id)?.stage === 'delivering') device.stop(id);
}

const REGISTERS = ['energyWh', 'volumeMl', 'massG', 'cycles'] as const;

/** What the machine may show at its next reading, at the worst. */
function oneTickOn(last: Reading, tick: Tick): Reading {
  const next = { ...last, at: (last.at + tick.ms) as Reading['at'] };
  for (const register of REGISTERS) {
    const more = tick[register];
    const now = last[register];
    if (more !== undefined && now !== undefined) next[register] = now + more;
  }
  return next;
}
