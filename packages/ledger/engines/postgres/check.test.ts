import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Fault } from '@coinbox/protocol';
import { draw, group, hold, layGround, steppingClock } from '../../conformance/groups.ts';
import { assertReplays } from '../../conformance/replay.ts';
import { postgresMissing, startPostgres } from '../../testing/postgres-server.ts';
import type { PostgresServer } from '../../testing/postgres-server.ts';
import { createPostgresLedger } from './ledger.ts';

const clock = steppingClock();
const isCorrupt = (error: unknown) => error instanceof Fault && error.code === 'ledger-corrupt';

describe('checks of the PostgreSQL engine', { skip: postgresMissing() ?? false }, () => {
  let server: PostgresServer;
  let copies = 0;
  before(async () => {
    server = await startPostgres();
    const ledger = await createPostgresLedger({ url: server.url(), clock });
    await layGround(ledger);
    for (let n = 0; n < 20; n++) {
      await ledger.post([
        group(`hold-${n}`, [hold(`h-${n}`, 'a', 3n)]),
        group(`draw-${n}`, [draw(`h-${n}`, 'b', 2n)]),
      ]);
    }
    await ledger.close();
  });
  after(() => server.discard());

  /** A database of its own with the same ledger, changed by `sql`. */
  async function changed(sql: string): Promise<string> {
    const name = `copy_${(copies += 1)}`;
    await server.query(`CREATE DATABASE ${name} TEMPLATE postgres`, 'template1');
    const on = 'SET search_path = coinbox; ALTER TABLE entries DISABLE TRIGGER entries_stay;';
    await server.query(`${on} ${sql}`, name);
    return name;
  }

  test('a whole ledger opens', async () => {
    const url = server.url(await changed('SELECT 1'));
    const ledger = await createPostgresLedger({ url, clock });
    assert.equal((await ledger.head()).index, 41);
    await ledger.close();
  });

  test('a ledger of the first schema gets what was on each account after each entry', async () => {
    const name = await changed(
      `ALTER TABLE legs DROP COLUMN balance, DROP COLUMN held;
       DELETE FROM migrations WHERE number >= 2`,
    );
    const ledger = await createPostgresLedger({ url: server.url(name), clock });
    await assertReplays(ledger);
    await ledger.close();
  });

  const edits = [
    ['a balance raised', "UPDATE accounts SET balance = balance + 1 WHERE id = 'a'"],
    ['what is held lowered', "UPDATE accounts SET held = held - 1 WHERE id = 'a'"],
    ['a hold raised', "UPDATE holds SET remaining = 2 WHERE id = 'h-3'"],
    ['a hold on no account', "UPDATE holds SET account = 99 WHERE id = 'h-3'"],
    ['the last entry cut off', 'DELETE FROM entries WHERE number = 41'],
    ['an entry cut out', 'DELETE FROM entries WHERE number = 30'],
    ['a memo changed', "UPDATE entries SET memo = '' WHERE number = 30"],
    ['an amount changed', `UPDATE entries SET steps = replace(steps, '"2"', '"3"')`],
    ['steps that are not JSON', "UPDATE entries SET steps = '[' WHERE number = 9"],
    ['a hash changed', 'UPDATE entries SET hash = fingerprint WHERE number = 41'],
    ['the head set back', 'UPDATE head SET entry = 40'],
    ['the head lost', 'DELETE FROM head'],
  ] as const;
  for (const [what, sql] of edits) {
    test(`an opening finds ${what}`, async () => {
      const url = server.url(await changed(sql));
      await assert.rejects(createPostgresLedger({ url, clock }), isCorrupt);
    });
  }

  test('the log cannot be changed by a slip of the hand', async () => {
    for (const sql of ['UPDATE coinbox.entries SET code = id', 'DELETE FROM coinbox.entries']) {
      await assert.rejects(server.query(sql), /the log of a ledger is not changed/);
    }
    await assert.rejects(server.query('TRUNCATE coinbox.entries'), /is not changed/);
  });

  const impossible = [
    ['a negative balance', "UPDATE coinbox.accounts SET balance = -1 WHERE id = 'b'"],
    ['more held than there is', "UPDATE coinbox.accounts SET held = 101 WHERE id = 'a'"],
    ['a negative hold', "UPDATE coinbox.holds SET remaining = -1 WHERE id = 'h'"],
    ['a second head', "INSERT INTO coinbox.head VALUES (false, 0, '', 0)"],
  ] as const;
  for (const [what, sql] of impossible) {
    test(`the tables refuse ${what}`, async () => {
      await assert.rejects(server.query(sql), /violates check constraint/);
    });
  }
});
