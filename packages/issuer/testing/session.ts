import { paymentIdOf } from '@coinbox/protocol';
import type { Bill, PaymentId, SessionId, Settle, Signed } from '@coinbox/protocol';
import type { Issuer } from '../issuer.ts';
import { createIssuerFixture, expect } from './fixture.ts';
import type {
  FixtureIssuer,
  FixtureOptions,
  IssuerFixture,
  RunningFixture,
  TestTerminal,
  TestWallet,
} from './fixture.ts';

/** A terminal that has taken a payment for a session that is not billed yet. */
export type Paid = {
  readonly provider: TestWallet;
  readonly terminal: TestTerminal;
  readonly payer: TestWallet;
  readonly session: SessionId;
  readonly payment: PaymentId;
  /** The amount that was paid in: 500. */
  readonly paid: bigint;
  readonly bill: (amount: bigint, change?: Partial<Bill>) => Signed<Bill>;
  readonly settle: (bill: Signed<Bill>, change?: Partial<Settle>) => Signed<Settle>;
  /** Another payment into the terminal. */
  readonly payAgain: (amount: bigint, payer?: TestWallet) => Promise<PaymentId>;
};

export type PaidSession<I extends FixtureIssuer = Issuer> = RunningFixture<I> & Paid;

const PAID = 500n;

/** In memory. */
export async function createPaidSession(
  options: FixtureOptions = {},
): Promise<IssuerFixture & Paid> {
  return paidSession(await createIssuerFixture(options));
}

/** At an issuer that runs. */
export async function paidSession<F extends RunningFixture<FixtureIssuer>>(
  fixture: F,
): Promise<F & Paid> {
  const { issuer, messages } = fixture;
  const provider = await fixture.openWallet('provider');
  const terminal = await fixture.openTerminal(provider);
  const payer = await fixture.openPayer(10_000n);
  const session = fixture.newId('session');
  const payAgain: PaidSession['payAgain'] = async (amount, from = payer) => {
    const pay = messages.pay(from, messages.offer(terminal, provider), amount);
    expect(await issuer.submit(pay.bytes));
    return paymentIdOf(pay);
  };
  const payment = await payAgain(PAID);
  return {
    ...fixture,
    provider,
    terminal,
    payer,
    session,
    payment,
    paid: PAID,
    bill: (amount, change) => messages.bill(provider, terminal, session, amount, change),
    settle: (bill, change) => messages.settle(terminal, bill, [payment], change),
    payAgain,
  };
}
