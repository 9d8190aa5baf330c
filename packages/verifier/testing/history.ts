import { entryBytes } from '@coinbox/ledger';
import type { Entry } from '@coinbox/ledger';
import { REFUSAL, paymentIdOf } from '@coinbox/protocol';
import type { Bill, PaymentId, Signed } from '@coinbox/protocol';
import { createIssuerFixture, expect } from '@coinbox/issuer/testing';
import type { IssuerFixture, TestTerminal, TestWallet } from '@coinbox/issuer/testing';

const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');

/** What a history was made with: its wallets and their keys, so that a test can play any cheat. */
export type History = {
  readonly fixture: IssuerFixture;
  readonly wallets: Readonly<Record<string, TestWallet>>;
  readonly terminal: TestTerminal;
  readonly entries: readonly Entry[];
};

/** The first line of an export (page 17), without a log. */
export function headerLine(fixture: IssuerFixture, through: number): string {
  const { network, asset, root, certificates } = fixture.ports;
  return JSON.stringify({
    format: 'coinbox-export/1',
    network,
    asset,
    root: { algorithm: root.algorithm, bytes: base64url(root.bytes) },
    certificates: certificates.map(base64url),
    through,
    checkpoint: null,
  });
}

/** The lines of an export of these entries. */
export const exportLines = (fixture: IssuerFixture, entries: readonly Entry[]): string[] => [
  headerLine(fixture, entries.length),
  ...entries.map((entry) =>
    JSON.stringify({ index: entry.index, entry: base64url(entryBytes(entry)), salt: null }),
  ),
  JSON.stringify({
    end: entries.length,
    head: base64url(entries.at(-1)?.hash ?? new Uint8Array(32)),
  }),
];

/** All entries of a ledger. */
export async function entriesOf({ issuer }: Pick<IssuerFixture, 'issuer'>): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (;;) {
    const { items } = await issuer.ledger.entries({ after: entries.length, limit: 1000 });
    entries.push(...items);
    if (items.length < 1000) return entries;
  }
}

type Setting = {
  readonly f: IssuerFixture;
  readonly terminal: TestTerminal;
  readonly provider: TestWallet;
  readonly payer: TestWallet;
};

/** Makes what people do at an issuer, each step answered as it must be. */
export function createActs({ f, terminal, provider, payer }: Setting) {
  const { messages: m, issuer } = f;
  const submit = async (bytes: Uint8Array) => expect(await issuer.submit(bytes));
  const acts = {
    async pay(amount: bigint, change = {}, from = payer, version = 1): Promise<PaymentId> {
      const offer = m.offer(terminal, provider, { mappingVersion: version });
      const pay = m.pay(from, offer, amount, change);
      await submit(pay.bytes);
      return paymentIdOf(pay);
    },
    bill: (amount: bigint, by = provider): Signed<Bill> =>
      m.bill(by, terminal, f.newId('session'), amount),
    async settle(bill: Signed<Bill>, payments: readonly PaymentId[]) {
      const settle = m.settle(terminal, bill, payments);
      const answer = await submit(settle.bytes);
      if (!answer.replayed) terminal.upload += 1;
      return { settle, answer };
    },
    async refund(payments: readonly PaymentId[], amount: bigint, to = payer) {
      const refund = m.refund(terminal, to.wallet, payments, amount);
      const answer = await submit(refund.bytes);
      terminal.upload += 1;
      return answer;
    },
    async refuse(bill: Signed<Bill>) {
      const body = {
        sequence: terminal.holding.next(),
        session: bill.body.session,
        terminal: terminal.holding.wallet,
        bill: bill.body.bill,
        billHash: bill.hash,
        code: 'bill-over-ceiling',
      };
      await submit(terminal.holding.sign(REFUSAL, body).bytes);
    },
    submit,
  };
  return acts;
}

const ask = (parameter: string, person = 'maker') => ({ query: {}, person, parameter, body: {} });

type Stage = Setting & {
  readonly acts: ReturnType<typeof createActs>;
  readonly second: TestWallet;
  readonly other: TestWallet;
};

/** Two payments of two payers settled at once, and all that a ledger refuses for good. */
async function playSessions({ f, terminal, provider, payer, other, acts }: Stage) {
  const { messages: m } = f;
  const first = await acts.pay(500n);
  const top = await acts.pay(300n, {}, other);
  await acts.settle(acts.bill(600n), [first, top]);
  await acts.refund([top], 200n, other);
  const offer = m.offer(terminal, provider);
  await acts.submit(m.pay(payer, offer, 100n).bytes);
  await acts.submit(m.pay(other, offer, 100n).bytes);
  await acts.submit(m.pay(other, m.offer(terminal, provider), 899n).bytes);
  const third = await acts.pay(400n);
  await acts.refund([third], 401n);
  await acts.refuse(acts.bill(999n));
  const burned = m.offer(terminal, provider);
  await acts.submit(m.voidOf(terminal, burned).bytes);
  await acts.submit(m.pay(payer, burned, 50n).bytes);
  const late = m.offer(terminal, provider);
  await acts.submit(m.pay(payer, late, 60n).bytes);
  await acts.submit(m.voidOf(terminal, late).bytes);
  return third;
}

/** A settlement waits while its provider is frozen, whose key is revoked; the mapping changes. */
async function changeProvider(
  { f, terminal, provider, payer, second, acts }: Stage,
  paid: PaymentId,
) {
  await f.freeze(provider);
  const { settle } = await acts.settle(acts.bill(150n), [paid]);
  await acts.refund([paid], 50n);
  expect(await f.issuer.call('revokeKey', ask(provider.wallet, 'checker')));
  await f.unfreeze(provider);
  await acts.submit(settle.bytes);
  const before = await acts.pay(700n);
  await f.map(terminal, second);
  const after = await acts.pay(800n, {}, payer, 2);
  await acts.settle(acts.bill(800n, second), [after]);
  await acts.refund([before], 700n);
  return after;
}

/** A settlement without money behind it, and one of an old copy: suspended, and freed. */
async function suspend({ f, terminal, payer, second, acts }: Stage, spent: PaymentId) {
  await acts.settle(acts.bill(10n, second), [spent]);
  await f.unfreeze(terminal.holding);
  const paid = await acts.pay(20n, {}, payer, 2);
  const last = terminal.upload;
  terminal.upload = 0;
  await f.issuer.submit(f.messages.settle(terminal, acts.bill(10n, second), [paid]).bytes);
  terminal.upload = last;
  await acts.refund([paid], 5n);
  await f.unfreeze(terminal.holding);
  await acts.settle(acts.bill(10n, second), [paid]);
}

/** One of everything that an issuer records: 17 codes, and every refusal that it meets. */
export async function makeHistory(): Promise<History> {
  const f = await createIssuerFixture();
  const provider = await f.openWallet('provider');
  const second = await f.openWallet('provider', {}, 'ES256');
  const limits = { per_payment: '900', balance: '5000' };
  const terminal = await f.openTerminal(provider, { limits });
  const idle = await f.openTerminal(provider);
  const payer = await f.openPayer(10_000n);
  const other = await f.openPayer(800n);
  const setting = { f, terminal, provider, payer };
  const stage: Stage = { ...setting, second, other, acts: createActs(setting) };
  await suspend(stage, await changeProvider(stage, await playSessions(stage)));
  const own = { wallet: provider.wallet, amount: '100', asset: 'CNY/2' };
  const body = { id: f.newId('redemption'), ...own };
  expect(await f.issuer.call('redeemMoney', { query: {}, person: 'maker', body }));
  await f.freeze(other);
  expect(await f.issuer.call('revokeKey', ask(other.wallet, 'checker')));
  await f.freeze(idle.settlement);
  await f.unfreeze(idle.settlement);
  const { holding, settlement } = terminal;
  const wallets = { provider, second, payer, other, holding, settlement, idle: idle.holding };
  return { fixture: f, wallets, terminal, entries: await entriesOf(f) };
}
