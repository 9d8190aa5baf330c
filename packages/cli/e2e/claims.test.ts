import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ACCEPT, money, newId, readOwn } from '@coinbox/protocol';
import type { Settle } from '@coinbox/protocol';
import { mapTerminal } from '../enrol.ts';
import { makeBill, openHandProvider } from './hand-provider.ts';
import type { HandProvider } from './hand-provider.ts';
import { openHandTerminal } from './hand-terminal.ts';
import type { HandTerminal } from './hand-terminal.ts';
import { balances, clock, deliver, listed, randomId, startSite, until } from './site.ts';
import type { Site } from './site.ts';

/** Pays into the terminal's holding wallet and lets the machine deliver; gives the offer's id. */
async function payAndDeliver(site: Site, amount: bigint, energyWh: bigint) {
  const offer = await site.payer.askOffer(site.carrier, money(amount));
  assert.ok(offer.ok, 'an offer');
  const paid = await site.payer.pay(site.carrier, offer.value, { amount: money(amount) });
  assert.ok(paid.ok, 'paid');
  const { accept } = paid.value.payment.messages;
  assert.ok(accept, 'the terminal has signed an ACCEPT');
  await deliver(site, readOwn(ACCEPT, accept).body.session, energyWh);
  return offer.value.body.offer;
}

const ended = (site: Site, offer: Awaited<ReturnType<typeof payAndDeliver>>) =>
  until(async () => {
    const view = await site.payer.refresh(site.carrier, offer);
    return view.ok && view.value.stage === 'closed' ? view.value.payment : undefined;
  });

type EntryJson = { code: string; steps: { kind: string; credit?: string; debit?: string }[] };

describe('the claims of the patent, end to end', () => {
  let site: Site;
  before(async () => {
    site = await startSite();
  });
  after(() => site.close());

  test('claim 1: a bill becomes a settlement, and its mapping leads to the provider', async () => {
    const offer = await payAndDeliver(site, 2_000n, 12_340n);
    assert.deepEqual((await balances(site)).provider >= 0n, true);
    const payment = await ended(site, offer);
    assert.equal(payment.refunded, 766n);
    assert.deepEqual(await balances(site), { payer: 8_766n, terminal: 0n, provider: 1_234n });
  });

  test('claim 1: refused when the holding wallet has less than the amount', async () => {
    const before = await balances(site);
    const offer = await payAndDeliver(site, 100n, 5_000n);
    const refused = await until(async () => {
      const view = await site.payer.refresh(site.carrier, offer);
      const items = await listed<{ code?: string }>(site, '/v1/refusals');
      return view.ok && items.length > 0 ? items : undefined;
    });
    assert.equal(refused.length, 1);
    const now = await balances(site);
    assert.equal(now.provider, before.provider);
    assert.equal(now.terminal, 100n);
  });

  test('claim 2: one wallet holds, a second settles: two legs in the ledger', async () => {
    const offer = await payAndDeliver(site, 500n, 1_000n);
    await ended(site, offer);
    const items = await listed<EntryJson>(site, '/v1/entries?limit=500');
    const settled = items.filter(({ code }) => code === 'settle').at(-1);
    const moves = settled?.steps.filter(({ kind }) => kind === 'draw' || kind === 'transfer') ?? [];
    const { settlementCertificate } = site.terminalFolder.keys;
    const second = `settlement/${settlementCertificate.body.wallet}`;
    assert.deepEqual(
      moves.map(({ kind, debit, credit }) => [kind, debit, credit]),
      [
        ['draw', undefined, second],
        ['transfer', second, `provider/${site.provider}`],
      ],
    );
  });

  test('claim 3: the payment comes over a carrier port, here the Internet', async () => {
    const seen: number[] = [];
    const carrier = {
      async exchange(request: Uint8Array) {
        const reply = await site.carrier.exchange(request);
        seen.push(request.length, reply.length);
        return reply;
      },
    };
    const offer = await site.payer.askOffer(carrier, money(300n));
    assert.ok(offer.ok);
    const paid = await site.payer.pay(carrier, offer.value, { amount: money(300n) });
    assert.equal(paid.ok && paid.value.payment.stage, 'done');
    assert.ok(seen.length === 4 && seen.every((size) => size <= 4096), seen.join());
  });

  test('claim 5: only the preset mapping decides where the money goes', async () => {
    const offer = await payAndDeliver(site, 400n, 2_000n);
    await ended(site, offer);
    const page = await site.maker.movements('listSettlements');
    const newest = page.ok ? page.value.items.at(-1) : undefined;
    assert.equal(newest?.to, site.provider);
    assert.equal(newest?.mapping_version, 1);
  });

  test('claim 5: a changed mapping decides from the next payment on', async () => {
    const offer = await site.payer.askOffer(site.carrier, money(400n));
    assert.ok(offer.ok);
    const paid = await site.payer.pay(site.carrier, offer.value, { amount: money(400n) });
    const accept = paid.ok && paid.value.payment.messages.accept;
    assert.ok(accept);
    const before = await balances(site);
    const { stranger, close } = await openHandProvider(site);
    await close();
    const next = stranger.certificate.body.wallet;
    assert.equal(await mapTerminal(site.maker, site.checker, site.terminal, next), 2);
    await deliver(site, readOwn(ACCEPT, accept).body.session, 3_000n);
    await ended(site, offer.value.body.offer);
    const page = await site.maker.movements('listSettlements');
    const newest = page.ok ? page.value.items.at(-1) : undefined;
    assert.deepEqual([newest?.to, newest?.mapping_version], [site.provider, 1]);
    assert.equal((await balances(site)).provider, before.provider + 300n);
    const mapped = await site.maker.wallet(next);
    assert.equal(mapped.ok && mapped.value.balance, '0');
  });
});

describe('claim 4: payer and provider wallet in the settlement information', () => {
  let site: Site;
  let provider: HandProvider;
  let terminal: HandTerminal;
  before(async () => {
    site = await startSite({ withProvider: false });
    provider = await openHandProvider(site);
    terminal = await openHandTerminal(site);
  });
  after(async () => {
    await provider.close();
    await site.close();
  });

  type Named = Pick<Settle, 'payer' | 'provider'>;
  const agreeing: readonly (readonly [string, (payer: string, provider: string) => object])[] = [
    ['both absent', () => ({})],
    ['the payer named', (payer) => ({ payer })],
    ['the provider named', (_, own) => ({ provider: own })],
    ['both named', (payer, own) => ({ payer, provider: own })],
  ];
  for (const [name, ids] of agreeing) {
    test(`${name}: settles to the mapped provider`, async () => {
      const before = await balances(site);
      const paid = await terminal.pay(500n);
      const bill = makeBill(provider.own, paid, 320n);
      const named = ids(terminal.payer, site.provider) as Named;
      const answer = await terminal.settle(paid, bill, named);
      assert.ok(answer.ok);
      const { result, from, to, mappingVersion, amount } = answer.value;
      assert.deepEqual(
        { result, from, to, mappingVersion, amount },
        {
          result: 'posted',
          from: terminal.terminal,
          to: site.provider,
          mappingVersion: 1,
          amount: 320n,
        },
      );
      assert.equal((await balances(site)).provider, before.provider + 320n);
    });
  }

  const contradicting: readonly (readonly [string, (other: Required<Named>) => Named])[] = [
    ['another payer', ({ payer }) => ({ payer })],
    ['another provider', ({ provider: other }) => ({ provider: other })],
    [
      'another payer beside the right provider',
      ({ payer }) => ({ payer, provider: site.provider }),
    ],
    [
      'another provider beside the right payer',
      ({ provider: other }) => ({ payer: terminal.payer, provider: other }),
    ],
    ['payer and provider exchanged', () => ({ payer: site.provider, provider: terminal.payer })],
    [
      'wallets that nobody has',
      () => ({
        payer: newId('wallet', clock.now(), randomId()),
        provider: newId('wallet', clock.now(), randomId()),
      }),
    ],
  ];
  for (const [name, ids] of contradicting) {
    test(`${name}: refused with mapping-conflict, and nothing moves`, async () => {
      const paid = await terminal.pay(500n);
      const bill = makeBill(provider.own, paid, 320n);
      const before = await site.maker.summary();
      const other = {
        payer: site.payerWallet,
        provider: provider.stranger.certificate.body.wallet,
      };
      const answer = await terminal.settle(paid, bill, ids(other));
      assert.equal(!answer.ok && answer.rejection.code, 'mapping-conflict');
      assert.deepEqual(await site.maker.summary(), before);
      const right = await terminal.settle(paid, bill);
      assert.equal(right.ok && right.value.to, site.provider, 'the id is not burned');
    });
  }
});
