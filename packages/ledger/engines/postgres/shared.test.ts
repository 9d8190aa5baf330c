import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { Instant } from '@coinbox/protocol';
import { group, layGround, postOne, release, transfer, wordsOf } from '../../conformance/groups.ts';
import { allEntries, assertReplays } from '../../conformance/replay.ts';
import type { Ledger } from '../../ledger.ts';
import { postgresMissing, startPostgres } from '../../testing/postgres-server.ts';
import type { PostgresServer } from '../../testing/postgres-server.ts';
import { createPostgresLedger } from './ledger.ts';

const clock = { now: () => Date.now() as Instant };

describe('several ledgers on one database', { skip: postgresMissing() ?? false }, () => {
  let server: PostgresServer;
  let schemas = 0;
  let schema = '';
  before(async () => {
    server = await startPostgres();
  });
  after(() => server.discard());
  beforeEach(() => (schema = `shared_${(schemas += 1)}`));

  /** Opens the ledger of this test again and again, runs, and closes all. */
  async function withLedgers(count: number, run: (...all: Ledger[]) => Promise<void>) {
    const opening = Array.from({ length: count }, () =>
      createPostgresLedger({ url: server.url(), schema, clock }),
    );
    const ledgers = await Promise.all(opening);
    try {
      await run(...ledgers);
    } finally {
      for (const ledger of ledgers) await ledger.close();
    }
  }

  test('five that start at once on nothing make the tables once', async () => {
    await withLedgers(5, async (...ledgers) => {
      for (const ledger of ledgers) assert.equal((await ledger.head()).index, 0);
    });
    const { rows } = await server.query(`SELECT number FROM ${schema}.migrations
      ORDER BY number`);
    assert.deepEqual(rows, [{ number: 1 }, { number: 2 }]);
  });

  test('one reads what another has posted, and is told of it by the id', async () => {
    await withLedgers(2, async (one, other) => {
      await layGround(one as Ledger);
      const pay = group('pay', [transfer('a', 'b', 7n)], { claims: ['bill'] });
      assert.equal(await postOne(one as Ledger, pay), 'posted');
      assert.equal((await other?.account('b'))?.balance, 7n);
      assert.deepEqual(await other?.head(), await one?.head());
      assert.deepEqual(await other?.entry(2), await one?.entry(2));
      assert.equal(await postOne(other as Ledger, pay), 'replayed posted');
      const again = group('again', [transfer('a', 'b', 7n)], { claims: ['bill'] });
      assert.equal(await postOne(other as Ledger, again), 'refused claim-taken');
      await assertReplays(other as Ledger);
    });
  });

  test('three that post at the same time make one chain without a gap', async () => {
    await withLedgers(3, async (...ledgers) => {
      const [first] = ledgers as [Ledger];
      await layGround(first);
      await Promise.all(
        ledgers.flatMap((ledger, l) =>
          Array.from({ length: 8 }, async (_, caller) => {
            for (let n = 0; n < 12; n++) {
              const id = `${l}-${caller}-${n}`;
              assert.equal(
                await postOne(ledger, group(id, [transfer('issuance', 'b', 1n)])),
                'posted',
              );
            }
          }),
        ),
      );
      const books = await assertReplays(first);
      assert.equal(books.head.index, 1 + 3 * 8 * 12);
      assert.equal(books.accounts.get('b')?.balance, 288n);
    });
  });

  test('a database whose default is another isolation makes no difference', async () => {
    const setting = 'ALTER DATABASE postgres SET default_transaction_isolation';
    await server.query(`${setting} = 'repeatable read'`);
    try {
      await withLedgers(3, async (...ledgers) => {
        const [first] = ledgers as [Ledger];
        await layGround(first);
        await Promise.all(
          ledgers.map(async (ledger, l) => {
            for (let n = 0; n < 40; n++) {
              const pay = group(`${l}-${n}`, [transfer('issuance', 'b', 1n)]);
              assert.equal(await postOne(ledger, pay), 'posted');
            }
          }),
        );
        await assertReplays(first);
      });
    } finally {
      await server.query(`${setting} TO DEFAULT`);
    }
  });

  test('the same group from all of them at once happens once', async () => {
    await withLedgers(3, async (...ledgers) => {
      const [first] = ledgers as [Ledger];
      await layGround(first);
      for (let n = 0; n < 20; n++) {
        const same = group(`same-${n}`, [transfer('a', 'b', 1n)]);
        const words = await Promise.all(ledgers.map((ledger) => postOne(ledger, same)));
        assert.deepEqual(words.sort(), ['posted', 'replayed posted', 'replayed posted']);
      }
      assert.equal((await first.account('b'))?.balance, 20n);
    });
  });

  test('30 debits of 10 through three of them get exactly 10 out of 100', async () => {
    await withLedgers(3, async (...ledgers) => {
      const [first] = ledgers as [Ledger];
      await layGround(first);
      await postOne(first, group('free', [release('h', 30n)]));
      const posts = Array.from({ length: 30 }, (_, n) =>
        postOne(ledgers[n % 3] as Ledger, group(`d-${n}`, [transfer('a', 'b', 10n)])),
      );
      const words = await Promise.all(posts);
      assert.equal(words.filter((one) => one === 'posted').length, 10);
      assert.equal(words.filter((one) => one === 'refused insufficient-funds').length, 20);
      await assertReplays(first);
    });
  });

  test('one claim and one place of a series, wanted by all, each go to one', async () => {
    await withLedgers(3, async (...ledgers) => {
      const [first] = ledgers as [Ledger];
      await layGround(first);
      const claiming = ledgers.map((ledger, l) =>
        postOne(ledger, group(`claim-${l}`, [], { claims: ['bill'] })),
      );
      const claimed = (await Promise.all(claiming)).sort();
      assert.deepEqual(claimed, ['posted', 'refused claim-taken', 'refused claim-taken']);
      const sequence = { series: 'uploads', number: 1 };
      const placing = ledgers.map((ledger, l) =>
        postOne(ledger, group(`upload-${l}`, [], { sequence })),
      );
      const placed = (await Promise.all(placing)).sort();
      assert.deepEqual(placed, ['posted', 'rejected sequence-passed', 'rejected sequence-passed']);
    });
  });

  test('a read during commits sees whole batches only', async () => {
    await withLedgers(2, async (one, other) => {
      await layGround(one as Ledger);
      let posting = true;
      const writing = (async () => {
        for (let n = 0; n < 30; n++) {
          const batch = Array.from({ length: 10 }, (_, i) =>
            group(`${n}-${i}`, [transfer('issuance', 'b', 1n)]),
          );
          const results = (await one?.post(batch)) ?? [];
          assert.ok(results.every((result) => wordsOf(result) === 'posted'));
        }
        posting = false;
      })();
      while (posting) {
        const [b, sum] = await Promise.all([other?.account('b'), other?.sumOf('', 'CNY/2')]);
        assert.equal(sum?.balance, 0n);
        assert.equal((b?.asOf ?? 0) - 1, Number(b?.balance));
        assert.equal(Number(b?.balance) % 10, 0);
      }
      await writing;
      assert.equal((await allEntries(other as Ledger)).length, 301);
    });
  });

  test('ledgers in two schemas do not know of each other', async () => {
    await withLedgers(1, async (one) => {
      await layGround(one as Ledger);
      const config = { url: server.url(), schema: `${schema}_more`, clock };
      const other = await createPostgresLedger(config);
      assert.equal(await other.account('a'), undefined);
      await layGround(other);
      await other.close();
    });
  });
});
