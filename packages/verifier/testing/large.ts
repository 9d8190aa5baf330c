import { entryBytes } from '@coinbox/ledger';
import type { Entry } from '@coinbox/ledger';
import { paymentIdOf } from '@coinbox/protocol';
import type { PaymentId } from '@coinbox/protocol';
import { createIssuerFixture, expect } from '@coinbox/issuer/testing';
import type { IssuerFixture, TestTerminal, TestWallet } from '@coinbox/issuer/testing';
import { headerLine } from './history.ts';

/** What one round moves: an issue, 8 payments, 8 draws and a settlement, a refund, a redemption. */
const TRANSFERS_A_ROUND = 20;
const PAYMENTS = 8;
const AMOUNT = 100n;
const REST = 30n;
const PAIRS = 8;

type Pair = {
  readonly terminal: TestTerminal;
  readonly provider: TestWallet;
  readonly payer: TestWallet;
};

/** Makes a history of at least so many transfers, between few wallets that do much. */
export async function makeLarge(transfers: number): Promise<IssuerFixture> {
  const f = await createIssuerFixture();
  const pairs: Pair[] = [];
  for (let i = 0; i < PAIRS; i++) {
    const provider = await f.openWallet('provider');
    pairs.push({
      terminal: await f.openTerminal(provider),
      provider,
      payer: await f.openPayer(0n),
    });
  }
  for (let made = 0; made < transfers; made += PAIRS * TRANSFERS_A_ROUND) {
    for (const pair of pairs) await playRound(f, pair);
  }
  return f;
}

async function playRound(f: IssuerFixture, { terminal, provider, payer }: Pair): Promise<void> {
  const { issuer, messages: m } = f;
  await f.issue(payer, AMOUNT * BigInt(PAYMENTS));
  const payments: PaymentId[] = [];
  for (let i = 0; i < PAYMENTS; i++) {
    const pay = m.pay(payer, m.offer(terminal, provider), AMOUNT);
    expect(await issuer.submit(pay.bytes));
    payments.push(paymentIdOf(pay));
  }
  const bill = m.bill(provider, terminal, f.newId('session'), AMOUNT * BigInt(PAYMENTS) - REST);
  expect(await issuer.submit(m.settle(terminal, bill, payments).bytes));
  terminal.upload += 1;
  expect(await issuer.submit(m.refund(terminal, payer.wallet, payments, REST).bytes));
  terminal.upload += 1;
  const body = {
    id: f.newId('redemption'),
    wallet: payer.wallet,
    amount: `${REST}`,
    asset: 'CNY/2',
  };
  expect(await issuer.call('redeemMoney', { query: {}, person: 'maker', body }));
}

/** Transfers and draws in the steps of posted entries. */
const transfersIn = ({ status, steps }: Entry): number =>
  status === 'posted'
    ? steps.filter(({ kind }) => kind === 'transfer' || kind === 'draw').length
    : 0;

/** The export, line by line. `counted` gets the transfers of each entry. */
export async function* linesOf(
  f: IssuerFixture,
  counted: (transfers: number) => void = () => undefined,
): AsyncGenerator<string> {
  const { index: through, hash } = await f.issuer.ledger.head();
  yield headerLine(f, through);
  for (let after = 0; after < through; after += 1000) {
    for (const entry of (await f.issuer.ledger.entries({ after, limit: 1000 })).items) {
      counted(transfersIn(entry));
      const bytes = Buffer.from(entryBytes(entry)).toString('base64url');
      yield JSON.stringify({ index: entry.index, entry: bytes, salt: null });
    }
  }
  yield JSON.stringify({ end: through, head: Buffer.from(hash).toString('base64url') });
}
