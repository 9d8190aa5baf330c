import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { REFUND, SETTLE, money } from '@coinbox/protocol';
import { openDatabase } from '@coinbox/storage';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { JOURNAL_SCHEMA } from './journal-schema.ts';
import { createProjection } from './project.ts';
import { takeReceipt } from './step-session.ts';
import {
  KIT_BILLED,
  KIT_PAID,
  contextAt,
  createPlot,
  found,
  kitBill,
  kitParties,
  kitReadings,
  kitReceipt,
  offerNamed,
  sessionNamed,
} from './testing/kit.ts';
import type { Plot } from './testing/kit.ts';

const root = mkdtempSync(join(tmpdir(), 'coinbox-project-'));
after(() => rmSync(root, { recursive: true }));
let files = 0;

/** A plot whose events are projected; gives the row of its session. */
function projected(): { plot: Plot; row: () => Record<string, unknown> } {
  const options = { schema: JOURNAL_SCHEMA, applicationId: 1, version: 1 };
  const database = openDatabase(join(root, `${++files}.db`), options);
  const plot = createPlot({ take: createProjection(database) });
  const query = database.prepare('SELECT * FROM session');
  return { plot, row: () => ({ ...query.get() }) };
}

describe('createProjection()', () => {
  it('has no row before a payment is accepted', () => {
    const { plot, row } = projected();
    plot.offered('a').presented('b').voided('b');
    assert.deepEqual(row(), {});
  });

  it('follows a session to its close', () => {
    const { plot, row } = projected();
    const base = {
      session: sessionNamed('first'),
      offer: offerNamed('first'),
      provider: kitParties.provider.wallet,
      payer: kitParties.payer.wallet,
      asset: 'CNY/2',
      held: 2000,
      refusals: 0,
      last_refusal: null,
    };
    const none = { bill: null, billed: 0, returned: 0, settled: 0, refunded: 0 };
    plot.accepted();
    assert.deepEqual(row(), { ...base, ...none, stage: 'accepted' });
    plot.metered([kitReadings()[0]!], false);
    assert.deepEqual(row(), { ...base, ...none, stage: 'delivering' });
    plot.metered([kitReadings()[1]!], true);
    assert.deepEqual(row(), { ...base, ...none, stage: 'awaiting-bill' });
    plot.billed();
    const { bill } = plot.session();
    const billed = { bill: found(bill).body.bill, billed: 1234, returned: 766 };
    assert.deepEqual(row(), { ...base, ...none, ...billed, stage: 'drawn' });
    plot.receipted('refund');
    assert.deepEqual(row(), { ...base, ...none, ...billed, refunded: 766, stage: 'drawn' });
    plot.receipted('settle');
    const all = { ...billed, settled: 1234, refunded: 766 };
    assert.deepEqual(row(), { ...base, ...all, stage: 'closed' });
  });

  it('closes a session whose money went back whole', () => {
    const { plot, row } = projected();
    plot.accepted().returned('no-start').receipted('refund');
    const { stage, bill, billed, returned, refunded } = row();
    assert.deepEqual(
      { stage, bill, billed, returned, refunded },
      { stage: 'closed', bill: null, billed: 0, returned: 2000, refunded: 2000 },
    );
  });

  it('counts refusals, and keeps the last', () => {
    const { plot, row } = projected();
    plot.delivered();
    const on = { session: plot.session().id, meterHash: found(plot.session().lastMeter) };
    plot.billed(kitBill(on, { amount: money(KIT_BILLED + 1n) }));
    plot.billed(kitBill(on, { final: false }));
    const { refusals, last_refusal, stage } = row();
    assert.deepEqual(
      { refusals, last_refusal, stage },
      { refusals: 2, last_refusal: 'bill-not-final', stage: 'awaiting-bill' },
    );
  });

  it('does not call a session closed whose refund the issuer has refused', () => {
    const { plot, row } = projected();
    plot.delivered().billed().receipted('settle');
    const { hash } = found(plot.session().refund);
    const receipt = kitReceipt(
      { hash, typ: REFUND.typ, amount: money(766n) },
      { result: 'refused', code: 'refund-exceeds-unspent' },
    );
    plot.take(takeReceipt(plot.session(), receipt, contextAt(9_000)));
    const { stage, settled, refunded } = row();
    assert.deepEqual({ stage, settled, refunded }, { stage: 'drawn', settled: 1234, refunded: 0 });
  });

  it('does not take a receipt of more than was billed', () => {
    const { plot } = projected();
    plot.delivered().billed();
    const { hash } = found(plot.session().settle);
    const receipt = kitReceipt({ hash, typ: SETTLE.typ, amount: KIT_PAID });
    const step = takeReceipt(plot.session(), receipt, contextAt(9_000));
    assert.throws(() => plot.take(step), /CHECK/);
  });
});
