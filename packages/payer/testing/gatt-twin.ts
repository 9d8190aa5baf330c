import { LINK_STATE, fragmentsOf, roomOf, takeFragment } from '@coinbox/protocol';
import type { Assembly } from '@coinbox/protocol';
import type { GattLink, GattListener } from '../carriers/ble-carrier.ts';

/** What may happen to the value of that number, counted over both directions. */
export type Mishap = {
  readonly at: number;
  readonly what: 'lose-link' | 'lose-value' | 'repeat-value';
};

/**
 * A terminal in reach over Bluetooth LE. It answers by `door`, and ends a link on which something
 * cannot be put together. Each link that is opened is a new one.
 */
export function createGattTwin(door: (request: Uint8Array) => Promise<Uint8Array>, mtu = 185) {
  const room = roomOf(mtu);
  const twin = {
    mishap: undefined as Mishap | undefined,
    /** Values that went over, or got lost on the way. */
    values: 0,
    links: 0,
    open,
  };
  async function open(): Promise<GattLink> {
    twin.links += 1;
    let listener: GattListener | undefined;
    let assembly: Assembly | undefined;
    let hasBegun = false;
    let isGone = false;
    const lose = (): void => {
      if (isGone) return;
      isGone = true;
      queueMicrotask(() => listener?.gone());
    };
    /** How often the next value arrives. */
    const times = (): number => {
      const hit = twin.mishap?.at === twin.values++ ? twin.mishap.what : undefined;
      if (hit) twin.mishap = undefined;
      if (hit === 'lose-link') lose();
      if (isGone || hit === 'lose-value') return 0;
      return hit === 'repeat-value' ? 2 : 1;
    };
    const end = (): void => listener?.state(Uint8Array.of(LINK_STATE.end));
    const take = async (value: Uint8Array): Promise<void> => {
      if (!hasBegun) return end();
      const taken = takeFragment(assembly, value, 0);
      if (!taken.ok) {
        hasBegun = false;
        return end();
      }
      assembly = taken.value.kind === 'more' ? taken.value.assembly : undefined;
      if (taken.value.kind !== 'whole') return;
      for (const fragment of fragmentsOf(await door(taken.value.message), room)) {
        for (let left = times(); left > 0; left--) listener?.fragment(fragment);
      }
    };
    return {
      room,
      listen: (to) => void (listener = to),
      // Resolves whatever happens: nothing but an answer proves that a value came.
      writeState: async ([value]) => void (hasBegun = value === LINK_STATE.begin),
      write: async (value) => {
        for (let left = times(); left > 0; left--) await take(value);
      },
      close: async () => void (isGone = true),
    };
  }
  return twin;
}
