// pure
import {
  Fault,
  MAX_MESSAGE_BYTES,
  decodeLinkEnvelope,
  encodeLinkEnvelope,
  openEnvelope,
  sha256,
} from '@coinbox/protocol';
import type { LinkEnvelope, WalletId } from '@coinbox/protocol';
import { createAcknowledgements } from './acknowledgements.ts';
import { createFlights } from './flights.ts';
import type { Due } from './flights.ts';
import type { LinkOptions } from './link.ts';

/** Peers whose certificates came in an envelope of their own and are remembered. */
const MOST_REMEMBERED = 1024;
const DEFAULT_RETRY_MS = 2000;

/** What carries an exchange. After `expiresMs` a copy has been sent again, and is worth nothing. */
export type Transport = {
  readonly connected: boolean;
  send(peer: WalletId, envelope: Uint8Array, expiresMs: number): void;
};

/**
 * The part of a link that is the same for every carrier. It has no timer and no clock: it is told
 * the time, in milliseconds of a clock that never goes back.
 */
export interface Exchange {
  /** Sends what the outbox holds (for `peer`) and is not on its way, or due again. */
  pump(now: number, peer?: WalletId): void;
  /** Sends everything again that is not acknowledged: after a reconnect. */
  resume(now: number): void;
  /**
   * An envelope has come. Acknowledgements wait for the next message to its sender, or for `flush`.
   */
  arrived(from: WalletId, envelope: Uint8Array, now: number): void;
  /** Sends the acknowledgements that wait. */
  flush(): void;
  /** When `pump` has something to repeat; undefined when nothing is on its way. */
  dueAt(): number | undefined;
  readonly dropped: number;
  /** Counts an envelope that did not get this far. */
  drop(): void;
}

/** Makes the exchange of one party with its peers. Its state may be lost: the outbox has it all. */
export function createExchange(options: LinkOptions, transport: Transport): Exchange {
  const { outbox, peers, retryMs = DEFAULT_RETRY_MS } = options;
  const flights = createFlights(retryMs);
  const acknowledgements = createAcknowledgements();
  let dropped = 0;
  const drop = (): void => {
    dropped += 1;
  };
  const takeMessage = createReceiver(options, acknowledgements.add, drop);
  const fault = (text: string, cause: unknown): void =>
    options.onFault?.(cause instanceof Fault ? cause : new Fault('storage-failed', text, cause));

  const send = ({ message, intervalMs }: Due): void => {
    const { peer, bytes } = message;
    const acknowledged = acknowledgements.take(peer);
    const { certificates } = options;
    for (const part of split({ message: bytes, certificates, acknowledged })) {
      const envelope = encodeLinkEnvelope(part);
      if (envelope.length <= MAX_MESSAGE_BYTES) transport.send(peer, envelope, intervalMs);
      else fault('', new Fault('config-invalid', `a message to ${peer} is too large for a link`));
    }
  };
  const pump = (now: number, peer?: WalletId): void => {
    if (!transport.connected) return;
    try {
      // Collected first, sent then: sending may change the outbox.
      for (const due of flights.collect(outbox.pending(peer), now, peer)) send(due);
    } catch (cause) {
      fault('the outbox failed', cause);
    }
  };

  return {
    pump,
    resume(now) {
      flights.restart();
      pump(now);
    },
    arrived(from, bytes, now) {
      const envelope = decodeLinkEnvelope(bytes);
      if (!envelope.ok || (peers !== 'any' && !peers.includes(from))) return drop();
      try {
        let room = false;
        for (const hash of envelope.value.acknowledged) {
          outbox.acknowledged(from, hash);
          room = flights.landed(from, hash) || room;
        }
        takeMessage(from, envelope.value);
        flights.alive(from);
        if (room) pump(now, from);
      } catch (cause) {
        fault('a message could not be taken', cause);
      }
    },
    flush() {
      // Without a connection they go nowhere: the repeat of the message asks for them again.
      for (const [peer, acknowledged] of acknowledgements.takeAll()) {
        if (!transport.connected) continue;
        transport.send(peer, encodeLinkEnvelope({ certificates: [], acknowledged }), retryMs);
      }
    },
    dueAt: flights.dueAt,
    get dropped() {
      return dropped;
    },
    drop,
  };
}

/**
 * Takes the message of an envelope to the party, and notes the acknowledgement if there is to be
 * one.
 */
function createReceiver(
  { handler }: LinkOptions,
  acknowledge: (peer: WalletId, hash: Uint8Array) => void,
  drop: () => void,
): (from: WalletId, envelope: LinkEnvelope) => void {
  const remembered = new Map<WalletId, readonly Uint8Array[]>();
  return (from, { message, certificates, acknowledged }) => {
    if (!message) {
      if (certificates.length === 0 || acknowledged.length > 0) return;
      remembered.delete(from);
      if (remembered.size >= MOST_REMEMBERED) {
        remembered.delete(remembered.keys().next().value as WalletId);
      }
      remembered.set(from, certificates);
      return;
    }
    const opened = openEnvelope(message);
    if (!opened.ok) return drop();
    const known = certificates.length > 0 ? certificates : (remembered.get(from) ?? []);
    if (handler.receive(from, message, known) === 'durable') {
      acknowledge(from, sha256(opened.value.payload));
    }
  };
}

/** One envelope; or several where the certificates do not fit beside the message: they go first. */
function split(whole: LinkEnvelope): readonly LinkEnvelope[] {
  if (encodeLinkEnvelope(whole).length <= MAX_MESSAGE_BYTES) return [whole];
  const { message, certificates, acknowledged } = whole;
  return [
    { certificates, acknowledged: [] },
    ...(acknowledged.length > 0 ? [{ certificates: [], acknowledged }] : []),
    { ...(message && { message }), certificates: [], acknowledged: [] },
  ];
}
