import type { WalletId } from '@coinbox/protocol';
import { createMemoryStore } from '@coinbox/payer';
import type { Counters, Payment, PayerStore } from '@coinbox/payer';
import type { Shelf } from '../shared/shelf.ts';

/** The payments of one wallet: read once, and on the disk before a promise is kept. */
export async function createBrowserStore(shelf: Shelf, wallet: WalletId): Promise<PayerStore> {
  const memory = createMemoryStore();
  const counters = (await shelf.get<Counters>('counters', wallet)) ?? { sequence: 0 };
  const payments = await shelf.all<Payment>('payments');
  for (const payment of payments.sort(byOffer)) await memory.begin(wallet, payment, counters);
  return {
    ...memory,
    async begin(of, payment, next) {
      await shelf.put([
        ['payments', payment.offer, payment],
        ['counters', of, next],
      ]);
      await memory.begin(of, payment, next);
    },
    async save(of, payment) {
      await memory.save(of, payment);
      await shelf.put([['payments', payment.offer, payment]]);
    },
  };
}

/** Ids of offers begin with their time. */
const byOffer = (a: Payment, b: Payment): number => (a.offer < b.offer ? -1 : 1);
