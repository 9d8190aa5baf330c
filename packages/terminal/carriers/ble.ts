import { Fault, GATT, LEAST_ROOM, LINK_STATE } from '@coinbox/protocol';
import type { Rejection } from '@coinbox/protocol';
import type {
  Bleno,
  Characteristic,
  ConnectionHandle,
  WithBindingsOptions,
} from '@stoprocent/bleno';
import type { CarrierDoor } from '../carrier-door.ts';
import type { Timers } from '../timers.ts';
import { createBleLink } from './ble-link.ts';
import type { BleLink } from './ble-link.ts';

export type BleOptions = {
  readonly door: CarrierDoor;
  /** What it is called in the air, at most 29 bytes. */
  readonly name: string;
  readonly timers: Timers;
  /** Which adapter: the options of bleno's HCI binding. The first one when absent. */
  readonly radio?: WithBindingsOptions;
  readonly onFault: (fault: unknown) => void;
  /** Told of every link that this side has ended. */
  readonly onEnd?: (why: Rejection | undefined) => void;
};

/** A carrier that is open. */
export type BleStation = { close(): Promise<void> };

type Library = typeof import('@stoprocent/bleno');

/** How long an adapter may take to be ready, milliseconds. */
const READY_MS = 5_000;
/** The payer is told of an end before the link is dropped. */
const FAREWELL_MS = 200;

/**
 * Serves payers over Bluetooth LE: this side is the peripheral. Faults: config-invalid (the package
 * is not there), unreachable (no adapter that can be used).
 */
export async function startBle(options: BleOptions): Promise<BleStation> {
  const { withBindings } = await loadBleno();
  const bleno = withBindings('hci', options.radio ?? {});
  const stop = takeOver(bleno, options.onFault);
  try {
    await powerOn(bleno);
    const station = createStation(bleno, options, stop);
    const advertise = async (): Promise<void> => {
      await bleno.setServicesAsync([station.service]);
      await bleno.startAdvertisingAsync(options.name, [GATT.service]);
    };
    await advertise();
    // An adapter that was reset has forgotten it all.
    bleno.on('stateChange', (state) => {
      if (state === 'poweredOn') advertise().catch(options.onFault);
    });
    return { close: async () => station.close() };
  } catch (cause) {
    stop();
    throw new Fault('unreachable', 'no Bluetooth adapter that can be used', cause);
  }
}

async function loadBleno(): Promise<Library> {
  try {
    const library = await import('@stoprocent/bleno');
    // A CommonJS module: its parts are on its one default export.
    return library.default as unknown as Library;
  } catch (cause) {
    const text = 'Bluetooth needs the package @stoprocent/bleno (docs/operating/carriers.md)';
    throw new Fault('config-invalid', text, cause);
  }
}

/** Until the adapter is ready. Throws where it says that it never will be. */
async function powerOn(bleno: Bleno): Promise<void> {
  const hopeless = new Promise<never>((_, reject) => {
    const look = (state: string): void => {
      if (state !== 'unsupported' && state !== 'unauthorized') return;
      reject(new Error(`the adapter is ${state}`));
    };
    bleno.on('stateChange', look);
    look(bleno.state);
  });
  await Promise.race([hopeless, bleno.waitForPoweredOnAsync(READY_MS)]);
}

/**
 * The library asks its adapter every second whether it is up, by a timer of its own: also after its
 * end, which would keep the program alive, and with an error that nobody catches where the adapter
 * is gone. Gives the way to stop it all.
 */
function takeOver(bleno: Bleno, onFault: (fault: unknown) => void): () => void {
  const bindings: unknown = Reflect.get(bleno, '_bindings');
  const hci: unknown = bindings instanceof Object ? Reflect.get(bindings, '_hci') : undefined;
  let isOpen = true;
  if (hci instanceof Object) {
    const ask: unknown = Reflect.get(hci, 'pollIsDevUp');
    Reflect.set(hci, 'pollIsDevUp', () => {
      if (!isOpen || !(ask instanceof Function)) return;
      try {
        Reflect.apply(ask, hci, []);
      } catch (cause) {
        onFault(new Fault('unreachable', 'the Bluetooth adapter has failed', cause));
      }
    });
  }
  return () => {
    isOpen = false;
    bleno.stop();
  };
}

/** One payer's link. Owned by the station; `notify` and `tell` are there once it has subscribed. */
type Payer = {
  readonly link: BleLink;
  room: number;
  notify?: (value: Buffer) => void;
  tell?: (value: Buffer) => void;
};

function createStation(bleno: Bleno, options: BleOptions, stop: () => void) {
  const payers = new Map<ConnectionHandle, Payer>();
  const payerOf = (handle: ConnectionHandle): Payer => {
    const known = payers.get(handle);
    if (known) return known;
    const payer: Payer = {
      room: LEAST_ROOM,
      link: createBleLink({
        ...options,
        now: () => performance.now(),
        room: () => payer.room,
        notify: (fragment) => payer.notify?.(Buffer.from(fragment)),
        end: (why) => {
          options.onEnd?.(why);
          payer.tell?.(Buffer.of(LINK_STATE.end));
          options.timers.after(FAREWELL_MS, () => drop(handle, payer));
        },
      }),
    };
    payers.set(handle, payer);
    return payer;
  };
  const drop = (handle: ConnectionHandle, payer: Payer): void => {
    if (payers.get(handle) !== payer) return;
    forget(handle);
    disconnect(bleno, handle);
  };
  const forget = (handle: ConnectionHandle): void => {
    payers.get(handle)?.link.close();
    payers.delete(handle);
  };
  bleno.on('disconnect', (_address, handle) => forget(handle));
  return {
    service: createService(bleno, payerOf),
    close() {
      for (const handle of payers.keys()) forget(handle);
      stop();
    },
  };
}

/** The library takes the handle of one link; its types have not got that. */
const disconnect = (bleno: Bleno, handle: ConnectionHandle): void =>
  (bleno.disconnect as (handle: ConnectionHandle) => void)(handle);

function createService(bleno: Bleno, payerOf: (handle: ConnectionHandle) => Payer) {
  const onWrite =
    (take: (link: BleLink, value: Buffer) => void): Characteristic['onWriteRequest'] =>
    (handle, value, _offset, _withoutResponse, written) => {
      written(bleno.Characteristic.RESULT_SUCCESS);
      take(payerOf(handle).link, value);
    };
  const state = new bleno.Characteristic({
    uuid: GATT.state,
    properties: ['writeWithoutResponse', 'write', 'notify'],
    onWriteRequest: onWrite((link, value) => link.takeState(value)),
    onSubscribe: (handle, _room, tell) => void (payerOf(handle).tell = tell),
  });
  const clientToServer = new bleno.Characteristic({
    uuid: GATT.clientToServer,
    properties: ['writeWithoutResponse', 'write'],
    onWriteRequest: onWrite((link, value) => link.takeFragment(value)),
  });
  const serverToClient = new bleno.Characteristic({
    uuid: GATT.serverToClient,
    properties: ['notify'],
    onSubscribe: (handle, room, notify) => {
      const payer = payerOf(handle);
      payer.room = Math.max(LEAST_ROOM, room);
      payer.notify = notify;
    },
  });
  return new bleno.PrimaryService({
    uuid: GATT.service,
    characteristics: [state, clientToServer, serverToClient],
  });
}
