import type { OfferId } from '@coinbox/protocol';
import type { Counters, Payment, PayerStore } from '@coinbox/payer';
import type { Life } from './life.ts';
import { writeToDisk } from './setting.ts';
import type { Setting } from './setting.ts';

/** What a payer's device keeps when it dies. Owned by one store at a time. */
export type PayerDisk = { counters: Counters; readonly payments: Map<OfferId, Payment> };

export const createPayerDisk = (): PayerDisk => ({
  counters: { sequence: 0 },
  payments: new Map(),
});

type Write = { readonly payment: Payment; readonly counters?: Counters };

/** A write is durable after up to so many milliseconds. */
const WRITE_MS = 6;

/**
 * A payer's store over a disk that outlives it, with the times of one: a write is seen at once, is
 * durable later, and resolves then. A device that dies meanwhile may have written it or not.
 * `stored` is told what has become durable.
 */
export function openPayerDisk(
  setting: Setting,
  name: string,
  life: Life,
  disk: PayerDisk,
  stored: (payment: Payment) => void,
): PayerStore & { readonly died: () => void } {
  const { schedule, random } = setting;
  let seen = { counters: disk.counters, payments: new Map(disk.payments) };
  const waiting: Write[] = [];

  const keep = ({ payment, counters }: Write): void => {
    disk.payments.set(payment.offer, payment);
    if (counters) disk.counters = counters;
    stored(payment);
  };
  const show = ({ payment, counters }: Write): void => {
    seen.payments.set(payment.offer, payment);
    if (counters) seen.counters = counters;
  };
  const write = (what: string, one: Write): Promise<void> => {
    life.point(`before ${what}`);
    show(one);
    waiting.push(one);
    return life.gate(
      new Promise((resolve, reject) => {
        schedule.after(random.below(WRITE_MS), `${name} writes`, () => {
          if (life.dead) return;
          try {
            writeToDisk(setting, name);
          } catch (fault) {
            waiting.splice(waiting.indexOf(one), 1);
            seen = { counters: disk.counters, payments: new Map(disk.payments) };
            for (const other of waiting) show(other);
            return reject(fault as Error);
          }
          waiting.splice(waiting.indexOf(one), 1);
          keep(one);
          try {
            life.point(`after ${what}`);
          } catch {
            return;
          }
          resolve();
        });
      }),
    );
  };
  return {
    counters: () => seen.counters,
    begin: (_wallet, payment, counters) => write('a payment is begun', { payment, counters }),
    save: (_wallet, payment) => write('a payment is saved', { payment }),
    payment: (_wallet, offer) => seen.payments.get(offer),
    payments: () => [...seen.payments.values()],
    close: () => undefined,
    died() {
      // The oldest writes may have reached the disk without anybody knowing.
      for (const one of waiting.splice(0)) {
        if (random.chance(0.5)) return;
        keep(one);
      }
    },
  };
}
