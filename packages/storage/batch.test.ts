import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { Fault } from '@coinbox/protocol';
import { createBatch } from './batch.ts';
import { openDatabase, openDatabaseReader } from './database.ts';

const folder = mkdtempSync(join(tmpdir(), 'coinbox-batch-'));
after(() => rmSync(folder, { recursive: true }));
let files = 0;

function open() {
  const file = join(folder, `${++files}.db`);
  const schema = 'CREATE TABLE coin (n INTEGER PRIMARY KEY) STRICT';
  const database = openDatabase(file, { schema, applicationId: 7, version: 1 });
  const insert = database.prepare('INSERT INTO coin (n) VALUES (?)');
  const batch = createBatch(database);
  const others = openDatabaseReader(file);
  const count = (of = database): unknown => of.prepare('SELECT count(*) AS n FROM coin').get()?.n;
  const put = (n: number): Promise<void> => batch.write(() => void insert.run(n));
  return { database, batch, put, own: () => count(), outside: () => count(others) };
}

describe('createBatch()', () => {
  it('shows a write at once to its own database, and to others when it resolves', async () => {
    const { put, own, outside } = open();
    const written = put(1);
    assert.deepEqual([own(), outside()], [1, 0]);
    await written;
    assert.deepEqual([own(), outside()], [1, 1]);
  });

  it('commits the writes of one turn together', async () => {
    const { put, outside } = open();
    const first = put(1);
    const second = put(2);
    await first;
    assert.equal(outside(), 2);
    await second;
    await put(3);
    assert.equal(outside(), 3);
  });

  it('undoes the whole turn when one write fails, and goes on with the next turn', async () => {
    const { put, own, outside } = open();
    const settled = await Promise.allSettled([put(1), put(1)]);
    assert.deepEqual(
      settled.map((one) => one.status === 'rejected' && one.reason instanceof Fault),
      [true, true],
    );
    assert.deepEqual([own(), outside()], [0, 0]);
    await put(2);
    assert.equal(outside(), 1);
  });

  it('commits what is waiting when it is told to', async () => {
    const { put, batch, outside } = open();
    const written = put(1);
    batch.flush();
    assert.equal(outside(), 1);
    await written;
  });
});
