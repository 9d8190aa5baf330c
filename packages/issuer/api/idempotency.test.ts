import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Instant } from '@coinbox/protocol';
import { openMemoryRecords } from '../registry/schema.ts';
import type { TestWallet } from '../testing/fixture.ts';
import { createServerFixture } from '../testing/server.ts';
import type { ServerFixture } from '../testing/server.ts';
import { checkKey, createAnswers } from './idempotency.ts';

describe('checkKey()', () => {
  const rows: readonly (readonly [unknown, string | undefined])[] = [
    [undefined, 'idempotency-key-missing'],
    ['', 'idempotency-key-invalid'],
    ['a b', 'idempotency-key-invalid'],
    ['é', 'idempotency-key-invalid'],
    ['k'.repeat(256), 'idempotency-key-invalid'],
    [['a', 'b'], 'idempotency-key-invalid'],
    ['k'.repeat(255), undefined],
    ['!~', undefined],
  ];
  for (const [key, code] of rows) {
    test(`says ${code ?? 'nothing'} to ${JSON.stringify(key)?.slice(0, 20)}`, () => {
      assert.equal(checkKey(key as string)?.code, code);
    });
  }
});

describe('createAnswers()', () => {
  const keyed = { key: 'k', method: 'POST', path: '/p', person: 'maker', body: Buffer.from('{}') };
  const answer = { status: 201, body: '{}' };

  test('tells the second request under way to wait, and gives the third the answer', () => {
    const answers = createAnswers(openMemoryRecords());
    const first = answers.admit(keyed);
    assert.equal(first.kind, 'new');
    const second = answers.admit(keyed);
    assert.equal(second.kind === 'refused' && second.rejection.code, 'idempotency-in-progress');
    if (first.kind === 'new') {
      first.keep(answer, 0 as Instant);
      first.end();
    }
    assert.deepEqual(answers.admit(keyed), { kind: 'replay', answer });
  });

  test('lets a request try again that has left no answer', () => {
    const answers = createAnswers(openMemoryRecords());
    const first = answers.admit(keyed);
    if (first.kind === 'new') first.end();
    assert.equal(answers.admit(keyed).kind, 'new');
  });

  test('keeps the keys of people, paths and methods apart', () => {
    const answers = createAnswers(openMemoryRecords());
    answers.admit(keyed);
    for (const other of [{ person: 'checker' }, { path: '/q' }, { method: 'PUT' }, { key: 'l' }]) {
      assert.equal(answers.admit({ ...keyed, ...other }).kind, 'new');
    }
  });

  test('forgets answers after 30 days', () => {
    const answers = createAnswers(openMemoryRecords());
    const keep = (key: string, at: number) => {
      const admission = answers.admit({ ...keyed, key });
      assert.equal(admission.kind, 'new');
      if (admission.kind === 'new') {
        admission.keep(answer, at as Instant);
        admission.end();
      }
    };
    keep('old', 0);
    keep('new', 30 * 86_400_000 + 1);
    assert.equal(answers.admit({ ...keyed, key: 'old' }).kind, 'new');
    assert.equal(answers.admit({ ...keyed, key: 'new' }).kind, 'replay');
  });
});

describe('a keyed POST', () => {
  let server: ServerFixture;
  let payer: TestWallet;
  before(async () => {
    server = await createServerFixture();
    payer = await server.openPayer(0n);
  });
  after(() => server.close());

  const issuance = () => ({
    id: server.newId('issuance'),
    wallet: payer.wallet,
    amount: '100',
    asset: 'CNY/2',
  });
  const issue = (json: unknown, key: string, as = 'maker') =>
    server.ask('/v1/issuances', { method: 'POST', as, key, json });

  test('gets the first answer again, byte for byte, and moves money once', async () => {
    const body = issuance();
    const first = await issue(body, 'k-1');
    assert.equal(first.status, 201);
    const again = await issue(body, 'k-1');
    assert.equal(again.headers.get('idempotent-replayed'), 'true');
    assert.deepEqual([again.status, again.bytes], [201, first.bytes]);
    assert.equal((await server.balanceOf(payer)).balance, 100n);
  });

  test('with the body of another request is rejected: idempotency-key-reused', async () => {
    await issue(issuance(), 'k-2');
    const other = await issue(issuance(), 'k-2');
    assert.deepEqual([other.status, other.json?.['code']], [422, 'idempotency-key-reused']);
  });

  test('finds nothing under the key of somebody else', async () => {
    const body = issuance();
    await issue(body, 'k-3');
    const other = await issue(issuance(), 'k-3', 'checker');
    assert.deepEqual([other.status, other.headers.get('idempotent-replayed')], [201, null]);
  });

  test('is safe under another key too: the id is what counts', async () => {
    const body = issuance();
    const first = await issue(body, 'k-4');
    const second = await issue(body, 'k-5');
    assert.deepEqual(second.bytes, first.bytes);
    const changed = await issue({ ...body, amount: '101' }, 'k-6');
    assert.deepEqual([changed.status, changed.json?.['code']], [422, 'id-reused']);
  });

  test('refused for good gets that answer again; another "no" is judged anew', async () => {
    const redemption = { ...issuance(), id: server.newId('redemption'), amount: '999999' };
    const redeem = (key: string, json: unknown) =>
      server.ask('/v1/redemptions', { method: 'POST', as: 'maker', key, json });
    const first = await redeem('k-7', redemption);
    assert.equal(first.json?.['code'], 'insufficient-funds');
    const again = await redeem('k-7', redemption);
    assert.deepEqual([again.status, again.json?.['code']], [422, 'insufficient-funds']);
    assert.equal(again.headers.get('idempotent-replayed'), 'true');
    const wrong = await redeem('k-8', { ...redemption, amount: 'x' });
    assert.equal(wrong.json?.['code'], 'amount-syntax');
    const mended = await redeem('k-8', {
      ...redemption,
      id: server.newId('redemption'),
      amount: '1',
    });
    assert.equal(mended.status, 201);
  });

  test('lets exactly one of several at once act', async () => {
    const body = issuance();
    const before = (await server.balanceOf(payer)).balance;
    const answers = await Promise.all([1, 2, 3, 4].map(() => issue(body, 'k-9')));
    assert.ok(answers.every(({ status }) => status === 201 || status === 409));
    assert.ok(answers.some(({ status }) => status === 201));
    assert.equal((await server.balanceOf(payer)).balance, before + 100n);
  });
});
