import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { kitTariff } from '../testing/kit.ts';
import { PASSWORD, openOcppSite } from './testing/site.ts';
import { createChargePoint } from './testing/charge-point.ts';
import type { ChargePoint, Version } from './testing/charge-point.ts';

const VERSIONS: readonly Version[] = ['1.6', '2.0.1', '2.1'];
const rest = () => new Promise((resolve) => setTimeout(resolve, 20));

/** So much more on the register of connector 1. */
const add = (point: ChargePoint, wattHours: number): void =>
  void point.register.set(1, (point.register.get(1) ?? 0) + wattHours);

for (const version of VERSIONS) {
  it(`OCPP ${version}: a station starts, tells what it delivers, stops`, async (t) => {
    const site = await openOcppSite(t, ['CP1']);
    const point = await site.point('CP1', version);
    point.register.set(1, 5_000);
    const till = site.till('CP1');
    const session = till.start();
    const { transaction, status } = await point.start(1, await point.token(1));
    assert.equal(status, 'Accepted');
    add(point, 1_200);
    site.clock.forward(60_000);
    await point.meter(1, transaction);
    assert.equal(till.energy(session), 1_200n);
    till.machine.stop(session);
    await point.askedToStop(transaction);
    add(point, 34);
    await point.end(1, transaction);
    assert.equal(till.over.get(session), 'final');
    assert.equal(till.energy(session), 1_234n);
    assert.deepEqual(site.faults, []);
  });

  it(`OCPP ${version}: a station gives the money back when it refuses to start`, async (t) => {
    const site = await openOcppSite(t, ['CP1']);
    const point = await site.point('CP1', version);
    point.refuses = true;
    const till = site.till('CP1');
    const session = till.start();
    await till.ended(session);
    assert.equal(till.over.get(session), 'failed');
  });

  it(`OCPP ${version}: a station gives the money back when nobody plugs in`, async (t) => {
    const site = await openOcppSite(t, ['CP1']);
    const point = await site.point('CP1', version);
    const till = site.till('CP1');
    const session = till.start();
    const token = await point.token(1);
    site.clock.forward(240_000);
    site.server.tick();
    assert.equal(till.over.get(session), 'failed');
    // Plugged in too late: nobody has paid for this.
    const late = await point.start(1, token);
    assert.equal(late.status, 'Invalid');
    await point.askedToStop(late.transaction);
  });

  it(`OCPP ${version}: a station lets nobody start who has not paid here`, async (t) => {
    const site = await openOcppSite(t, ['CP1']);
    const point = await site.point('CP1', version);
    const { transaction, status } = await point.start(1, 'STOLEN-TOKEN');
    assert.equal(status, 'Invalid');
    await point.askedToStop(transaction);
  });

  it(`OCPP ${version}: a station takes messages that are sent again once`, async (t) => {
    const site = await openOcppSite(t, ['CP1']);
    const point = await site.point('CP1', version);
    const till = site.till('CP1');
    const session = till.start();
    const token = await point.token(1);
    const first = await point.start(1, token);
    if (version === '1.6') {
      // The answer was lost: the same start gets the same number.
      assert.deepEqual(await point.start(1, token), first);
    }
    add(point, 500);
    await point.meter(1, first.transaction);
    await point.meter(1, first.transaction);
    add(point, 500);
    await point.end(1, first.transaction);
    add(point, 9_000);
    await point.end(1, first.transaction);
    assert.equal(till.energy(session), 1_000n);
  });

  it(`OCPP ${version}: a station bills what was read before when the register falls`, async (t) => {
    const site = await openOcppSite(t, ['CP1']);
    const point = await site.point('CP1', version);
    point.register.set(1, 10_000);
    const till = site.till('CP1');
    const session = till.start();
    const { transaction } = await point.start(1, await point.token(1));
    add(point, 700);
    await point.meter(1, transaction);
    await point.end(1, transaction, { meterWh: 3 });
    assert.equal(till.over.get(session), 'final');
    assert.equal(till.energy(session), 700n);
  });

  it(`OCPP ${version}: a station vanishes: what was read is billed`, async (t) => {
    const site = await openOcppSite(t, ['CP1']);
    const point = await site.point('CP1', version);
    const till = site.till('CP1');
    const session = till.start();
    const { transaction } = await point.start(1, await point.token(1));
    add(point, 800);
    await point.meter(1, transaction);
    await point.disconnect();
    site.clock.forward(899_999);
    site.server.tick();
    assert.equal(till.over.has(session), false);
    site.clock.forward(1);
    site.server.tick();
    assert.equal(till.over.get(session), 'final');
    const back = await site.point('CP1', version);
    back.register.set(1, 50_000);
    await back.meter(1, transaction);
    await back.askedToStop(transaction);
    await back.end(1, transaction);
    assert.equal(till.energy(session), 800n);
  });

  it(`OCPP ${version}: a station has lost power and the transaction`, async (t) => {
    const site = await openOcppSite(t, ['CP1']);
    const point = await site.point('CP1', version);
    const till = site.till('CP1');
    const session = till.start();
    const { transaction } = await point.start(1, await point.token(1));
    add(point, 300);
    await point.meter(1, transaction);
    await point.boot();
    site.clock.forward(120_000);
    site.server.tick();
    assert.equal(till.over.get(session), 'final');
    assert.equal(till.energy(session), 300n);
  });

  it(`OCPP ${version}: a station has lost power, and goes on`, async (t) => {
    const site = await openOcppSite(t, ['CP1']);
    const point = await site.point('CP1', version);
    const till = site.till('CP1');
    const session = till.start();
    const { transaction } = await point.start(1, await point.token(1));
    await point.boot();
    add(point, 300);
    await point.meter(1, transaction);
    site.clock.forward(120_000);
    site.server.tick();
    assert.equal(till.over.has(session), false);
    await point.end(1, transaction);
    assert.equal(till.energy(session), 300n);
  });

  it(`OCPP ${version}: a station outlives a restart of all others`, async (t) => {
    const site = await openOcppSite(t, ['CP1']);
    const point = await site.point('CP1', version);
    const before = site.till('CP1');
    const session = before.start();
    const { transaction } = await point.start(1, await point.token(1));
    add(point, 400);
    await point.meter(1, transaction);
    const register = point.register.get(1) ?? 0;
    await point.disconnect();
    await site.restart();
    const till = site.till('CP1');
    till.readings.set(session, before.readings.get(session) ?? []);
    till.again(session);
    const back = await site.point('CP1', version);
    back.register.set(1, register + 600);
    await back.end(1, transaction);
    assert.equal(till.over.get(session), 'final');
    assert.equal(till.energy(session), 1_000n);
  });

  it(`OCPP ${version}: a station is asked again to start when it was away`, async (t) => {
    const site = await openOcppSite(t, ['CP1']);
    const till = site.till('CP1');
    const session = till.start();
    const point = await site.point('CP1', version);
    const { transaction } = await point.start(1, await point.token(1));
    add(point, 10);
    await point.end(1, transaction);
    assert.equal(till.energy(session), 10n);
  });

  it(`OCPP ${version}: a station serves two connectors side by side`, async (t) => {
    const site = await openOcppSite(t, ['CP1']);
    const point = await site.point('CP1', version);
    const [one, two] = [site.till('CP1', 1), site.till('CP1', 2)];
    const sessions = [one.start(), two.start()] as const;
    const first = await point.start(1, await point.token(1));
    const second = await point.start(2, await point.token(2));
    point.register.set(1, 100);
    point.register.set(2, 200);
    await point.end(2, second.transaction);
    await point.end(1, first.transaction);
    assert.deepEqual([one.energy(sessions[0]), two.energy(sessions[1])], [100n, 200n]);
  });

  it(`OCPP ${version}: a station is let in with its password only`, async (t) => {
    const site = await openOcppSite(t, ['CP1']);
    await assert.rejects(site.point('CP1', version, 'wrong'), /Unauthorized/);
    await assert.rejects(site.point('CP2', version, PASSWORD), /Unauthorized/);
    const { url } = site;
    const nobody = createChargePoint({ url, identity: 'CP1', version, password: '' });
    await assert.rejects(nobody.connect(), /Unauthorized/);
    assert.equal(site.server.isConnected('CP1'), false);
  });

  it(`OCPP ${version}: a station is refused what its schema does not allow`, async (t) => {
    const site = await openOcppSite(t, ['CP1']);
    const point = await site.point('CP1', version);
    await assert.rejects(point.call('Heartbeat', { surprise: 1 }));
  });
}

describe('a charge point of OCPP 1.6 that lost the start', () => {
  for (const [title, transaction, reports] of [
    ['and stops with the number −1', '-1', true],
    ['and stops with a number that nobody gave', '4711', true],
  ] as const) {
    it(`gives the money back: ${title}`, async (t) => {
      const site = await openOcppSite(t, ['CP1']);
      const point = await site.point('CP1', '1.6');
      const till = site.till('CP1');
      const session = till.start();
      const token = await point.token(1);
      point.register.set(1, 9_000);
      await point.end(1, transaction, reports ? { token } : {});
      assert.equal(till.over.get(session), 'final');
      assert.equal(till.energy(session), 0n);
    });
  }

  it('bills a running session that is stopped with the number −1', async (t) => {
    const site = await openOcppSite(t, ['CP1']);
    const point = await site.point('CP1', '1.6');
    const till = site.till('CP1');
    const session = till.start();
    const token = await point.token(1);
    await point.start(1, token);
    point.register.set(1, 640);
    await point.end(1, '-1', { token });
    assert.equal(till.energy(session), 640n);
  });

  it('acknowledges a stop that belongs to nobody, and nothing happens', async (t) => {
    const site = await openOcppSite(t, ['CP1']);
    const point = await site.point('CP1', '1.6');
    const till = site.till('CP1');
    const session = till.start();
    await point.token(1);
    await point.end(1, '-1', { token: 'SOMEBODY' });
    assert.equal(till.over.has(session), false);
  });
});

describe('costs on a display', () => {
  const costOf = (_session: unknown, readings: readonly { energyWh?: bigint }[]) =>
    (readings.at(-1)?.energyWh ?? 0n) / 5n;

  it('are in the answer of OCPP 2.0.1, with the limit of 2.1', async (t) => {
    for (const version of ['2.0.1', '2.1'] as const) {
      const site = await openOcppSite(t, ['CP1'], { costOf });
      const point = await site.point('CP1', version);
      const till = site.till('CP1');
      till.start();
      const { transaction } = await point.start(1, await point.token(1));
      add(point, 6_170);
      // 6.170 kWh at 2.00 are 12.34; 20.00 are held.
      const limit = version === '2.1' ? { transactionLimit: { maxCost: 20 } } : {};
      assert.deepEqual(await point.meter(1, transaction), { totalCost: 12.34, ...limit });
    }
  });

  it('are sent as DataTransfer of OCPP 1.6 until the station knows none', async (t) => {
    const site = await openOcppSite(t, ['CP1'], { costOf });
    const point = await site.point('CP1', '1.6');
    site.till('CP1').start();
    const { transaction } = await point.start(1, await point.token(1));
    add(point, 6_170);
    await point.meter(1, transaction);
    await rest();
    const [sent] = point.asked.filter(({ method }) => method === 'DataTransfer');
    assert.equal(sent?.params['messageId'], 'RunningCost');
    assert.equal(JSON.parse(sent?.params['data'] as string).cost, 12.34);
    point.refuses = true;
    await point.meter(1, transaction);
    await rest();
    await point.meter(1, transaction);
    await rest();
    assert.equal(point.asked.filter(({ method }) => method === 'DataTransfer').length, 2);
  });
});

it('a station of OCPP 2.1 is told the tariff when it has started', async (t) => {
  const { tariff } = kitTariff;
  const site = await openOcppSite(t, ['CP1'], { tariff });
  const point = await site.point('CP1', '2.1');
  await rest();
  const told = point.asked.find(({ method }) => method === 'SetDefaultTariff');
  // 2.00 with 13 % within are 1.769912 without.
  const energy = { prices: [{ priceKwh: 1.769912 }], taxRates: [{ type: 'VAT', tax: 13 }] };
  assert.ok(told);
  const { energy: found, currency } = told.params['tariff'] as Record<string, unknown>;
  assert.deepEqual([told.params['evseId'], found, currency], [0, energy, 'CNY']);
});

it('a settlement that a station of OCPP 2.1 tells of is answered with a receipt', async (t) => {
  const notices: unknown[] = [];
  const onSettled = (...notice: unknown[]) => void notices.push(notice);
  const site = await openOcppSite(t, ['CP1'], { onSettled });
  const point = await site.point('CP1', '2.1');
  const answer = await point.call('NotifySettlement', {
    pspRef: 'ses_1',
    status: 'Settled',
    settlementAmount: 12.34,
    settlementTime: '2026-03-01T09:00:00Z',
    transactionId: 'T-1',
  });
  assert.deepEqual(answer, { receiptId: 'ses_1' });
  assert.deepEqual(notices, [['CP1', 'ses_1', 'T-1']]);
});
