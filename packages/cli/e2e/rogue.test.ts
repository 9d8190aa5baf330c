import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import {
  ACCEPT,
  BILL,
  decodeCbor,
  encodeCbor,
  later,
  money,
  openEnvelope,
  openMessage,
  readOwn,
  sign1,
} from '@coinbox/protocol';
import type { Bill, CborMap, CborValue, OfferId, Signed, Signer } from '@coinbox/protocol';
import { makeBill, openHandProvider } from './hand-provider.ts';
import type { Billed, HandProvider } from './hand-provider.ts';
import { openHandTerminal } from './hand-terminal.ts';
import type { HandTerminal } from './hand-terminal.ts';
import { balances, clock, deliver, listed, startSite, until } from './site.ts';
import type { Site } from './site.ts';

type Paid = Billed & { readonly offer: OfferId };

/** Pays into the terminal; nothing is delivered yet. `amount`: minor units. */
async function pay(site: Site, amount: bigint): Promise<Paid> {
  const offer = await site.payer.askOffer(site.carrier, money(amount));
  assert.ok(offer.ok, 'an offer');
  const paid = await site.payer.pay(site.carrier, offer.value, { amount: money(amount) });
  assert.ok(paid.ok && paid.value.payment.messages.accept, 'the terminal has signed an ACCEPT');
  const { session } = readOwn(ACCEPT, paid.value.payment.messages.accept).body;
  const { tariffHash, offer: id } = offer.value.body;
  const meterHash = new Uint8Array(32);
  return { offer: id, session, terminal: site.terminal, tariffHash, meterHash };
}

/** Lets the machine deliver, and waits for the final METER. */
async function delivered(site: Site, provider: HandProvider, paid: Paid, energyWh: bigint) {
  await deliver(site, paid.session, energyWh);
  return { ...paid, meterHash: await provider.finalMeter(paid.session) };
}

const closed = (site: Site, { offer }: Paid) =>
  until(async () => {
    const view = await site.payer.refresh(site.carrier, offer);
    return view.ok && view.value.stage === 'closed' ? view.value.payment : undefined;
  });

/** The code under which the issuer keeps the terminal's REFUSAL of a bill. */
const codeAtIssuer = (site: Site, { body }: Signed<Bill>) =>
  until(async () => {
    const refusals = await listed<{ bill?: string; code?: string }>(site, '/v1/refusals?limit=500');
    return refusals.find(({ bill }) => bill === body.bill)?.code;
  });

/** The key of the lines in a BILL (spec/04-messages.md). */
const LINES = 9;

/** The bill with one field of its only line otherwise, signed as it is. */
function withLineField(bill: Signed<Bill>, signer: Signer, key: number, value: CborValue) {
  const envelope = openEnvelope(bill.bytes);
  const fields = envelope.ok && decodeCbor(envelope.value.payload);
  assert.ok(fields && fields.ok);
  const changed = new Map(fields.value as CborMap);
  const [line] = changed.get(LINES) as readonly CborMap[];
  changed.set(LINES, [new Map(line).set(key, value)]);
  return sign1('e2e', BILL.typ, encodeCbor(changed), signer);
}

type Row = {
  readonly name: string;
  readonly code: string;
  /** Paid in, 2,000 where not said. The machine delivers for 1,234. Minor units. */
  readonly paid?: bigint;
  readonly amount?: bigint;
  readonly change?: (actors: Actors) => Partial<Bill>;
  readonly by?: (actors: Actors) => Parameters<typeof makeBill>[0];
};
type Actors = { readonly provider: HandProvider; readonly other: HandTerminal };

const byStranger = ({ provider }: Actors) => provider.stranger;
const ownWallet = ({ provider }: Actors) => provider.own.certificate.body.wallet;

const rows: readonly Row[] = [
  {
    name: 'one minor unit over what the tariff gives for the readings',
    code: 'bill-over-ceiling',
    amount: 1_235n,
  },
  { name: 'over what is held', code: 'insufficient-terminal-funds', paid: 1_233n },
  {
    name: 'for another terminal',
    code: 'bill-wrong-terminal',
    change: ({ other }) => ({ terminal: other.terminal }),
  },
  {
    name: 'that has expired',
    code: 'bill-expired',
    change: () => ({ validUntil: clock.now() }),
  },
  {
    name: 'under another tariff',
    code: 'bill-wrong-tariff',
    change: () => ({ tariffHash: new Uint8Array(32).fill(7) }),
  },
  {
    name: 'on another meter reading',
    code: 'bill-wrong-meter',
    change: () => ({ meterHash: new Uint8Array(32).fill(7) }),
  },
  {
    name: 'in another currency',
    code: 'currency-mismatch',
    change: () => ({ asset: 'CNY/2' }),
  },
  { name: 'that is not final', code: 'bill-not-final', change: () => ({ final: false }) },
  {
    name: 'whose lines add up to less than its amount',
    code: 'bill-invalid',
    change: () => ({ lines: [] }),
  },
  {
    name: 'dated before its session',
    code: 'bill-invalid',
    change: () => ({ issuedAt: later(clock.now(), -400_000) }),
  },
  {
    name: 'by a provider that the terminal is not mapped to',
    code: 'bill-wrong-provider',
    by: byStranger,
  },
  {
    name: 'by another provider, in the name of the mapped one',
    code: 'bill-wrong-provider',
    by: byStranger,
    change: (actors) => ({ provider: ownWallet(actors) }),
  },
];

describe('a rogue provider', () => {
  let site: Site;
  let provider: HandProvider;
  let other: HandTerminal;
  before(async () => {
    site = await startSite({ withProvider: false, funds: 100_000n });
    provider = await openHandProvider(site);
    other = await openHandTerminal(site);
  });
  after(async () => {
    await provider.close();
    await site.close();
  });

  /** Sends a bill that must be refused with `code`, and nothing has moved. */
  async function assertRefused(bill: Signed<Bill>, code: string): Promise<void> {
    const held = await balances(site);
    provider.send(bill);
    assert.equal(await provider.refusalOf(bill), code);
    assert.equal(await codeAtIssuer(site, bill), code);
    assert.deepEqual(await balances(site), held);
  }

  for (const { name, code, paid: amount = 2_000n, ...row } of rows) {
    test(`gets nothing for a bill ${name}: ${code}`, async () => {
      const start = await balances(site);
      const paid = await delivered(site, provider, await pay(site, amount), 12_340n);
      const actors = { provider, other };
      const by = row.by?.(actors) ?? provider.own;
      const bill = makeBill(by, paid, row.amount ?? 1_234n, row.change?.(actors));
      await assertRefused(bill, code);
      assert.equal((await balances(site)).terminal, start.terminal + amount);
      provider.send(makeBill(provider.own, paid, 0n));
      assert.equal((await closed(site, paid)).refunded, amount);
      assert.deepEqual(await balances(site), start);
    });
  }

  test('gets nothing for a bill before the delivery: bill-before-delivery', async () => {
    const start = await balances(site);
    const paid = await pay(site, 2_000n);
    await assertRefused(makeBill(provider.own, paid, 1n), 'bill-before-delivery');
    const after = await delivered(site, provider, paid, 12_340n);
    provider.send(makeBill(provider.own, after, 0n));
    assert.equal((await closed(site, paid)).refunded, 2_000n);
    assert.deepEqual(await balances(site), start);
  });

  test('is paid a good bill once, and nothing for the second: session-closed', async () => {
    const start = await balances(site);
    const paid = await delivered(site, provider, await pay(site, 2_000n), 12_340n);
    await assertRefused(makeBill(provider.own, paid, 1_235n), 'bill-over-ceiling');
    const good = makeBill(provider.own, paid, 1_234n);
    provider.send(good);
    assert.equal((await closed(site, paid)).refunded, 766n);
    const now = await balances(site);
    assert.deepEqual(
      [now.payer, now.terminal, now.provider],
      [start.payer - 1_234n, start.terminal, start.provider + 1_234n],
    );
    await assertRefused(makeBill(provider.own, paid, 1n), 'session-closed');
    const sameId = makeBill(provider.own, paid, 766n, { bill: good.body.bill });
    await assertRefused(sameId, 'session-closed');
    const before = await balances(site);
    provider.send(good);
    await assertRefused(makeBill(provider.own, paid, 766n), 'session-closed');
    assert.deepEqual(await balances(site), before);
  });

  test('gets no answer to a bill that cannot be read: tax below 0, text of 81 bytes', async () => {
    const start = await balances(site);
    const paid = await delivered(site, provider, await pay(site, 2_000n), 12_340n);
    const good = makeBill(provider.own, paid, 1_234n);
    for (const [key, value, code] of [
      [6, -1, 'amount-negative'],
      [1, 'x'.repeat(81), 'malformed-value'],
    ] as const) {
      const forged = withLineField(good, provider.own.signer, key, value);
      const { book } = site.providerFolder;
      const read = openMessage(BILL, forged, book, clock.now());
      assert.equal(!read.ok && read.rejection.code, code);
      provider.send({ ...good, hash: randomBytes(32), bytes: forged });
    }
    const after = makeBill(provider.own, paid, 1_235n);
    await assertRefused(after, 'bill-over-ceiling');
    provider.send(makeBill(provider.own, paid, 0n));
    assert.equal((await closed(site, paid)).refunded, 2_000n);
    assert.deepEqual(await balances(site), start);
  });

  test('steers no settlement to a wallet of its own: mapping-conflict', async () => {
    const paid = await other.pay(500n);
    const start = await balances(site);
    const stranger = provider.stranger.certificate.body.wallet;
    const bill = makeBill(provider.own, paid, 300n);
    const steered = await other.settle(paid, bill, { provider: stranger });
    assert.equal(!steered.ok && steered.rejection.code, 'mapping-conflict');
    const foreign = makeBill(provider.stranger, paid, 300n);
    const billed = await other.settle(paid, foreign, { provider: stranger });
    assert.equal(!billed.ok && billed.rejection.code, 'bill-wrong-provider');
    assert.deepEqual(await balances(site), start);
    const held = await site.maker.wallet(other.terminal);
    assert.equal(held.ok && held.value.held, '500');
    const moved = await site.maker.wallet(stranger);
    assert.equal(moved.ok && moved.value.balance, '0');
  });
});

test('a rogue provider that sends no good bill in time gets nothing, the payer all', async () => {
  const site = await startSite({ withProvider: false, bounds: { billWithinMs: 1_500 } });
  const provider = await openHandProvider(site);
  try {
    const paid = await delivered(site, provider, await pay(site, 2_000n), 12_340n);
    const bill = makeBill(provider.own, paid, 1_235n);
    provider.send(bill);
    assert.equal(await provider.refusalOf(bill), 'bill-over-ceiling');
    assert.equal((await closed(site, paid)).refunded, 2_000n);
    assert.deepEqual(await balances(site), { payer: 10_000n, terminal: 0n, provider: 0n });
  } finally {
    await provider.close();
    await site.close();
  }
});
