import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_MONEY } from '@coinbox/protocol';
import type { Money } from '@coinbox/protocol';
import type { Step, TransferGroup } from '../group.ts';
import {
  draw,
  freeze,
  group,
  hold,
  onGround,
  open,
  openIssuance,
  postOne,
  release,
  transfer,
  unfreeze,
} from './groups.ts';
import type { OpenSubject } from './groups.ts';
import { allEntries, assertReplays } from './replay.ts';

type Row = readonly [code: string, what: string, bad: TransferGroup];

const bad = (steps: readonly Step[], more: Parameters<typeof group>[2] = {}): TransferGroup =>
  group('bad', steps, more);
const raw = (step: object): Step => step as Step;
const many = <T>(count: number, make: (i: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i));
const pay = transfer('a', 'b', 1n);
const long = 'x'.repeat(81);

/** Rejected without a trace. */
const traceless: readonly Row[] = [
  ['group-empty', 'no steps, claims or sequence', bad([])],
  ['group-too-large', '65 steps', bad(many(65, () => pay))],
  ['group-too-large', '9 claims', bad([pay], { claims: many(9, (i) => `c${i}`) })],
  ['group-too-large', 'a memo over 16 KiB', bad([pay], { memo: new Uint8Array(16_385) })],
  ['parameter-invalid', 'an empty id', { ...bad([pay]), id: '' }],
  ['parameter-invalid', 'an id of 81 letters', { ...bad([pay]), id: long }],
  ['parameter-invalid', 'an id with a space', { ...bad([pay]), id: 'b d' }],
  ['parameter-invalid', 'an id beyond ASCII', { ...bad([pay]), id: 'bäd' }],
  ['parameter-invalid', 'a code of 33 letters', bad([pay], { code: 'x'.repeat(33) })],
  ['parameter-invalid', '31 fingerprint bytes', bad([pay], { fingerprint: new Uint8Array(31) })],
  ['parameter-invalid', 'an empty claim', bad([pay], { claims: [''] })],
  ['parameter-invalid', 'the same claim twice', bad([pay], { claims: ['x', 'x'] })],
  ['parameter-invalid', 'an empty series', bad([pay], { sequence: { series: '', number: 1 } })],
  ['parameter-invalid', 'number 0', bad([pay], { sequence: { series: 's', number: 0 } })],
  ['parameter-invalid', 'number 1.5', bad([pay], { sequence: { series: 's', number: 1.5 } })],
  ['parameter-invalid', 'a new account of 81 letters', bad([open(long)])],
  ['parameter-invalid', 'a new hold of 81 letters', bad([hold(long, 'a', 1n)])],
  ['currency-unknown', 'an account of no currency', bad([open('n', 'XXY/2')])],
  ['currency-exponent', 'yen with decimals', bad([open('n', 'JPY/2')])],
  ['id-reused', 'the id of another group', { ...bad([pay]), id: 'ground' }],
  ['sequence-passed', 'a number used', bad([pay], { sequence: { series: 's', number: 1 } })],
  ['sequence-gap', 'a number too far', bad([pay], { sequence: { series: 's', number: 3 } })],
  ['sequence-gap', 'no first', bad([pay], { sequence: { series: 'new', number: 2 } })],
  ['account-unknown', 'a debit from nowhere', bad([transfer('x', 'b', 1n)])],
  ['account-unknown', 'a credit to nowhere', bad([transfer('a', 'x', 1n)])],
  ['account-unknown', 'a freeze of nothing', bad([freeze('x')])],
  ['account-unknown', 'an unfreeze of nothing', bad([unfreeze('x')])],
  ['account-unknown', 'a hold on nothing', bad([hold('n', 'x', 1n)])],
  ['account-unknown', 'a draw to nowhere', bad([draw('h', 'x', 1n)])],
  ['account-exists', 'an account with another asset', bad([open('a', 'EUR/2')])],
  ['account-exists', 'an account with another right', bad([openIssuance('a')])],
  ['hold-unknown', 'a draw on nothing', bad([draw('x', 'b', 1n)])],
  ['hold-unknown', 'a release of nothing', bad([release('x', 1n)])],
  ['hold-exists', 'a hold made again', bad([hold('h', 'a', 1n)])],
  ['hold-exists', 'a hold used up made again', bad([draw('h', 'b', 30n), hold('h', 'a', 1n)])],
  ['account-same', 'a transfer to itself', bad([transfer('a', 'a', 1n)])],
  ['account-same', 'a draw to itself', bad([draw('h', 'a', 1n)])],
  ['currency-mismatch', 'yuan to yen', bad([transfer('a', 'yen', 1n)])],
  ['currency-mismatch', 'a draw of yuan to yen', bad([draw('h', 'yen', 1n)])],
  ['amount-zero', 'a transfer of nothing', bad([transfer('a', 'b', 0n)])],
  ['amount-zero', 'a hold of nothing', bad([hold('n', 'a', 0n)])],
  ['amount-zero', 'a draw of nothing', bad([draw('h', 'b', 0n)])],
  ['amount-zero', 'a release of nothing', bad([release('h', 0n)])],
  ['amount-negative', 'a transfer backwards', bad([raw({ ...pay, amount: -1n as Money })])],
  ['amount-out-of-range', 'a transfer of 2^63', bad([raw({ ...pay, amount: 2n ** 63n })])],
  ['account-frozen', 'a transfer from a frozen account', bad([transfer('ice', 'b', 1n)])],
  ['account-frozen', 'a hold on a frozen account', bad([hold('n', 'ice', 1n)])],
  ['account-frozen', 'a draw from a frozen account', bad([draw('ice-h', 'b', 1n)])],
  ['account-frozen', 'a release on a frozen account', bad([release('ice-h', 1n)])],
];

/** Recorded: the id is burned and the sequence number used up. */
const burning: readonly Row[] = [
  ['claim-taken', 'a claim of another group', bad([pay], { claims: ['new', 'taken'] })],
  ['hold-exceeded', 'a draw of 31 from 30', bad([draw('h', 'b', 31n)])],
  ['hold-exceeded', 'a release of 31 of 30', bad([release('h', 31n)])],
  ['insufficient-funds', 'a transfer of 71 where 70 are free', bad([transfer('a', 'b', 71n)])],
  ['insufficient-funds', 'a hold of 71 where 70 are free', bad([hold('n', 'a', 71n)])],
  ['amount-overflow', 'a credit past 2^63−1', bad([transfer('issuance', 'a', MAX_MONEY - 99n)])],
];

/** Two things wrong at once: the first in the order of precedence is named. */
const precedence: readonly Row[] = [
  ['group-too-large', 'before id-reused', { ...bad(many(65, () => pay)), id: 'ground' }],
  [
    'id-reused',
    'before sequence-passed',
    { ...bad([pay], { sequence: { series: 's', number: 1 } }), id: 'ground' },
  ],
  [
    'sequence-gap',
    'before claim-taken',
    bad([pay], { claims: ['taken'], sequence: { series: 's', number: 9 } }),
  ],
  ['account-unknown', 'before account-same', bad([transfer('x', 'x', 0n)])],
  ['account-same', 'before amount-zero', bad([transfer('a', 'a', 0n)])],
  ['currency-mismatch', 'before amount-zero', bad([transfer('a', 'yen', 0n)])],
  ['amount-zero', 'before account-frozen', bad([transfer('ice', 'b', 0n)])],
  ['account-frozen', 'before insufficient-funds', bad([transfer('ice', 'b', 99n)])],
  ['account-frozen', 'before hold-exceeded', bad([release('ice-h', 99n)])],
];

/** Every "no" of the ledger, and what each leaves behind. */
export function describeRejections(openSubject: OpenSubject): void {
  test('a group that is rejected leaves no trace and its id stays free', async () => {
    await onGround(openSubject, async (ledger) => {
      const before = await allEntries(ledger);
      for (const [code, what, one] of [...traceless, ...precedence]) {
        assert.equal(await postOne(ledger, one), `rejected ${code}`, what);
        assert.equal(await ledger.outcome('bad'), undefined, what);
      }
      assert.deepEqual(await allEntries(ledger), before);
      await assertReplays(ledger);
      assert.equal(await postOne(ledger, bad([pay])), 'posted');
    });
  });

  for (const [code, what, one] of burning) {
    test(`${what} is refused with ${code} and burns the id`, async () => {
      await onGround(openSubject, async (ledger) => {
        const { accounts, holds, claims } = await assertReplays(ledger);
        const sequence = { series: 's', number: 2 };
        const numbered = { ...one, sequence };
        assert.equal(await postOne(ledger, numbered), `refused ${code}`);
        const after = await assertReplays(ledger);
        assert.deepEqual([after.accounts, after.holds, after.claims], [accounts, holds, claims]);
        assert.equal(await ledger.series('s'), 2);
        assert.equal(await ledger.claim('new'), undefined);
        assert.equal((await ledger.head()).index, 2);
        const entry = await ledger.entryOf('bad');
        assert.deepEqual([entry?.status, entry?.refusal, entry?.index], ['refused', code, 2]);
        const fits = { ...bad([pay]), sequence: { series: 's', number: 3 } };
        assert.equal(await postOne(ledger, numbered), `replayed refused ${code}`);
        assert.equal(await postOne(ledger, fits), `replayed refused ${code}`);
        const other = { ...fits, fingerprint: new Uint8Array(32) };
        assert.equal(await postOne(ledger, other), 'rejected id-reused');
      });
    });
  }
}
