import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Result } from '@coinbox/protocol';
import { assertPosted } from '../testing/assertions.ts';
import { expect } from '../testing/fixture.ts';
import type { RunningFixture, TestWallet } from '../testing/fixture.ts';
import { createPaidSession } from '../testing/session.ts';

const codeOf = (result: Result<unknown>): string | undefined =>
  result.ok ? undefined : result.rejection.code;

describe('getBalance()', () => {
  const ask = (s: RunningFixture, wallet: string, query: Record<string, unknown> = {}) =>
    s.issuer.call('getBalance', { parameter: wallet, query, person: 'maker' });
  const balanceAt = async (s: RunningFixture, { wallet }: TestWallet, index: number) => {
    const found = expect(await ask(s, wallet, { as_of_index: `${index}` }));
    assert.deepEqual([found.wallet, found.asset, found.as_of_index], [wallet, 'CNY/2', index]);
    return [found.balance, found.held];
  };

  test('answers as of any index, whatever came later', async () => {
    const s = await createPaidSession();
    const { index: paid } = await s.issuer.ledger.head();
    await assertPosted(s, s.settle(s.bill(320n)).bytes);
    s.terminal.upload = 1;
    const back = s.messages.refund(s.terminal, s.payer.wallet, [s.payment], 180n);
    await assertPosted(s, back.bytes);
    assert.deepEqual(await balanceAt(s, s.payer, paid - 1), ['10000', '0']);
    assert.deepEqual(await balanceAt(s, s.payer, paid), ['9500', '0']);
    assert.deepEqual(await balanceAt(s, s.payer, paid + 1), ['9500', '0']);
    assert.deepEqual(await balanceAt(s, s.payer, paid + 2), ['9680', '0']);
    assert.deepEqual(await balanceAt(s, s.terminal.holding, paid - 1), ['0', '0']);
    assert.deepEqual(await balanceAt(s, s.terminal.holding, paid), ['500', '500']);
    assert.deepEqual(await balanceAt(s, s.terminal.holding, paid + 1), ['180', '180']);
    assert.deepEqual(await balanceAt(s, s.terminal.holding, paid + 2), ['0', '0']);
    assert.deepEqual(await balanceAt(s, s.provider, paid), ['0', '0']);
    assert.deepEqual(await balanceAt(s, s.provider, paid + 1), ['320', '0']);
  });

  test('answers as of the end of the log where no index is asked for', async () => {
    const s = await createPaidSession();
    const { index } = await s.issuer.ledger.head();
    assert.deepEqual(expect(await ask(s, s.payer.wallet)), {
      wallet: s.payer.wallet,
      asset: 'CNY/2',
      balance: '9500',
      held: '0',
      as_of_index: index,
    });
  });

  test('rejects an index to which the log has not come: index-not-reached', async () => {
    const s = await createPaidSession();
    const { index } = await s.issuer.ledger.head();
    const query = { as_of_index: `${index + 1}` };
    assert.equal(codeOf(await ask(s, s.payer.wallet, query)), 'index-not-reached');
    await s.payAgain(1n);
    assert.deepEqual(await balanceAt(s, s.payer, index + 1), ['9499', '0']);
  });

  test('rejects an index at which the wallet was not open: wallet-unknown', async () => {
    const s = await createPaidSession();
    const { index } = await s.issuer.ledger.head();
    const late = await s.openWallet('payer');
    assert.equal(codeOf(await ask(s, late.wallet, { as_of_index: `${index}` })), 'wallet-unknown');
    assert.deepEqual(await balanceAt(s, late, index + 1), ['0', '0']);
  });

  const rows: readonly (readonly [Record<string, unknown>, string])[] = [
    [{ as_of_index: '-1' }, 'parameter-invalid'],
    [{ as_of_index: '' }, 'parameter-invalid'],
    [{ as_of_index: 'last' }, 'parameter-invalid'],
    [{ as_of_index: '1.5' }, 'parameter-invalid'],
    [{ as_of_index: '007' }, 'parameter-invalid'],
    [{ as_of_index: '1000000000000000' }, 'parameter-invalid'],
    [{ as_of_index: ['7', '8'] }, 'parameter-invalid'],
    [{ at: '7' }, 'parameter-unknown'],
  ];
  for (const [query, code] of rows) {
    test(`rejects ${JSON.stringify(query)}: ${code}`, async () => {
      const s = await createPaidSession();
      assert.equal(codeOf(await ask(s, s.payer.wallet, query)), code);
    });
  }

  test('answers for the accounts that are of no wallet, too', async () => {
    const s = await createPaidSession();
    const { index: paid } = await s.issuer.ledger.head();
    const askFor = (parameter: string, query = {}) =>
      s.issuer.call('getAccountBalance', { parameter, query, person: 'maker' });
    assert.deepEqual(expect(await askFor('issuance')), {
      account: 'issuance',
      asset: 'CNY/2',
      balance: '-10000',
      held: '0',
      as_of_index: paid,
    });
    const first = expect(await askFor('issuance', { as_of_index: '1' }));
    assert.deepEqual([first.balance, first.as_of_index], ['0', 1]);
    const holding = `holding/${s.terminal.holding.wallet}`;
    assert.equal(expect(await askFor(holding)).held, '500');
    assert.equal(codeOf(await askFor(holding, { as_of_index: '1' })), 'account-unknown');
    assert.equal(codeOf(await askFor('nobody')), 'account-unknown');
    const ahead = { as_of_index: `${paid + 1}` };
    assert.equal(codeOf(await askFor('issuance', ahead)), 'index-not-reached');
    for (const bad of ['', 'a b', 'é', 'x'.repeat(81)]) {
      assert.equal(codeOf(await askFor(bad)), 'parameter-invalid', bad);
    }
  });

  test('rejects a wallet that is none, or that nobody has opened', async () => {
    const s = await createPaidSession();
    assert.equal(codeOf(await ask(s, 'issuance')), 'parameter-invalid');
    assert.equal(codeOf(await ask(s, s.newId('wallet'))), 'wallet-unknown');
  });
});
