import type { OfferId, WalletId } from '@coinbox/protocol';
import type { Counters, Payment } from './payment.ts';

/**
 * Where a payer wallet keeps its payments. What `begin` and `save` have written can be read at
 * once, and survives a power cut from when they resolve.
 */
export interface PayerStore {
  counters(wallet: WalletId): Counters;
  /** THE COMMIT POINT of a payment: payment and counters together, before the PAY is sent. */
  begin(wallet: WalletId, payment: Payment, counters: Counters): Promise<void>;
  save(wallet: WalletId, payment: Payment): Promise<void>;
  payment(wallet: WalletId, offer: OfferId): Payment | undefined;
  payments(wallet: WalletId): Payment[];
  close(): void;
}

/** A store that forgets everything with its process: for a simulator and for tests. */
export function createMemoryStore(): PayerStore {
  const counters = new Map<WalletId, Counters>();
  const payments = new Map<WalletId, Map<OfferId, Payment>>();
  const of = (wallet: WalletId): Map<OfferId, Payment> => {
    const known = payments.get(wallet) ?? new Map<OfferId, Payment>();
    payments.set(wallet, known);
    return known;
  };
  return {
    counters: (wallet) => counters.get(wallet) ?? { sequence: 0 },
    async begin(wallet, payment, next) {
      of(wallet).set(payment.offer, payment);
      counters.set(wallet, next);
    },
    async save(wallet, payment) {
      of(wallet).set(payment.offer, payment);
    },
    payment: (wallet, offer) => of(wallet).get(offer),
    payments: (wallet) => [...of(wallet).values()],
    close: () => undefined,
  };
}
