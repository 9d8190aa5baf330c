import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CODES } from '../codes.ts';
import { encodeMemo } from '../memo.ts';
import { createPaidSession } from '../testing/session.ts';
import { eventOf, fitsFilter } from './event.ts';
import type { Entry } from '@coinbox/ledger';
import { money } from '@coinbox/protocol';
import type { EventJson, Instant } from '@coinbox/protocol';

const entryOf = (code: string, status: Entry['status'] = 'posted'): Entry => ({
  index: 7,
  id: 'group',
  code,
  status,
  ...(status === 'refused' && { refusal: 'insufficient-funds' }),
  fingerprint: new Uint8Array(32),
  steps: [],
  claims: [],
  memo: encodeMemo({ amount: money(5n), request: new Uint8Array() }),
  at: 0 as Instant,
  previousHash: new Uint8Array(32),
  hash: new Uint8Array(32),
  commitEnd: 7,
});

const types: readonly (readonly [code: string, posted: string, refused: string])[] = [
  ['open', 'ledger.opened', 'ledger.refused'],
  ['wallet', 'wallet.opened', 'wallet.refused'],
  ['proposal', 'mapping.proposed', 'mapping.refused'],
  ['mapping', 'mapping.approved', 'mapping.refused'],
  ['freeze', 'wallet.frozen', 'wallet.refused'],
  ['unfreeze', 'wallet.unfrozen', 'wallet.refused'],
  ['suspend', 'terminal.suspended', 'terminal.refused'],
  ['resume', 'terminal.resumed', 'terminal.refused'],
  ['revoke', 'key.revoked', 'key.refused'],
  ['issue', 'money.issued', 'money.refused'],
  ['redeem', 'money.redeemed', 'money.refused'],
  ['pay', 'payment.posted', 'payment.refused'],
  ['void', 'offer.voided', 'offer.refused'],
  ['settle', 'settlement.posted', 'settlement.refused'],
  ['park', 'settlement.parked', 'settlement.refused'],
  ['refund', 'refund.posted', 'refund.refused'],
  ['refusal', 'bill.refused', 'bill.refused'],
  ['parameters', 'parameters.set', 'parameters.refused'],
  ['load', 'load.posted', 'load.refused'],
  ['fork', 'fork.found', 'fork.refused'],
  ['uncovered', 'payment.uncovered', 'payment.refused'],
  ['reclaim', 'payment.reclaimed', 'payment.refused'],
  ['something-new', 'something-new.posted', 'something-new.refused'],
];

describe('eventOf()', () => {
  for (const [code, posted, refused] of types) {
    test(`calls an entry of ${code} ${posted}, or ${refused}`, () => {
      assert.equal(eventOf(entryOf(code), 'CNY/2').type, posted);
      assert.equal(eventOf(entryOf(code, 'refused'), 'CNY/2').type, refused);
    });
  }

  test('tells of a settlement what its receipt says, and of no more than its entry', async () => {
    const s = await createPaidSession();
    const bill = s.bill(320n);
    const settle = s.settle(bill);
    await s.issuer.submit(settle.bytes);
    const entry = await s.ports.ledger.entryOf(settle.body.settlement);
    assert.ok(entry && entry.code === CODES.settle);
    assert.deepEqual(eventOf(entry, 'CNY/2'), {
      id: entry.index,
      type: 'settlement.posted',
      timestamp: new Date(entry.at).toISOString(),
      data: {
        group: settle.body.settlement,
        status: 'posted',
        amount: '320',
        asset: 'CNY/2',
        from: s.terminal.holding.wallet,
        to: s.provider.wallet,
        session: s.session,
        bill: bill.body.bill,
        mapping_version: 1,
      },
    });
  });

  test('gives a refused entry its code', () => {
    assert.equal(eventOf(entryOf('pay', 'refused'), 'CNY/2').data.code, 'insufficient-funds');
  });

  const codes: readonly (readonly [code: string, wanted: string | undefined])[] = [
    ['pay', undefined],
    ['refusal', 'offer-taken'],
    ['suspend', 'offer-taken'],
    ['park', 'settlement-parked'],
  ];
  for (const [code, wanted] of codes) {
    test(`takes of the memo of a posted ${code} ${wanted ?? 'no code'}`, () => {
      const memo = encodeMemo({ code: 'offer-taken', request: new Uint8Array() });
      assert.equal(eventOf({ ...entryOf(code), memo }, 'CNY/2').data.code, wanted);
    });
  }
});

describe('fitsFilter()', () => {
  const event = {
    id: 1,
    type: 'refund.posted',
    timestamp: '',
    data: { group: 'g', status: 'posted', session: 'ses_1', to: 'wal_1' },
  } as EventJson;
  const rows: readonly (readonly [object, boolean])[] = [
    [{}, true],
    [{ type: 'refund.posted' }, true],
    [{ type: 'refund' }, true],
    [{ type: 'refu' }, false],
    [{ type: 'refund.refused' }, false],
    [{ session: 'ses_1' }, true],
    [{ session: 'ses_2' }, false],
    [{ wallet: 'wal_1' }, true],
    [{ wallet: 'wal_2' }, false],
    [{ type: 'refund', session: 'ses_1', wallet: 'wal_2' }, false],
  ];
  for (const [filter, fits] of rows) {
    test(`${fits ? 'takes' : 'leaves'} it for ${JSON.stringify(filter)}`, () => {
      assert.equal(fitsFilter(event, filter), fits);
    });
  }
});
