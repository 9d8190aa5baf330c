import { LINK_STATE, fragmentsOf, takeFragment } from '@coinbox/protocol';
import type { Assembly, Rejection } from '@coinbox/protocol';
import type { CarrierDoor } from '../carrier-door.ts';
import type { Timers } from '../timers.ts';

/** What one link with a payer over Bluetooth needs of the world. */
export type BleLinkParts = {
  readonly door: CarrierDoor;
  readonly timers: Timers;
  /** A steady clock, milliseconds. */
  readonly now: () => number;
  /** Bytes of a value on this link, now. */
  readonly room: () => number;
  /** A value of the characteristic server-to-client. It may get lost. */
  readonly notify: (fragment: Uint8Array) => void;
  /** Tells the payer that the exchange is over, and drops the link. */
  readonly end: (why: Rejection | undefined) => void;
  readonly onFault: (fault: unknown) => void;
};

/** The terminal's side of one link. Owned by the station; called for each value that is written. */
export interface BleLink {
  takeState(value: Uint8Array): void;
  takeFragment(value: Uint8Array): void;
  /** The link is gone. */
  close(): void;
}

/** A link on which nothing comes forward for so long is ended. */
export const LINK_IDLE_MS = 10_000;

/**
 * One request, one reply, one after the other. What cannot be put together ends the link, and the
 * payer begins anew: only a signed answer proves anything, so nothing is lost by that.
 */
export function createBleLink(parts: BleLinkParts): BleLink {
  let phase: 'before' | 'taking' | 'answering' | 'ended' = 'before';
  let assembly: Assembly | undefined;
  let stopTimer = (): void => undefined;
  const isEnded = (): boolean => phase === 'ended';
  const close = (): void => {
    phase = 'ended';
    assembly = undefined;
    stopTimer();
  };
  const end = (why?: Rejection): void => {
    if (isEnded()) return;
    close();
    parts.end(why);
  };
  const progress = (): void => {
    stopTimer();
    if (isEnded()) return;
    stopTimer = parts.timers.after(LINK_IDLE_MS, () => end({ code: 'request-timeout' }));
  };
  const answer = async (request: Uint8Array): Promise<void> => {
    phase = 'answering';
    const reply = await parts.door.exchange(request);
    if (isEnded()) return;
    phase = 'taking';
    for (const fragment of fragmentsOf(reply, parts.room())) parts.notify(fragment);
    progress();
  };
  progress();
  return {
    takeState([value]) {
      if (isEnded()) return;
      if (value === LINK_STATE.end) return end();
      if (value !== LINK_STATE.begin) return end({ code: 'malformed-value' });
      if (phase === 'answering') return end({ code: 'in-progress' });
      phase = 'taking';
      assembly = undefined;
      progress();
    },
    takeFragment(value) {
      if (isEnded()) return;
      if (phase !== 'taking') return end({ code: 'in-progress' });
      const taken = takeFragment(assembly, value, parts.now());
      if (!taken.ok) return end(taken.rejection);
      progress();
      assembly = taken.value.kind === 'more' ? taken.value.assembly : undefined;
      if (taken.value.kind !== 'whole') return;
      answer(taken.value.message).catch((fault: unknown) => {
        parts.onFault(fault);
        end({ code: 'internal-error' });
      });
    },
    close,
  };
}
