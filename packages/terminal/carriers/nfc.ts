import { setTimeout as pause } from 'node:timers/promises';
import { Fault } from '@coinbox/protocol';
import type { ContextInterface, ReaderInterface } from 'smartcard';
import type { CarrierDoor } from '../carrier-door.ts';
import { serveContact } from './nfc-contact.ts';
import type { NfcContactEnd } from './nfc-contact.ts';

export type NfcOptions = {
  readonly door: CarrierDoor;
  /** What the name of the reader begins with; the first reader there is when absent. */
  readonly reader?: string;
  readonly onFault: (fault: unknown) => void;
  /** Told of every contact at its end, but for cards that were gone before they asked. */
  readonly onContact?: (contact: NfcContactEnd) => void;
};

/** A carrier that is open. */
export type NfcReader = {
  readonly reader: string;
  close(): Promise<void>;
};

type PcSc = typeof import('smartcard');

/** How long one wait for a change at the reader lasts, milliseconds. */
const WATCH_MS = 500;
/** A card that went away in the middle is looked for again after so long. */
const RETAP_MS = 100;
/** After a failure of the reader or its daemon. */
const RETRY_MS = 1_000;

/**
 * Serves wallets at a card reader (PC/SC), one after the other. Faults: config-invalid (the package
 * or such a reader is not there), unreachable (no PC/SC daemon).
 */
export async function startNfc(options: NfcOptions): Promise<NfcReader> {
  const pcsc = await loadPcSc();
  const context = openContext(pcsc);
  const found = findReader(context, options.reader);
  if (!found) {
    const names = context.listReaders().map(({ name }) => name);
    context.close();
    const wanted = options.reader === undefined ? 'no reader' : `no reader ${options.reader}`;
    throw new Fault('config-invalid', `${wanted}; there is: ${names.join(', ') || 'none'}`);
  }
  const watch = { isOpen: true, context };
  const ended = serveReader(pcsc, watch, found.name, options);
  return {
    reader: found.name,
    async close() {
      watch.isOpen = false;
      watch.context.cancel();
      await ended;
    },
  };
}

async function loadPcSc(): Promise<PcSc> {
  try {
    return await import('smartcard');
  } catch (cause) {
    const text = 'NFC needs the package smartcard and libpcsclite (docs/operating/carriers.md)';
    throw new Fault('config-invalid', text, cause);
  }
}

function openContext(pcsc: PcSc): ContextInterface {
  try {
    return new pcsc.Context();
  } catch (cause) {
    throw new Fault('unreachable', 'no answer from the PC/SC daemon: is pcscd running?', cause);
  }
}

const findReader = (
  context: ContextInterface,
  wanted: string | undefined,
): ReaderInterface | undefined =>
  context.listReaders().find(({ name }) => wanted === undefined || name.startsWith(wanted));

/** Owned by the loop below; `isOpen` is set by whoever closes the carrier. */
type Watch = { isOpen: boolean; context: ContextInterface };

/** Contact after contact. A reader or daemon that fails is opened again until the end. */
async function serveReader(
  pcsc: PcSc,
  watch: Watch,
  name: string,
  options: NfcOptions,
): Promise<void> {
  let hasFailed = false;
  while (watch.isOpen) {
    try {
      const reader = findReader(watch.context, name);
      if (!reader) throw new Fault('unreachable', `the reader ${name} is gone`);
      hasFailed = false;
      await serveCards(pcsc, watch, reader, options);
    } catch (fault) {
      if (!watch.isOpen) break;
      if (!hasFailed) options.onFault(fault);
      hasFailed = true;
      await pause(RETRY_MS);
      watch.context.close();
      try {
        watch.context = new pcsc.Context();
      } catch {
        // The daemon is still away: the next round finds it so, and tries again.
      }
    }
  }
  watch.context.close();
}

/** Waits for a card, serves it, waits until it is taken away; and again. */
async function serveCards(
  pcsc: PcSc,
  watch: Watch,
  reader: ReaderInterface,
  options: NfcOptions,
): Promise<void> {
  const isPresent = (state: number): boolean => (state & pcsc.SCARD_STATE_PRESENT) !== 0;
  let state = reader.state & ~pcsc.SCARD_STATE_CHANGED;
  let isServed = false;
  while (watch.isOpen) {
    if (isPresent(state) && !isServed) isServed = await serveCard(pcsc, reader, options);
    // A card that is back before anybody noticed that it was gone makes no change.
    const waitMs = isPresent(state) && !isServed ? RETAP_MS : WATCH_MS;
    const [change] = (await watch.context.waitForChange([at(reader, state)], waitMs)) ?? [];
    if (!change) continue;
    // The upper half counts insertions: a card that was changed between two looks is a new one.
    const isAnother = change.state >>> 16 !== state >>> 16;
    state = change.state & ~pcsc.SCARD_STATE_CHANGED;
    if (!isPresent(state) || isAnother) isServed = false;
  }
}

const at = ({ name }: ReaderInterface, state: number) => ({
  name,
  state,
  changed: false,
  atr: null,
});

/** False where the card went away in the middle, or before it began. */
async function serveCard(
  pcsc: PcSc,
  reader: ReaderInterface,
  { door, onContact, onFault }: NfcOptions,
): Promise<boolean> {
  const { SCARD_SHARE_EXCLUSIVE, SCARD_PROTOCOL_T0, SCARD_PROTOCOL_T1 } = pcsc;
  // A card that is gone again before it is connected is nobody's fault.
  const card = await reader
    .connect(SCARD_SHARE_EXCLUSIVE, SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1)
    .catch(() => undefined);
  if (!card) return false;
  try {
    const contact = await serveContact({
      door,
      transmit: async (command) => card.transmit(Buffer.from(command)),
      pause: (milliseconds) => pause(milliseconds),
    });
    if (contact.requests > 0 || contact.end !== 'card-gone') onContact?.(contact);
    return contact.end !== 'card-gone';
  } catch (fault) {
    onFault(fault);
    return true;
  } finally {
    // Not reset: that would block this program. A contact begins with a selection anyway.
    leave(() => card.disconnect(pcsc.SCARD_LEAVE_CARD));
  }
}

/** The card may be gone: then there is nothing to leave. */
function leave(disconnect: () => void): void {
  try {
    disconnect();
  } catch {
    // It went away first.
  }
}
