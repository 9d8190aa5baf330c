import { Fault, LINK_STATE, fragmentsOf, takeFragment } from '@coinbox/protocol';
import type { Assembly } from '@coinbox/protocol';
import type { Carrier } from '../carrier.ts';

/** A link to a terminal over Bluetooth LE. What is written may get lost without a word. */
export interface GattLink {
  /** Bytes of a value on this link. */
  readonly room: number;
  writeState(value: Uint8Array): Promise<void>;
  /** A value of the characteristic client-to-server. */
  write(fragment: Uint8Array): Promise<void>;
  /** Whom to tell of what the terminal sends, and of the end of the link. Called once. */
  listen(listener: GattListener): void;
  close(): Promise<void>;
}

export type GattListener = {
  readonly state: (value: Uint8Array) => void;
  readonly fragment: (value: Uint8Array) => void;
  readonly gone: () => void;
};

export type BleCarrier = Carrier & { close(): Promise<void> };

/** What an exchange waits for. */
type Waiting = {
  readonly resolve: (reply: Uint8Array) => void;
  readonly reject: (fault: Fault) => void;
};

/** A link that is open, owned by its carrier. */
type OpenLink = {
  readonly link: GattLink;
  assembly?: Assembly | undefined;
  waiting?: Waiting | undefined;
  isOver: boolean;
};

/**
 * The Bluetooth carrier: opens a link for the first exchange and keeps it for those after. What
 * goes wrong ends the link, and the next exchange opens another.
 */
export function createBleCarrier(open: () => Promise<GattLink>, timeoutMs = 10_000): BleCarrier {
  let current: OpenLink | undefined;
  let before: Promise<unknown> = Promise.resolve();
  const linked = async (): Promise<OpenLink> => {
    if (current && !current.isOver) return current;
    await current?.link.close().catch(() => undefined);
    const link = await open();
    const opened: OpenLink = { link, isOver: false };
    link.listen(listenerOf(opened));
    await link.writeState(Uint8Array.of(LINK_STATE.begin));
    return (current = opened);
  };
  const exchange = async (request: Uint8Array): Promise<Uint8Array> => {
    try {
      const opened = await linked();
      return await ask(opened, request, timeoutMs);
    } catch (fault) {
      const failed = current;
      current = undefined;
      if (failed) end(failed, 'the exchange failed');
      await failed?.link.close().catch(() => undefined);
      if (fault instanceof Fault) throw fault;
      throw new Fault('unreachable', 'no answer from the terminal over Bluetooth', fault);
    }
  };
  return {
    exchange(request) {
      const turn = before.then(() => exchange(request));
      before = turn.catch(() => undefined);
      return turn;
    },
    async close() {
      await before;
      const opened = current;
      current = undefined;
      if (!opened || opened.isOver) return;
      opened.isOver = true;
      await opened.link.writeState(Uint8Array.of(LINK_STATE.end)).catch(() => undefined);
      await opened.link.close().catch(() => undefined);
    },
  };
}

/** No exchange goes over this link any more; the one that waits fails. */
function end(opened: OpenLink, why: string): void {
  opened.isOver = true;
  opened.assembly = undefined;
  opened.waiting?.reject(new Fault('unreachable', why));
  opened.waiting = undefined;
}

const listenerOf = (opened: OpenLink): GattListener => ({
  gone: () => end(opened, 'the link to the terminal is lost'),
  state: ([value]) => {
    if (value === LINK_STATE.end) end(opened, 'the terminal has ended the link');
  },
  fragment(value) {
    if (opened.isOver) return;
    const taken = takeFragment(opened.assembly, value, performance.now());
    if (!taken.ok) return end(opened, `the reply came torn: ${taken.rejection.code}`);
    opened.assembly = taken.value.kind === 'more' ? taken.value.assembly : undefined;
    if (taken.value.kind !== 'whole') return;
    opened.waiting?.resolve(taken.value.message);
    opened.waiting = undefined;
  },
});

async function ask(opened: OpenLink, request: Uint8Array, timeoutMs: number): Promise<Uint8Array> {
  const reply = new Promise<Uint8Array>((resolve, reject) => {
    opened.waiting = { resolve, reject };
  });
  // It may fail while the request is still being written: that is met below.
  reply.catch(() => undefined);
  const late = setTimeout(() => end(opened, 'no answer in time over Bluetooth'), timeoutMs);
  try {
    for (const fragment of fragmentsOf(request, opened.link.room)) {
      if (opened.isOver) break;
      await Promise.race([opened.link.write(fragment), reply]);
    }
    return await reply;
  } finally {
    clearTimeout(late);
  }
}
