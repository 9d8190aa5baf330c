import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { checkHistory } from './check-history.ts';
import type { BankCheck } from './check-history.ts';
import { digestOf } from './history.ts';
import type { Call, LogEntry, LogStep, Read, Shown, Write } from './history.ts';

// A small bank, by hand. Ann gets 100; she pays 30 into a terminal (6); the terminal is mapped to
// another provider (7); 20 of the 30 are settled (8) and 10 go back (9); a payment of 500 is
// refused (10).

const open = (account: string): LogStep => ({
  kind: 'open',
  account,
  may_overdraw: account === 'issuance',
});
const move = (debit: string, credit: string, amount: number): LogStep => ({
  kind: 'transfer',
  debit,
  credit,
  amount: `${amount}`,
});
const hold = (id: string, amount: number): LogStep => ({
  kind: 'hold',
  hold: id,
  account: 'holding/t',
  amount: `${amount}`,
});
const draw = (id: string, credit: string, amount: number): LogStep => ({
  kind: 'draw',
  hold: id,
  credit,
  amount: `${amount}`,
});

type Row = readonly [id: string, code: string, steps: readonly LogStep[], refusal?: string];
const rows: readonly Row[] = [
  ['issuer/open', 'open', [open('issuance')]],
  ['ann', 'wallet', [open('payer/ann')]],
  ['t', 'wallet', [open('holding/t'), open('settlement/s'), open('provider/p')]],
  ['mapping/t/1', 'mapping', []],
  ['iss_1', 'issue', [move('issuance', 'payer/ann', 100)]],
  ['pay_1', 'pay', [move('payer/ann', 'holding/t', 30), hold('pay_1', 30)]],
  ['mapping/t/2', 'mapping', []],
  ['stl_1', 'settle', [draw('pay_1', 'settlement/s', 20), move('settlement/s', 'provider/p', 20)]],
  ['rfd_1', 'refund', [draw('pay_1', 'payer/ann', 10)]],
  ['pay_2', 'pay', [move('payer/ann', 'holding/t', 500), hold('pay_2', 500)], 'insufficient-funds'],
];
const SET_UP = 4;

const logOf = (wanted: readonly Row[]): LogEntry[] =>
  wanted.map(([id, code, steps, refusal], at) => ({
    index: at + 1,
    id,
    code,
    steps,
    status: refusal === undefined ? 'posted' : 'refused',
    ...(refusal !== undefined && { refusal }),
    previous_hash: `h${at}`,
    hash: `h${at + 1}`,
  }));

/** The calls follow each other, 10 ms each, but for the payment that is beside the mapping. */
const write = (began: number, id: string, more: Partial<Write> = {}): Write => ({
  kind: 'write',
  name: id.slice(0, 3),
  client: 0,
  began,
  ended: began + 10,
  id,
  told: { word: 'posted' },
  ...more,
});
const receiptAt = (index: number, word: 'posted' | 'refused' = 'posted') => ({
  told: { word, index, entryHash: `h${index}`, receipt: `r${index}` },
});
const read = (began: number, asOf: number, shown: Shown): Read => ({
  kind: 'read',
  client: 1,
  began,
  ended: began + 10,
  asOf,
  shown,
});
const ann = (balance: bigint): Shown => ({
  of: 'wallet',
  account: 'payer/ann',
  balance,
  held: 0n,
});
const list = (isLast: boolean, limit: number, ...lines: string[]): Shown => ({
  of: 'list',
  codes: ['pay'],
  after: 0,
  limit,
  count: lines.length,
  digest: digestOf(...lines),
  isLast,
});
const summary: Shown = {
  of: 'summary',
  outstanding: 100n,
  payers: 80n,
  holding: 0n,
  settlement: 0n,
  providers: 20n,
  payments: 1,
  settlements: 1,
  refunds: 1,
};

const calls: readonly Call[] = [
  write(0, 'iss_1', { credit: 'payer/ann', amount: 100n, told: { word: 'posted', index: 5 } }),
  write(20, 'pay_1', { credit: 'holding/t', amount: 30n, ...receiptAt(6) }),
  write(20, 'mapping/t/2'),
  write(30, 'pay_x', {
    pinned: { terminal: 't', version: 1 },
    told: { word: 'rejected', code: 'mapping-changed' },
  }),
  read(40, 7, ann(70n)),
  read(40, 7, { of: 'mapping', terminal: 't', versions: 2 }),
  write(60, 'stl_1', { credit: 'provider/p', amount: 20n, ...receiptAt(8) }),
  write(80, 'rfd_1', { credit: 'payer/ann', amount: 10n, ...receiptAt(9) }),
  read(80, 8, { of: 'wallet', account: 'holding/t', balance: 10n, held: 10n }),
  read(100, 9, ann(80n)),
  write(100, 'pay_2', { credit: 'holding/t', amount: 500n, ...receiptAt(10, 'refused') }),
  { ...write(120, 'stl_1'), kind: 'again', ...receiptAt(8) },
  read(140, 10, summary),
  read(140, 10, list(true, 2, '6 pay_1 posted 30', '10 pay_2 refused 500')),
  read(140, 10, list(false, 1, '6 pay_1 posted 30')),
];

type World = { calls: Call[]; rows: Row[]; log: LogEntry[] };
type Change = (world: World) => void;

const at = (id: string): number => rows.findIndex(([own]) => own === id);
/** The log without an entry, numbered again as an insider would. */
const drop =
  (id: string): Change =>
  (world) =>
    (world.log = logOf(world.rows.filter(([own]) => own !== id)));
const editEntry =
  (id: string, more: Partial<LogEntry>): Change =>
  ({ log }) => {
    log[at(id)] = { ...(log[at(id)] as LogEntry), ...more };
  };
const editCall =
  (index: number, more: object): Change =>
  (world) => {
    world.calls[index] = { ...world.calls[index], ...more } as Call;
  };
const add =
  (...more: readonly Call[]): Change =>
  (world) =>
    world.calls.push(...more);
const append =
  (...more: readonly Row[]): Change =>
  (world) =>
    (world.log = logOf([...world.rows, ...more]));
const swap =
  (id: string): Change =>
  (world) => {
    const next = [...world.rows];
    const own = next.splice(at(id), 1);
    next.splice(at(id) + 1, 0, ...own);
    world.log = logOf(next);
    // Receipts that fit the false order: only the clocks of the clients speak against it.
    world.calls = world.calls.map((call) => {
      const place = 'id' in call ? next.findIndex(([one]) => one === call.id) + 1 : 0;
      const has = call.kind !== 'read' && call.told.word !== 'rejected' && call.told.index;
      return has ? { ...call, ...receiptAt(place, call.told.word as 'posted') } : call;
    });
  };

const doubled = (steps: readonly LogStep[]): readonly LogStep[] => [...steps, ...steps];
const stepsOf = (id: string): readonly LogStep[] => rows[at(id)]?.[2] ?? [];

/** Each change, and the check that has to find it. */
const table: readonly (readonly [what: string, check: BankCheck, change: Change])[] = [
  ['an acknowledged payment is lost', 'outcome', drop('pay_2')],
  ['an acknowledged settlement is lost', 'outcome', drop('stl_1')],
  ['an acknowledged mapping is lost', 'outcome', drop('mapping/t/2')],
  ['an index is there twice', 'index', editEntry('stl_1', { index: 7 })],
  ['an index is left out', 'index', editEntry('pay_2', { index: 11 })],
  ['an entry does not follow the one before', 'index', editEntry('pay_2', { previous_hash: 'h1' })],
  ['two receipts name one index', 'outcome', editCall(7, receiptAt(8))],
  ['a receipt is of another entry', 'outcome', editCall(7, { told: { word: 'posted', index: 8 } })],
  ['a receipt has another hash', 'outcome', editEntry('stl_1', { hash: 'hx' })],
  ['two calls in turn are in the log the other way', 'order', swap('iss_1')],
  ['a refusal is before what had ended', 'order', swap('rfd_1')],
  ['a read is as of before what had ended', 'order', editCall(9, { asOf: 5, shown: ann(100n) })],
  ['a read after a read is older', 'order', add(read(160, 9, ann(80n)))],
  ['a read shows an older balance', 'read', editCall(9, { shown: ann(70n) })],
  ['a read shows a balance that never was', 'read', editCall(9, { shown: ann(81n) })],
  ['a read is as of an index that there is not', 'read', editCall(9, { asOf: 12 })],
  [
    'a read shows half of a settlement',
    'read',
    editCall(8, { shown: { of: 'wallet', account: 'holding/t', balance: 10n, held: 30n } }),
  ],
  [
    'a mapping shows a version too few',
    'read',
    editCall(5, { shown: { of: 'mapping', terminal: 't', versions: 1 } }),
  ],
  ['a summary counts too few', 'read', editCall(12, { shown: { ...summary, payments: 0 } })],
  ['a summary sums another instant', 'read', editCall(12, { shown: { ...summary, payers: 70n } })],
  ['a list lacks a line', 'read', editCall(13, { shown: list(true, 2, '6 pay_1 posted 30') })],
  [
    'a list shows another amount',
    'read',
    editCall(13, { shown: list(true, 2, '6 pay_1 posted 31', '10 pay_2 refused 500') }),
  ],
  [
    'a list says that it ends where it does not',
    'read',
    editCall(14, { shown: list(true, 1, '6 pay_1 posted 30') }),
  ],
  ['a payment is applied again under its id', 'outcome', append(['pay_1', 'pay', []])],
  [
    'a settlement is applied again under another id',
    'outcome',
    append(['stl_2', 'settle', stepsOf('stl_1')]),
  ],
  [
    'a refund is applied twice in one entry',
    'money',
    editEntry('rfd_1', { steps: doubled(stepsOf('rfd_1')) }),
  ],
  [
    'an issue is applied twice in one entry',
    'money',
    editEntry('iss_1', { steps: doubled(stepsOf('iss_1')) }),
  ],
  [
    'more is settled than was billed',
    'money',
    editEntry('stl_1', {
      steps: [draw('pay_1', 'settlement/s', 21), move('settlement/s', 'provider/p', 21)],
    }),
  ],
  [
    'money comes from nowhere',
    'money',
    editEntry('rfd_1', { steps: [{ kind: 'gift', credit: 'payer/ann', amount: '10' }] }),
  ],
  [
    'what cannot be done is posted',
    'money',
    (world) => {
      editEntry('pay_2', { status: 'posted' })(world);
      editCall(10, receiptAt(10))(world);
    },
  ],
  [
    'what can be done is refused',
    'money',
    editEntry('pay_2', {
      steps: [move('payer/ann', 'holding/t', 5), hold('pay_2', 5)],
    }),
  ],
  ['something is refused that its caller heard is posted', 'outcome', editCall(10, receiptAt(10))],
  ['an entry is there that nobody asked for', 'outcome', append(['gift', 'open', [open('x')]])],
  ['what was rejected is in the log', 'outcome', append(['pay_x', 'pay', []])],
  ['the same message gets another receipt', 'outcome', editCall(11, { told: { word: 'posted' } })],
  ['two calls are told that one id is theirs', 'outcome', add(write(160, 'mapping/t/2'))],
  [
    'a payment is rejected for a change that there was not',
    'outcome',
    editCall(3, { began: 90, ended: 95, pinned: { terminal: 't', version: 2 } }),
  ],
];

const worldOf = (change: Change = () => undefined): World => {
  const world = { calls: [...calls], rows: [...rows], log: logOf(rows) };
  change(world);
  return world;
};

describe('checkHistory()', () => {
  test('finds nothing in a history that is right', async () => {
    const { log } = worldOf();
    const { flaws, entries, reached } = await checkHistory({ setUp: SET_UP, calls }, log);
    assert.deepEqual(flaws, []);
    assert.equal(entries, 10);
    assert.equal(reached['read wallet'], 3);
    assert.equal(reached['pay mapping-changed'], 1);
  });

  for (const [what, check, change] of table) {
    test(`finds that ${what}`, async () => {
      const { calls: seen, log } = worldOf(change);
      const { flaws, found } = await checkHistory({ setUp: SET_UP, calls: seen }, log);
      assert.ok(found > 0, 'it finds nothing');
      const checks = flaws.map((flaw) => flaw.check);
      assert.ok(checks.includes(check), JSON.stringify(flaws));
    });
  }
});
