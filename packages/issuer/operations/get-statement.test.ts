import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Result, StatementJson } from '@coinbox/protocol';
import { assertPosted } from '../testing/assertions.ts';
import { expect } from '../testing/fixture.ts';
import type { RunningFixture } from '../testing/fixture.ts';
import { createPaidSession } from '../testing/session.ts';

const codeOf = (result: Result<unknown>): string | undefined =>
  result.ok ? undefined : result.rejection.code;
const linesOf = ({ items }: StatementJson) =>
  items.map(({ code, change, balance, held }) => [code, change, balance, held]);

describe('getStatement()', () => {
  const ask = (s: RunningFixture, wallet: string, query: Record<string, string> = {}) =>
    s.issuer.call('getStatement', { parameter: wallet, query, person: 'maker' });

  /** A payment of 500, of which 320 are settled and 180 go back. */
  async function closedSession() {
    const s = await createPaidSession();
    const { index: paid } = await s.issuer.ledger.head();
    await assertPosted(s, s.settle(s.bill(320n)).bytes);
    s.terminal.upload = 1;
    const back = s.messages.refund(s.terminal, s.payer.wallet, [s.payment], 180n);
    await assertPosted(s, back.bytes);
    return { s, paid };
  }

  test('has every entry that changed the wallet, with the balance after each', async () => {
    const { s, paid } = await closedSession();
    const payer = expect(await ask(s, s.payer.wallet));
    assert.deepEqual(linesOf(payer), [
      ['wallet', '0', '0', '0'],
      ['issue', '10000', '10000', '0'],
      ['pay', '-500', '9500', '0'],
      ['refund', '180', '9680', '0'],
    ]);
    assert.deepEqual(payer.opening, { index: 0, balance: '0', held: '0' });
    assert.deepEqual(payer.closing, { index: paid + 2, balance: '9680', held: '0' });
    assert.equal(payer.as_of_index, paid + 2);
    assert.equal('next' in payer, false);
    assert.deepEqual(
      payer.items.slice(-2).map(({ id, index }) => [id.slice(0, 4), index]),
      [
        ['pay_', paid],
        ['rfd_', paid + 2],
      ],
    );
    const holding = expect(await ask(s, s.terminal.holding.wallet));
    assert.deepEqual(linesOf(holding), [
      ['wallet', '0', '0', '0'],
      ['pay', '500', '500', '500'],
      ['settle', '-320', '180', '180'],
      ['refund', '-180', '0', '0'],
    ]);
  });

  test('goes page by page: each opens with what the one before has closed with', async () => {
    const { s } = await closedSession();
    const whole = expect(await ask(s, s.payer.wallet));
    const pages: StatementJson[] = [];
    let query: Record<string, string> = { limit: '3' };
    for (;;) {
      const page = expect(await ask(s, s.payer.wallet, query));
      pages.push(page);
      if (page.next === undefined) break;
      query = { limit: '3', cursor: page.next };
    }
    assert.deepEqual(
      pages.flatMap(({ items }) => items),
      whole.items,
    );
    assert.deepEqual(
      pages.map(({ items }) => items.length),
      [3, 1],
    );
    assert.deepEqual(pages[1]?.opening, pages[0]?.closing);
    assert.deepEqual(pages[1]?.closing, whole.closing);
    const exact = expect(await ask(s, s.payer.wallet, { limit: '4' }));
    assert.equal('next' in exact, false);
  });

  test('covers a stretch of the log: opening and closing are those of its ends', async () => {
    const { s, paid } = await closedSession();
    const query = { after_index: `${paid - 1}`, as_of_index: `${paid + 1}` };
    const stretch = expect(await ask(s, s.payer.wallet, query));
    assert.deepEqual(linesOf(stretch), [['pay', '-500', '9500', '0']]);
    assert.deepEqual(stretch.opening, { index: paid - 1, balance: '10000', held: '0' });
    assert.deepEqual(stretch.closing, { index: paid + 1, balance: '9500', held: '0' });
    assert.equal(stretch.as_of_index, paid + 1);
    const empty = { after_index: `${paid + 1}`, as_of_index: `${paid + 1}` };
    const still = expect(await ask(s, s.payer.wallet, empty));
    assert.deepEqual([still.items, still.opening], [[], stretch.closing]);
  });

  test('is kept for the accounts that are of no wallet, too', async () => {
    const { s, paid } = await closedSession();
    const askFor = (parameter: string) =>
      s.issuer.call('getAccountStatement', { parameter, query: {}, person: 'maker' });
    const { items, account, closing } = expect(await askFor('issuance'));
    assert.equal(account, 'issuance');
    assert.deepEqual(
      items.map(({ code, change, balance }) => [code, change, balance]),
      [
        ['open', '0', '0'],
        ['issue', '-10000', '-10000'],
      ],
    );
    assert.deepEqual(closing, { index: paid + 2, balance: '-10000', held: '0' });
    assert.equal(codeOf(await askFor('nobody')), 'account-unknown');
    assert.equal(codeOf(await askFor('a b')), 'parameter-invalid');
  });

  test('binds a cursor to its wallet and its stretch', async () => {
    const { s, paid } = await closedSession();
    const { next: cursor = '' } = expect(await ask(s, s.payer.wallet, { limit: '1' }));
    const stolen = [
      ask(s, s.provider.wallet, { cursor }),
      ask(s, s.payer.wallet, { cursor, as_of_index: `${paid}` }),
      ask(s, s.payer.wallet, { cursor: `1${cursor}` }),
    ];
    assert.deepEqual((await Promise.all(stolen)).map(codeOf), Array(3).fill('cursor-invalid'));
  });

  test('rejects a stretch that ends before it begins, or in the future', async () => {
    const { s, paid } = await closedSession();
    const rows: readonly (readonly [Record<string, string>, string])[] = [
      [{ after_index: `${paid}`, as_of_index: `${paid - 1}` }, 'parameter-invalid'],
      [{ after_index: `${paid + 3}` }, 'parameter-invalid'],
      [{ as_of_index: `${paid + 3}` }, 'index-not-reached'],
      [{ as_of_index: '1' }, 'wallet-unknown'],
      [{ as_of_index: '-1' }, 'parameter-invalid'],
      [{ after_index: 'x' }, 'parameter-invalid'],
      [{ limit: '501' }, 'parameter-invalid'],
      [{ status: 'posted' }, 'parameter-unknown'],
    ];
    for (const [query, code] of rows) {
      assert.equal(codeOf(await ask(s, s.payer.wallet, query)), code, JSON.stringify(query));
    }
    assert.equal(codeOf(await ask(s, s.newId('wallet'))), 'wallet-unknown');
  });
});
