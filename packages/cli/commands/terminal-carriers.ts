import { machineTimers, startBle, startNfc } from '@coinbox/terminal';
import type { CarrierDoor, Gateway } from '@coinbox/terminal';
import { UsageError } from '../exit-codes.ts';
import { tell } from '../output.ts';
import { reportFault } from './run.ts';

/** Carriers beside HTTP. `true`: the first reader or adapter there is. */
export type CarrierFlags = {
  /** What the name of the card reader begins with. */
  readonly nfc?: string | true;
  /** Number of the Bluetooth adapter. */
  readonly ble?: number | true;
};

type Open = { close(): Promise<void> };

/**
 * Lets payers come to the one terminal of a gateway by NFC and Bluetooth too. A reader and an
 * adapter stand beside one machine: throws UsageError for more terminals. Closes with the gateway.
 */
export async function withCarriers(gateway: Gateway, flags: CarrierFlags): Promise<Gateway> {
  const opened: Open[] = [];
  const close = async (): Promise<void> => {
    for (const carrier of opened) await carrier.close();
    await gateway.close();
  };
  try {
    if (flags.nfc !== undefined) opened.push(await openNfc(gateway, flags.nfc));
    if (flags.ble !== undefined) opened.push(await openBluetooth(gateway, flags.ble));
  } catch (fault) {
    await close();
    throw fault;
  }
  return { ...gateway, close };
}

function onlyDoor(gateway: Gateway): CarrierDoor & { readonly name: string } {
  const [terminal, ...more] = gateway.terminals;
  const door = terminal && gateway.door(terminal);
  if (!door || more.length > 0) throw new UsageError('--nfc and --ble take one terminal');
  return { exchange: (request) => door.exchange(request), name: nameInTheAir(terminal) };
}

/** The last letters of its id tell one machine from the next. */
const nameInTheAir = (terminal: string): string => `coinbox ${terminal.slice(-6)}`;

async function openNfc(gateway: Gateway, reader: string | true): Promise<Open> {
  const nfc = await startNfc({
    door: onlyDoor(gateway),
    ...(reader !== true && { reader }),
    onFault: reportFault,
  });
  tell(`NFC: ${nfc.reader}`);
  return nfc;
}

async function openBluetooth(gateway: Gateway, adapter: number | true): Promise<Open> {
  const door = onlyDoor(gateway);
  const station = await startBle({
    door,
    name: door.name,
    timers: machineTimers,
    ...(adapter !== true && { radio: { deviceId: adapter } }),
    onFault: reportFault,
  });
  tell(`Bluetooth: ${door.name}`);
  return station;
}
