import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FORK, paymentIdOf } from '@coinbox/protocol';
import { both, createOfflineFixture } from '@coinbox/issuer/testing/offline';
import type { Entry } from '@coinbox/ledger';
import { keyOf } from './signatures.ts';
import { entriesOf, exportLines } from './testing/history.ts';
import { verify } from './verify.ts';

const DAY = 86_400_000;

/** Everything that an issuer records of offline payments. */
async function makeOfflineHistory() {
  const s = await createOfflineFixture();
  const [other, lost] = [await s.openTerminal(s.provider), await s.openTerminal(s.provider)];
  const payer = await s.openFloat(5_000n, 1_000n);
  const first = s.take(payer, 800n);
  const { session } = first.accept.body;
  const bill = s.messages.bill(s.provider, s.terminal, session, 500n);
  const settle = s.messages.settle(s.terminal, bill, [paymentIdOf(first.pay)]);
  const rest = s.messages.refund(s.terminal, payer.wallet, [paymentIdOf(first.pay)], 300n, {
    session,
    upload: 2,
  });
  const whole = await s.sync([...both(first), settle.bytes, rest.bytes]);
  assert.equal(whole.stopped, undefined);
  // Twice the same number at another terminal: a fork, of which the float pays a part.
  const again = s.take(payer, 900n, { at: other, pay: { sequence: first.pay.body.sequence } });
  assert.equal((await s.sync(both(again), other)).stopped, undefined);
  const back = s.messages.refund(other, payer.wallet, [paymentIdOf(again.pay)], 600n, {
    upload: 1,
  });
  assert.equal((await s.sync([back.bytes], other)).stopped, undefined);
  // A fork that somebody sends, of a wallet that goes on to have its float back.
  const honest = await s.openFloat(2_000n, 900n);
  const [one, two] = [s.take(honest, 100n), s.take(honest, 100n)];
  const pair = {
    first: one.pay.bytes,
    second: s.take(honest, 9n, { pay: { sequence: one.pay.body.sequence } }).pay.bytes,
  };
  const fork = s.provider.sign(FORK, { sequence: s.provider.next(), ...pair });
  assert.ok((await s.issuer.submit(fork.bytes)).ok);
  const unload = s.load(honest, 5_000n, { direction: 'return' }).bytes;
  assert.ok((await s.issuer.submit(unload)).ok);
  // A terminal that is gone: one PAY was booked, one was not.
  const [booked, unseen] = [s.take(honest, 200n, { at: lost }), s.take(honest, 50n, { at: lost })];
  assert.equal((await s.upload(both(booked))).stopped, undefined);
  await s.freeze(lost.holding);
  const parameter = lost.holding.wallet;
  const revoked = await s.issuer.call('revokeKey', {
    query: {},
    person: 'checker',
    parameter,
    body: {},
  });
  assert.ok(revoked.ok);
  await s.unfreeze(lost.holding);
  s.clock.set(s.clock.now() + 8 * DAY);
  for (const { pay } of [booked, unseen]) assert.ok((await s.issuer.submit(pay.bytes)).ok);
  assert.ok((await s.issuer.submit(unload)).ok);
  assert.ok(two);
  return { s, entries: await entriesOf(s) };
}

const { s, entries } = await makeOfflineHistory();
const root = keyOf(Buffer.from(s.ports.root.bytes));

test('verify() finds nothing in what an issuer has done with offline payments', async () => {
  const verdict = await verify(exportLines(s, entries), root);
  assert.ok(verdict.ok, verdict.ok ? '' : JSON.stringify(verdict.broken));
  const codes = new Set(entries.map(({ code }) => code));
  for (const code of ['parameters', 'load', 'unload', 'fork', 'uncovered', 'reclaim']) {
    assert.ok(codes.has(code), code);
  }
});

/** The history with the entry of a code changed, and those behind it linked as they were not. */
const tampered = (code: string, change: (entry: Entry) => Entry, at = 0): readonly Entry[] => {
  const found = entries.filter((entry) => entry.code === code)[at];
  return entries.map((entry) => (entry === found ? change(entry) : entry)).slice(0, found?.index);
};

const rows: readonly (readonly [string, string, string, (entry: Entry) => Entry, number?])[] = [
  ['a float that pays less than it has', 'pay', 'balance', (it) => cut(it, 'float/'), 0],
  ['more borne than the float lacks', 'pay', 'payload', (it) => more(it, 'loss/'), 1],
  ['a refund that keeps what was borne', 'refund', 'account', (it) => to(it, 'loss/', 'float/'), 1],
  ['a load from another account', 'load', 'account', (it) => to(it, 'payer/', 'holding/'), 0],
  ['a return of more than is there', 'load', 'balance', (it) => more(it, 'float/'), 2],
  ['parameters with another number', 'parameters', 'id', (it) => ({ ...it, id: 'parameters/7' })],
  ['a fork that freezes nobody', 'fork', 'standing', (it) => ({ ...it, steps: [] })],
  ['a payment claimed back to nobody', 'reclaim', 'refund', (it) => ({ ...it, steps: [] })],
];

type Money = { readonly amount: bigint; readonly debit?: string; readonly credit?: string };
const changed = (entry: Entry, change: (step: Money) => Money): Entry =>
  ({
    ...entry,
    steps: entry.steps.map((step) => ('amount' in step ? change(step as Money) : step)),
  }) as Entry;
const about = (step: Money, name: string): boolean => step.debit?.startsWith(name) ?? false;
const cut = (entry: Entry, name: string): Entry =>
  changed(entry, (step) => (about(step, name) ? { ...step, amount: step.amount - 1n } : step));
const more = (entry: Entry, name: string): Entry =>
  changed(entry, (step) => (about(step, name) ? { ...step, amount: step.amount + 1n } : step));
const to = (entry: Entry, from: string, other: string): Entry =>
  changed(entry, (step) => ({
    ...step,
    ...(step.debit && { debit: step.debit.replace(from, other) }),
    ...(step.credit && { credit: step.credit.replace(from, other) }),
  }));

for (const [name, code, check, change, at] of rows) {
  test(`verify() finds ${name}`, async () => {
    const verdict = await verify(exportLines(s, tampered(code, change, at)), root);
    assert.ok(!verdict.ok);
    assert.deepEqual(`${verdict.broken.code} ${verdict.broken.name}`, `${code} ${check}`);
  });
}
