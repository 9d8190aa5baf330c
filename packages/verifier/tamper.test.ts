import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CheckName } from './checks.ts';
import { keyOf } from './signatures.ts';
import { copyTo, fact, inSteps, inside, message, set, walletOf } from './testing/changes.ts';
import { bytesOf, changeMemo, drop, edit, partsOf, tampered, uncbor } from './testing/cheat.ts';
import type { Change, Parts } from './testing/cheat.ts';
import { makeHistory } from './testing/history.ts';
import { verify } from './verify.ts';

// The history is always the same: entry 18 settles two payments (16 of `payer`, 17 of `other`), 31
// parks and 35 posts a settlement of a provider whose key 33 revokes.

const history = await makeHistory();
const root = keyOf(Buffer.from(history.fixture.ports.root.bytes));
const LAST = history.entries.length;

type Row = readonly [what: string, index: number, check: CheckName, change: Change];

const id = (name: string): string => walletOf(history, name).wallet;
const idBytes = (name: string): Uint8Array => {
  const letters = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
  const digits = id(name)
    .slice(4)
    .split('')
    .map((letter) => BigInt(letters.indexOf(letter)));
  const number = digits.reduce((sum, digit) => sum * 32n + digit, 0n);
  return Uint8Array.from(Buffer.from(number.toString(16).padStart(32, '0'), 'hex'));
};
/** A copy of an entry, with other parts, before the one that has the index now. */
const again =
  (from: number, to: number, change: Partial<Parts>): Change =>
  (entries) => {
    const parts = partsOf(entries[from - 1] as Uint8Array);
    entries.splice(to - 1, 0, bytesOf({ ...parts, ...change }));
  };

const paid = (index: number): string => history.entries[index - 1]?.id ?? '';
const zeros = (length: number) => new Uint8Array(length);

/** One change, and then all indexes and hashes made to fit, as an insider would do it. */
const REWRITTEN: readonly Row[] = [
  // Money out of nothing, and into nothing
  ['an issue is raised', 13, 'issuance', inSteps(13, 10_000, 10_001)],
  [
    'an issue goes to somebody else',
    15,
    'issuance',
    inSteps(15, `payer/${id('other')}`, `payer/${id('payer')}`),
  ],
  [
    'a redemption is of another wallet',
    50,
    'issuance',
    inSteps(50, `provider/${id('provider')}`, `provider/${id('second')}`),
  ],
  ['money comes from nowhere', 16, 'account', inSteps(16, `payer/${id('payer')}`, 'payer/nobody')],
  [
    'a payment is made by the issuance',
    16,
    'payload',
    inSteps(16, `payer/${id('payer')}`, 'issuance'),
  ],
  [
    'another account may be overdrawn',
    12,
    'payload',
    edit(12, (it) => (it.steps = it.steps.map((step) => [...step.slice(0, 3), 1]))),
  ],
  // Amounts
  [
    'less moves than is held',
    16,
    'balance',
    edit(16, ({ steps }) => (steps[0] as number[]).splice(3, 1, 499)),
  ],
  [
    'less is held than moves',
    16,
    'payload',
    edit(16, ({ steps }) => (steps[1] as number[]).splice(3, 1, 499)),
  ],
  ['a payment is of 0', 16, 'amount', inSteps(16, 500, 0)],
  ['a payment is raised', 16, 'payload', inSteps(16, 500, 501)],
  [
    'more is drawn than was paid',
    18,
    'hold',
    edit(18, ({ steps }) => (steps[0] as number[]).splice(3, 1, 501)),
  ],
  ['one unit stays in the settlement wallet', 18, 'transit', inSteps(18, 600, 599)],
  ['a settlement is lowered', 40, 'destination', inSteps(40, 800, 799)],
  ['a refund is lowered', 19, 'refund', inSteps(19, 200, 199)],
  ['a refund is raised', 19, 'hold', inSteps(19, 200, 201)],
  [
    'another step is added',
    19,
    'refund',
    edit(19, (it) => it.steps.push([2, `provider/${id('second')}`])),
  ],
  // Destinations
  [
    'a settlement goes to another provider',
    18,
    'destination',
    inSteps(18, `provider/${id('provider')}`, `provider/${id('second')}`),
  ],
  [
    'a settlement draws from the payments otherwise',
    18,
    'destination',
    edit(18, ({ steps }) => {
      (steps[0] as number[]).splice(3, 1, 300);
      (steps[1] as number[]).splice(3, 1, 300);
    }),
  ],
  [
    'a refund goes to another payer',
    19,
    'refund',
    inSteps(19, `payer/${id('other')}`, `payer/${id('payer')}`),
  ],
  ['a refund comes from another payment', 32, 'refund', inSteps(32, paid(23), paid(20))],
  [
    'a voided payment goes to another payer',
    29,
    'refund',
    inSteps(29, `payer/${id('payer')}`, `payer/${id('other')}`),
  ],
  [
    'a payment goes to another terminal',
    16,
    'payload',
    inSteps(16, `holding/${id('holding')}`, `holding/${id('idle')}`),
  ],
  // Ids, claims and counters
  ['an entry is there twice', 14, 'id', copyTo(13, 14)],
  [
    'a payment has another id',
    20,
    'id',
    edit(20, (it) => {
      it.steps = JSON.parse(JSON.stringify(it.steps).replaceAll(it.id, paid(21)));
      it.id = paid(21);
    }),
  ],
  [
    'a claim is of another offer',
    16,
    'claim',
    edit(16, (it) => (it.claims = [it.claims[0]?.replace(/.$/, '_') ?? '', it.claims[1] ?? ''])),
  ],
  ['a claim is left out', 16, 'claim', edit(16, (it) => (it.claims = it.claims.slice(1)))],
  [
    'a claim is taken again',
    17,
    'claim',
    edit(17, (it, { entries }) => (it.claims = [...(entries[15]?.claims ?? [])])),
  ],
  ['a key has another id', 12, 'claim', set(12, { claims: ['key/0011223344556677'] })],
  [
    'an upload skips a number',
    18,
    'series',
    edit(18, (it) => (it.series = [it.series[0] ?? '', 2])),
  ],
  ['an upload has no number', 18, 'series', set(18, { series: [] })],
  ['a fingerprint is changed', 13, 'fingerprint', set(13, { fingerprint: zeros(32) })],
  [
    'the fingerprint of a message is changed',
    16,
    'fingerprint',
    set(16, { fingerprint: zeros(32) }),
  ],
  // What is left out
  ['a refund is left out', 30, 'series', drop(24)],
  ['a payment is left out', 17, 'hold', drop(16)],
  ['an unfreezing is left out', 49, 'frozen', drop(34)],
  ['a freezing is left out', 32, 'standing', drop(30)],
  ['the end of a suspension is left out', 44, 'suspended', drop(44)],
  ['a suspension is left out', 43, 'standing', drop(43)],
  ['a proposal is left out', 10, 'people', drop(10)],
  ['a mapping is left out', 38, 'version', drop(38)],
  ['a wallet is left out', 4, 'certificate', drop(4)],
  ['a parking is left out', 31, 'series', drop(31)],
  // Refusals
  ['what was refused is posted', 24, 'hold', set(24, { status: 'posted' })],
  ['a taken offer is paid again', 21, 'claim', set(21, { status: 'posted' })],
  ['what was posted is refused', 19, 'refusal', set(19, { status: 'hold-exceeded' })],
  ['a refusal has another cause', 21, 'refusal', set(21, { status: 'insufficient-funds' })],
  [
    'a refusal has a cause that is not recorded',
    24,
    'refusal',
    set(24, { status: 'account-frozen' }),
  ],
  ['a refused payment was voided', 21, 'payload', fact(21, 10, 'offer-voided')],
  // People
  ['who proposes approves', 7, 'people', fact(7, 17, 'maker')],
  ['somebody else has proposed', 7, 'payload', fact(7, 16, 'mallory')],
  ['who freezes revokes', 33, 'people', fact(33, 17, 'maker')],
  ['a mapping is for another provider', 7, 'payload', fact(7, 13, idBytes('second'))],
  [
    'a mapping was approved too late',
    7,
    'people',
    set(7, { at: 1_800_000_000_000 + 2 * 86_400_000 }),
  ],
  // Freezes and suspensions
  ['a freeze has no step', 30, 'standing', set(30, { steps: [] })],
  [
    'a suspension has no cause',
    46,
    'standing',
    edit(46, (it) => changeMemo(it, () => settleOf(49))),
  ],
  // Certificates
  [
    'a certificate is signed by a payer',
    12,
    'certificate',
    message(12, 2, idBytes('payer'), 'payer'),
  ],
  ['a certificate is of another wallet', 12, 'certificate', message(12, 2, idBytes('other'))],
  [
    'a payer is opened as a provider',
    12,
    'payload',
    inSteps(12, `payer/${id('payer')}`, `provider/${id('payer')}`),
  ],
  [
    'a payment is dated when the certificate is over',
    16,
    'validity',
    set(16, { at: 4_000_000_000_000 }),
  ],
  // Messages
  ['a message is changed', 16, 'signature', message(16, 6, 501)],
  ['a message is of another network', 16, 'signature', message(16, 6, 500, 'payer', 'other-net')],
  ['a payment is signed by another payer', 16, 'role', message(16, 6, 500, 'other')],
  ['a payment is signed by a terminal', 16, 'role', message(16, 6, 500, 'holding')],
  ['a refund is signed by the settlement wallet', 19, 'role', message(19, 7, 200, 'settlement')],
  ['a refund is for who has not paid', 19, 'refund', message(19, 5, idBytes('payer'), 'holding')],
  ['a refund is signed by another terminal', 19, 'role', message(19, 7, 200, 'idle')],
  ['a payment lacks its amount', 16, 'message', message(16, 6, undefined, 'payer')],
  ['a payment has a field that there is not', 16, 'message', message(16, 12, 1, 'payer')],
  ['a request is left out', 16, 'message', edit(16, (it) => changeMemo(it, () => zeros(0)))],
  [
    'a request is another message',
    20,
    'id',
    edit(20, (it, { entries }) => changeMemo(it, () => requestOf(entries[22]?.memo))),
  ],
  ['a fact of a memo is changed', 16, 'payload', fact(16, 3, 501)],
  ['a memo names another session', 19, 'payload', fact(19, 8, zeros(16))],
  ['a receipt would name another payee', 18, 'payload', fact(18, 6, idBytes('second'))],
  ['a receipt would name another bill', 18, 'payload', fact(18, 9, zeros(16))],
  // Settlements, all keys of the terminal lent to the cheat
  ['a settlement has no bill', 18, 'bill', message(18, 14, undefined, 'settlement')],
  ['a bill is of another amount', 18, 'bill', inside(18, 14, 8, 599, 'provider')],
  ['a bill is not final', 18, 'bill', inside(18, 14, 12, 0, 'provider')],
  ['a bill is signed by another provider', 18, 'bill', inside(18, 14, 8, 600, 'second')],
  ['a draw is of another amount', 18, 'draw', inside(18, 13, 9, 599, 'holding')],
  ['a draw is signed by another terminal', 18, 'draw', inside(18, 13, 9, 600, 'idle')],
  ['a settlement names another payment', 18, 'hold', message(18, 12, [zeros(16)], 'settlement')],
  [
    'a settlement names another provider',
    18,
    'destination',
    message(18, 9, idBytes('second'), 'settlement'),
  ],
  [
    'a settlement names a payer that has not paid',
    18,
    'destination',
    message(18, 8, idBytes('payer'), 'settlement'),
  ],
  [
    'a parked settlement is posted with another message',
    35,
    'fingerprint',
    message(35, 2, 99, 'settlement'),
  ],
  ['a payment names a version that is not in force', 39, 'version', message(39, 8, 1, 'payer')],
  ['a payment is over the limit of the terminal', 16, 'amount', message(16, 6, 901, 'payer')],
  // Keys that were revoked, and used again
  ['a payer pays with a revoked key', LAST + 1, 'revoked', again(17, LAST + 1, { id: 'pay_x' })],
  [
    'a bill is signed with a revoked key',
    36,
    'revoked',
    again(18, 36, { id: 'stl_x', series: [`upload/${id('holding')}`, 6] }),
  ],
  // The kinds of entries
  ['an entry has a code that there is not', 13, 'entry', set(13, { code: 'gift' })],
  ['an entry has a step that there is not', 13, 'entry', set(13, { steps: [[8, 'issuance']] })],
  ['the account of issuance is opened again', 13, 'issuance', edit(13, (it) => (it.code = 'open'))],
];

const requestOf = (memo: Uint8Array = zeros(0)): Uint8Array =>
  uncbor<Uint8Array[]>(memo)[1] ?? zeros(0);
function settleOf(index: number): Uint8Array {
  return requestOf(history.entries[index - 1]?.memo);
}

for (const [what, index, check, change] of REWRITTEN) {
  test(`verify() finds that ${what}`, async () => {
    const verdict = await verify(tampered(history, change, true), root);
    assert.ok(!verdict.ok, 'it finds nothing');
    const { index: found, name, detail } = verdict.broken;
    assert.deepEqual([found, name], [index, check], detail);
  });
}
