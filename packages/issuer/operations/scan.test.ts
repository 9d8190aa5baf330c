import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createMemoryLedger } from '@coinbox/ledger';
import type { Ledger } from '@coinbox/ledger';
import { createTestClock } from '../testing/wallets.ts';
import { scanEntries } from './scan.ts';

/** A log of `count` entries; every third has the code `b`, every hundredth `rare`. */
async function logOf(count: number): Promise<Ledger> {
  const ledger = createMemoryLedger({ clock: createTestClock() });
  const groups = Array.from({ length: count }, (_, at) => ({
    id: `g${at}`,
    code: at % 100 === 99 ? 'rare' : at % 3 === 0 ? 'b' : 'a',
    fingerprint: new Uint8Array(32),
    steps: [],
    claims: [`g${at}`],
    memo: new Uint8Array(),
  }));
  for (let at = 0; at < count; at += 500) await ledger.post(groups.slice(at, at + 500));
  return ledger;
}

async function readAll(
  ledger: Ledger,
  codes: readonly (string | undefined)[],
  limit: number,
  keep: (index: number) => boolean = () => true,
) {
  const indexes: number[] = [];
  let pages = 0;
  for (let after: number | undefined = 0; after !== undefined; pages++) {
    const page = await scanEntries(ledger, codes, after, limit, ({ index }) => keep(index));
    assert.ok(page.items.length <= limit);
    indexes.push(...page.items.map(({ index }) => index));
    after = page.last;
  }
  return { indexes, pages };
}

describe('scanEntries()', () => {
  test('gives every entry of all its codes once, in order, whatever the limit', async () => {
    const ledger = await logOf(1_200);
    for (const limit of [1, 7, 250, 500, 5_000]) {
      const { indexes } = await readAll(ledger, ['b', 'rare'], limit);
      const wanted = Array.from({ length: 1_200 }, (_, at) => at).filter(
        (at) => at % 100 === 99 || at % 3 === 0,
      );
      assert.deepEqual(
        indexes,
        wanted.map((at) => at + 1),
      );
    }
  });

  test('gives nothing that is newer than the index it is as of', async () => {
    const ledger = await logOf(600);
    let posted = 600;
    const growing: Pick<Ledger, 'entries'> = {
      async entries(query) {
        const page = await ledger.entries(query);
        const id = `late${(posted += 1)}`;
        const rest = { fingerprint: new Uint8Array(32), steps: [], memo: new Uint8Array() };
        await ledger.post([{ id, code: 'a', claims: [id], ...rest }]);
        return page;
      },
    };
    const { items, last, asOf } = await scanEntries(growing, [undefined], 0, 5_000, () => true);
    assert.deepEqual([asOf, items.length, items.at(-1)?.index], [600, 600, 600]);
    assert.equal(last, undefined);
  });

  test('has no empty page at the end', async () => {
    const ledger = await logOf(500);
    const { pages } = await readAll(ledger, [undefined], 250);
    assert.equal(pages, 2);
  });

  test('gives short pages, not slow ones, where little is wanted of a long log', async () => {
    const ledger = await logOf(12_000);
    const { indexes, pages } = await readAll(ledger, [undefined], 10, (index) => index === 11_999);
    assert.deepEqual(indexes, [11_999]);
    assert.equal(pages, 3);
  });

  test('gives nothing of an empty log', async () => {
    assert.deepEqual(await readAll(await logOf(0), ['a'], 10), { indexes: [], pages: 1 });
  });
});
