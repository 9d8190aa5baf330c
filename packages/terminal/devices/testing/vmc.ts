import type { MdbBus } from '../mdb/bus.ts';
import { withChecksum } from '../mdb/block.ts';

/** The controller of a vending machine, on a bus of its own. It asks, the reader answers. */
export interface Vmc {
  readonly bus: MdbBus;
  /** Sends a block, checksum added; gives the answer. */
  send(...bytes: number[]): Uint8Array;
  /** Reset, set up, enable: what a machine does after power-up. */
  powerUp(level?: number): void;
  disable(): void;
  /** First byte of the answer to a POLL. */
  poll(): number;
  /** Asks for an article; was it approved? Polls for the answer. */
  request(price: number, item: number): Promise<boolean>;
  succeed(item: number): Uint8Array;
  fail(): Uint8Array;
  complete(): Uint8Array;
}

const high = (number: number): number => number >> 8;
const low = (number: number): number => number & 0xff;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export function createVmc(): Vmc {
  let answerTo: (block: Uint8Array) => Uint8Array | undefined = () => undefined;
  const send = (...bytes: number[]): Uint8Array => answerTo(withChecksum(bytes)) ?? Uint8Array.of();
  const poll = (): number => send(0x12)[0] ?? -1;
  return {
    bus: { serve: (answer) => void (answerTo = answer) },
    send,
    powerUp(level = 1) {
      send(0x10);
      poll();
      send(0x11, 0x00, level, 0, 0, 0);
      send(0x11, 0x01, 0xff, 0xff, 0, 0);
      send(0x14, 0x01);
    },
    disable: () => void send(0x14, 0x00),
    poll,
    async request(price, item) {
      send(0x13, 0x00, high(price), low(price), high(item), low(item));
      for (let polls = 0; polls < 5; polls++) {
        await turn();
        const answer = poll();
        if (answer === 0x05) return true;
        if (answer === 0x06) return false;
      }
      return false;
    },
    succeed: (item) => send(0x13, 0x02, high(item), low(item)),
    fail: () => send(0x13, 0x03),
    complete: () => send(0x13, 0x04),
  };
}
