import assert from 'node:assert/strict';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, test } from 'node:test';
import { MAX_PAGE } from '@coinbox/ledger';
import type { EntriesQuery, Ledger } from '@coinbox/ledger';
import { createIssuer } from '../issuer.ts';
import type { IssuerPorts } from '../issuer.ts';
import { assertPosted } from '../testing/assertions.ts';
import { createIssuerFixture } from '../testing/fixture.ts';
import { createPaidSession } from '../testing/session.ts';
import type { PaidSession } from '../testing/session.ts';
import { RECORDS_FILE, openMemoryRecords, openRecords, openSoundRecords } from './schema.ts';
import { sealRecords } from './seal.ts';

/** Every row of every table, in order. */
function rowsOf(records: DatabaseSync): unknown {
  const names = records.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
  return names.map(({ name }) => [name, records.prepare(`SELECT * FROM ${name} ORDER BY 1`).all()]);
}

/** A ledger that one issuer may close and others still read, and that knows who asked for what. */
function shared(ledger: Ledger) {
  const asked: EntriesQuery[] = [];
  const open: Ledger = {
    ...ledger,
    entries(query) {
      asked.push(query);
      return ledger.entries(query);
    },
    close: async () => undefined,
  };
  return { open, asked };
}

describe('records as a snapshot of the log', () => {
  let place: string;
  let copies = 0;
  /** The folder of the records as a kill left them, with a tail of the log that they lack. */
  let killed: string;
  let killedAt: number;
  let s: PaidSession & { readonly fullPorts: IssuerPorts };
  let made: unknown;

  before(async () => {
    place = mkdtempSync(join(tmpdir(), 'records-'));
    const folder = join(place, 'own');
    mkdirSync(folder);
    s = await createPaidSession({ records: openRecords(folder) });
    await s.freeze(s.provider);
    await s.issuer.submit(s.settle(s.bill(10n)).bytes);
    await s.map(s.terminal, await s.openWallet('provider'));
    killedAt = s.issuer.registry.appliedIndex;
    killed = join(place, 'killed');
    cpSync(folder, killed, { recursive: true });
    await s.unfreeze(s.provider);
    await assertPosted(s, s.settle(s.bill(20n), { upload: 2 }).bytes);
    await s.openPayer(70n);
    s.issuer.registry.save();
    made = rowsOf(s.fullPorts.records);
  });
  after(() => {
    s.fullPorts.records.close();
    rmSync(place, { recursive: true });
  });

  /** Starts over a copy of the killed records, changed by `change`. */
  async function start(change: (file: string) => void, ports: Partial<IssuerPorts> = {}) {
    const folder = join(place, `copy-${(copies += 1)}`);
    cpSync(killed, folder, { recursive: true });
    change(join(folder, RECORDS_FILE));
    const told: string[] = [];
    const rebuilt = (why: string): void => void told.push(why);
    const records = openSoundRecords(folder, () => rebuilt('damaged'));
    const { open, asked } = shared(s.fullPorts.ledger);
    const issuer = await createIssuer({ ...s.fullPorts, ledger: open, ...ports, records, rebuilt });
    const rows = rowsOf(records);
    await issuer.close();
    return { rows, told, first: asked[0] };
  }
  const edit = (sql: string) => (file: string) => {
    const database = new DatabaseSync(file);
    database.exec(sql);
    database.close();
  };

  test('a start after a kill reads the tail of the log, and not what came before', async () => {
    const { rows, told, first } = await start(() => undefined);
    assert.deepEqual(first, { after: killedAt, limit: MAX_PAGE });
    assert.deepEqual(told, []);
    assert.deepEqual(rows, made);
  });

  const edits = [
    ['a wallet thawed', 'UPDATE wallets SET frozen = 0'],
    ['the provider of a mapping changed', 'UPDATE mappings SET provider = terminal'],
    ['a certificate changed', "UPDATE wallets SET certificate = x'00' WHERE entry_index = 2"],
    ['a wallet taken out', 'DELETE FROM wallets WHERE entry_index = 2'],
    ['a mapping put in', "INSERT INTO mappings VALUES ('a', 1, 'b', 'c', 1)"],
    ['a parked settlement forgotten', 'DELETE FROM parked'],
    ['an approver changed', "UPDATE proposals SET approved_by = 'maker'"],
    ['payments counted wrongly', 'UPDATE progress SET payments = payments + 1'],
    ['progress set ahead', 'UPDATE progress SET applied_index = applied_index + 1'],
    ['progress set far ahead', 'UPDATE progress SET applied_index = 1000000'],
    ['progress lost', 'DELETE FROM progress'],
    ['the hash of another entry', 'UPDATE progress SET entry_hash = zeroblob(32)'],
    ['the seal changed', "UPDATE seal SET digest = x'" + '07'.repeat(32) + "'"],
    ['the seal emptied', 'UPDATE seal SET digest = zeroblob(32)'],
    ['the seal lost', 'DELETE FROM seal'],
  ] as const;
  for (const [what, sql] of edits) {
    test(`${what}: noticed, and built again from the log`, async () => {
      const { rows, told, first } = await start(edit(sql));
      assert.deepEqual(told, ['a row is not as this issuer left it']);
      assert.equal(first?.after, 0);
      assert.deepEqual(rows, made);
    });
  }

  const damages = [
    ['half of the file', (file: string) => truncateSync(file, readFileSync(file).length >> 1)],
    [
      'a page of noise',
      (file: string) => {
        const bytes = readFileSync(file);
        writeFileSync(file, Uint8Array.from(bytes).fill(0x5a, 4096, 8192));
      },
    ],
    ['another kind of file', (file: string) => writeFileSync(file, 'PNG'.repeat(5000))],
  ] as const;
  for (const [what, damage] of damages) {
    test(`${what}: thrown away, and built again from the log`, async () => {
      const { rows, told } = await start((file) => {
        edit('PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE')(file);
        damage(file);
      });
      assert.deepEqual(told, ['damaged']);
      assert.deepEqual(rows, made);
    });
  }

  test('those of an issuer with another secret are built again', async () => {
    const log = { secret: new Uint8Array(32).fill(9) };
    const { rows, told } = await start(() => undefined, { log });
    assert.deepEqual(told, ['a row is not as this issuer left it']);
    // The seal itself is another one under another secret.
    const unsealed = (all: unknown) => (all as [string, unknown][]).filter(([t]) => t !== 'seal');
    assert.deepEqual(unsealed(rows), unsealed(made));
  });

  test('those of another log are built again', async () => {
    const other = await createIssuerFixture({ seed: 'another' });
    for (let n = 0; n < killedAt; n++) await other.openWallet('payer');
    const { open: ledger, asked } = shared(other.fullPorts.ledger);
    const told: string[] = [];
    const records = openSoundRecords(killed, () => told.push('damaged'));
    const ports = { ...other.fullPorts, log: s.fullPorts.log, ledger, records };
    const issuer = await createIssuer({ ...ports, rebuilt: (why) => told.push(why) });
    assert.deepEqual(told, ['they are of another log']);
    assert.equal(asked[0]?.after, 0);
    assert.equal(issuer.registry.wallets(0, 500).length, killedAt);
    await issuer.close();
  });
});

describe('sealRecords()', () => {
  const secret = new Uint8Array(32).fill(7);

  test('tells new records from whole and from broken ones', () => {
    const records = openMemoryRecords();
    const seal = sealRecords(records, secret);
    assert.equal(seal.state(), 'new');
    seal.clear();
    assert.equal(seal.state(), 'whole');
    records.exec("INSERT INTO parked VALUES ('a', 1)");
    assert.equal(seal.state(), 'whole');
    assert.equal(sealRecords(records, new Uint8Array(32)).state(), 'broken');
  });

  test('follows every way in which a row can change, and a transaction that is undone', () => {
    const records = openMemoryRecords();
    const seal = sealRecords(records, secret);
    seal.clear();
    for (const sql of [
      "INSERT INTO parked VALUES ('a', 1), ('b', 2), ('c', 3)",
      'UPDATE parked SET entry_index = entry_index + 10',
      "INSERT OR REPLACE INTO parked VALUES ('a', 7)",
      "INSERT INTO parked VALUES ('b', 9) ON CONFLICT DO UPDATE SET entry_index = 9",
      "DELETE FROM parked WHERE settlement = 'c'",
      'BEGIN; DELETE FROM parked; ROLLBACK',
      'UPDATE progress SET payments = 5',
    ]) {
      records.exec(sql);
      assert.equal(seal.state(), 'whole', sql);
    }
    assert.equal(records.prepare('SELECT count(*) AS n FROM parked').get()?.['n'], 2);
  });

  test('leaves the answers to keyed requests as they are', () => {
    const records = openMemoryRecords();
    const seal = sealRecords(records, secret);
    seal.clear();
    records.exec("INSERT INTO answers VALUES ('s', x'00', 200, '{}', 1)");
    assert.equal(seal.state(), 'whole');
    seal.clear();
    assert.equal(records.prepare('SELECT count(*) AS n FROM answers').get()?.['n'], 1);
  });
});
