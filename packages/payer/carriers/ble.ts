import { setTimeout as sleep } from 'node:timers/promises';
import { Fault, GATT, roomOf } from '@coinbox/protocol';
import type { Characteristic, Noble, Peripheral, WithBindingsOptions } from '@stoprocent/noble';
import { createBleCarrier } from './ble-carrier.ts';
import type { BleCarrier, GattLink } from './ble-carrier.ts';

export type BleOptions = {
  /** What the terminal is called in the air; the first one that is heard when absent. */
  readonly terminal?: string;
  /** Which adapter: the options of noble's HCI binding. The system's default when absent. */
  readonly radio?: WithBindingsOptions;
  /** How long a link may take to come about, milliseconds. */
  readonly findMs?: number;
  /** How long an exchange may take, milliseconds. */
  readonly timeoutMs?: number;
};

type Library = typeof import('@stoprocent/noble');

/** How long an adapter may take to be ready, milliseconds. */
const READY_MS = 5_000;
const withoutDashes = (uuid: string): string => uuid.replaceAll('-', '');

/**
 * The Bluetooth carrier of this machine: this side is the central. Faults: config-invalid (the
 * package is not there), unreachable (no adapter that can be used).
 */
export async function openBle(options: BleOptions = {}): Promise<BleCarrier> {
  const { withBindings } = await loadNoble();
  const noble = options.radio ? withBindings('hci', options.radio) : withBindings('default');
  try {
    await noble.waitForPoweredOnAsync(READY_MS);
  } catch (cause) {
    noble.stop();
    throw new Fault('unreachable', 'no Bluetooth adapter that can be used', cause);
  }
  const carrier = createBleCarrier(() => openLink(noble, options), options.timeoutMs);
  return {
    exchange: (request) => carrier.exchange(request),
    async close() {
      await carrier.close();
      noble.stop();
    },
  };
}

async function loadNoble(): Promise<Library> {
  try {
    const library = await import('@stoprocent/noble');
    // A CommonJS module: its parts are on its one default export.
    return library.default as unknown as Library;
  } catch (cause) {
    const text = 'Bluetooth needs the package @stoprocent/noble (docs/operating/carriers.md)';
    throw new Fault('config-invalid', text, cause);
  }
}

async function openLink(noble: Noble, options: BleOptions): Promise<GattLink> {
  const terminal = await find(noble, options);
  try {
    await within(terminal.connectAsync(), options);
    const { characteristics } = await within(
      terminal.discoverSomeServicesAndCharacteristicsAsync([withoutDashes(GATT.service)], []),
      options,
    );
    return await linkOver(terminal, characteristics);
  } catch (cause) {
    await disconnect(terminal).catch(() => undefined);
    throw cause;
  }
}

/** The first terminal that is heard, or the one of that name. */
async function find(noble: Noble, options: BleOptions): Promise<Peripheral> {
  let listener: ((peripheral: Peripheral) => void) | undefined;
  const found = new Promise<Peripheral>((resolve) => {
    listener = (peripheral) => {
      const { localName } = peripheral.advertisement;
      if (options.terminal === undefined || localName === options.terminal) resolve(peripheral);
    };
    // Before the scan begins: some controllers tell of an advertiser once.
    noble.on('discover', listener);
  });
  try {
    await noble.startScanningAsync([withoutDashes(GATT.service)], true);
    return await within(found, options);
  } finally {
    if (listener) noble.removeListener('discover', listener);
    await noble.stopScanningAsync();
  }
}

/** Fault unreachable after the time that a link may take to come about. */
function within<T>(work: Promise<T>, { findMs = 10_000 }: BleOptions): Promise<T> {
  let late: ReturnType<typeof setTimeout> | undefined;
  const end = new Promise<never>((_, reject) => {
    const fault = new Fault('unreachable', 'no terminal is found over Bluetooth');
    late = setTimeout(() => reject(fault), findMs);
  });
  return Promise.race([work, end]).finally(() => clearTimeout(late));
}

async function linkOver(
  terminal: Peripheral,
  characteristics: readonly Characteristic[],
): Promise<GattLink> {
  const named = (uuid: string): Characteristic => {
    const one = characteristics.find(
      (characteristic) => characteristic.uuid === withoutDashes(uuid),
    );
    if (!one) throw new Fault('answer-invalid', `the terminal has no characteristic ${uuid}`);
    return one;
  };
  const [state, toTerminal, fromTerminal] = [
    named(GATT.state),
    named(GATT.clientToServer),
    named(GATT.serverToClient),
  ];
  await state.subscribeAsync();
  await fromTerminal.subscribeAsync();
  return {
    room: roomOf(terminal.mtu),
    writeState: (value) => state.writeAsync(Buffer.from(value), true),
    write: (fragment) => toTerminal.writeAsync(Buffer.from(fragment), true),
    listen(listener) {
      state.on('data', listener.state);
      fromTerminal.on('data', listener.fragment);
      terminal.once('disconnect', listener.gone);
    },
    async close() {
      for (const one of [state, fromTerminal]) one.removeAllListeners('data');
      await disconnect(terminal);
    },
  };
}

/** How long a goodbye may take, milliseconds. */
const GOODBYE_MS = 1_000;

/** The library waits for ever for the end of a link that has ended already. */
async function disconnect(terminal: Peripheral): Promise<void> {
  if (terminal.state !== 'connected' && terminal.state !== 'connecting') return;
  await Promise.race([terminal.disconnectAsync(), sleep(GOODBYE_MS, undefined, { ref: false })]);
}
