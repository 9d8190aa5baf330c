import { setTimeout as sleep } from 'node:timers/promises';
import { withChecksum } from '@coinbox/terminal';
import type { MdbBus } from '@coinbox/terminal';

/** The controller of a vending machine: it asks, the reader answers. */
export function createMachine() {
  let reader: (block: Uint8Array) => Uint8Array | undefined = () => undefined;
  const bus: MdbBus = { serve: (answer) => void (reader = answer) };
  const send = (...bytes: number[]): Uint8Array => reader(withChecksum(bytes)) ?? Uint8Array.of();
  /** Polls until the reader says one of these. */
  const pollFor = async (...answers: number[]): Promise<number> => {
    for (;;) {
      const [answer = -1] = send(0x12);
      if (answers.includes(answer)) return answer;
      await sleep(5);
    }
  };
  return {
    bus,
    /** RESET, SETUP, READER ENABLE. */
    powerUp() {
      send(0x10);
      send(0x12);
      send(0x11, 0x00, 1, 0, 0, 0);
      send(0x14, 0x01);
    },
    /** Waits for BEGIN SESSION. */
    open: () => pollFor(0x03),
    /** VEND REQUEST, then what the machine does with the article. */
    async buy(price: number, item: number, outcome: 'drops' | 'jams'): Promise<string> {
      send(0x13, 0x00, price >> 8, price & 0xff, item >> 8, item & 0xff);
      if ((await pollFor(0x05, 0x06)) === 0x06) return 'denied';
      if (outcome === 'drops') send(0x13, 0x02, item >> 8, item & 0xff);
      else send(0x13, 0x03);
      return outcome === 'drops' ? 'approved, dropped' : 'approved, did not drop';
    },
    /** SESSION COMPLETE. */
    complete: () => void send(0x13, 0x04),
  };
}
