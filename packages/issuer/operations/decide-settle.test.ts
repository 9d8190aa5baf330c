import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { accept, money } from '@coinbox/protocol';
import type { RejectionCode } from '@coinbox/protocol';
import { createPaidSession } from '../testing/session.ts';
import type { PaidSession } from '../testing/session.ts';
import { decideSettle } from './decide-settle.ts';
import type { SettleFacts } from './decide-settle.ts';

/** A SETTLE that fits, with the facts for it. */
async function fitting() {
  const s = await createPaidSession();
  const bill = s.bill(320n);
  const draw = s.messages.draw(s.terminal, bill);
  const settle = s.messages.settle(s.terminal, bill, [s.payment], {}, draw);
  const { registry } = s.issuer;
  const terminal = s.terminal.holding.wallet;
  const facts: SettleFacts = {
    asset: 'CNY/2',
    known: undefined,
    parked: undefined,
    terminal: registry.wallet(terminal),
    lastUpload: 0,
    draw: () => accept(draw),
    bill: () => accept(bill),
    settledOtherwise: false,
    payments: [
      {
        payment: s.payment,
        payer: s.payer.wallet,
        terminal,
        mappingVersion: 1,
        isOffline: false,
        holds: [{ hold: s.payment, remaining: 500n }],
      },
    ],
    mappingOf: (version) => registry.mapping(terminal, version),
    walletOf: (id) => registry.wallet(id),
  };
  return { s, settle, facts, draw, bill };
}

type Fitting = Awaited<ReturnType<typeof fitting>>;
const reject = (code: RejectionCode) => () => ({ ok: false as const, rejection: { code } });
const suspended = (s: PaidSession) => {
  const record = s.issuer.registry.wallet(s.terminal.holding.wallet);
  return record && { ...record, suspended: true };
};

/**
 * Each fault of its own, in order of precedence. All that come after it are there too, so that a
 * rejection shows that it is the first.
 */
const faults: readonly (readonly [RejectionCode, (f: Fitting) => Partial<SettleFacts>])[] = [
  ['terminal-suspended', ({ s }) => ({ terminal: suspended(s) })],
  ['counter-gap', () => ({ lastUpload: -1 })],
  ['currency-mismatch', () => ({ asset: 'EUR/2' })],
  ['settlement-draw-mismatch', () => ({ draw: reject('key-unknown') })],
  ['settlement-bill-missing', () => ({ bill: () => undefined })],
  ['payment-unknown', () => ({ payments: [undefined] })],
  ['mapping-missing', () => ({ mappingOf: () => undefined })],
];

describe('decideSettle()', () => {
  test('posts a SETTLE that fits: to the settlement wallet, on to the provider', async () => {
    const { s, settle, facts } = await fitting();
    const ruling = decideSettle(settle, facts);
    assert.ok(ruling.ok && ruling.value.kind === 'post');
    const transit = `settlement/${s.terminal.settlement.wallet}`;
    const credit = `provider/${s.provider.wallet}`;
    assert.deepEqual(ruling.value.group.steps, [
      { kind: 'draw', hold: s.payment, credit: transit, amount: 320n },
      { kind: 'transfer', debit: transit, credit, amount: 320n },
    ]);
    const series = `upload/${s.terminal.holding.wallet}`;
    assert.deepEqual(ruling.value.group.sequence, { series, number: 1 });
  });

  for (const [at, [code]] of faults.entries()) {
    test(`says ${code} before everything that comes after it`, async () => {
      const all = await fitting();
      const wrong = faults.slice(at).map(([, make]) => make(all));
      const ruling = decideSettle(all.settle, Object.assign({ ...all.facts }, ...wrong));
      assert.equal(!ruling.ok && ruling.rejection.code, code);
    });
  }

  test('names what was wrong with the DRAW and the BILL inside', async () => {
    const { settle, facts } = await fitting();
    const draw = decideSettle(settle, { ...facts, draw: reject('key-expired') });
    assert.equal(!draw.ok && draw.rejection.detail, 'key-expired');
    const bill = decideSettle(settle, { ...facts, bill: reject('key-wrong-role') });
    assert.deepEqual(!bill.ok && bill.rejection, {
      code: 'settlement-bill-mismatch',
      detail: 'key-wrong-role',
    });
  });

  test('never takes its destination from the request', async () => {
    const { s, facts, bill, draw } = await fitting();
    const elsewhere = { provider: s.newId('wallet') };
    const settle = s.messages.settle(s.terminal, bill, [s.payment], elsewhere, draw);
    const ruling = decideSettle(settle, facts);
    assert.equal(!ruling.ok && ruling.rejection.code, 'mapping-conflict');
  });

  test('lets the ledger refuse, and record, what the payments do not hold', async () => {
    const { s, settle, facts } = await fitting();
    const [first] = facts.payments;
    assert.ok(first);
    const empty = { ...first, remaining: money(100n) };
    const ruling = decideSettle(settle, { ...facts, payments: [empty] });
    assert.ok(ruling.ok && ruling.value.kind === 'post');
    const [step] = ruling.value.group.steps;
    assert.deepEqual(step?.kind === 'draw' && [step.hold, step.amount], [s.payment, 320n]);
  });
});
