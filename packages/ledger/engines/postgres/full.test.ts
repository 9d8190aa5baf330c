import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chownSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Fault } from '@coinbox/protocol';
import { group, layGround, steppingClock, transfer, wordsOf } from '../../conformance/groups.ts';
import { assertReplays } from '../../conformance/replay.ts';
import { postgresMissing, startPostgres } from '../../testing/postgres-server.ts';
import type { PostgresServer } from '../../testing/postgres-server.ts';
import { createPostgresLedger } from './ledger.ts';

// A full disk needs a small disk: a file system in memory, which only root can mount.
const SMALL_DISK = '16m';

let server: PostgresServer | undefined;
let disk: string | undefined;
const missing = postgresMissing();

before(async () => {
  if (missing) return;
  server = await startPostgres();
  const folder = join(server.folder, '..', 'small');
  mkdirSync(folder);
  const size = `size=${SMALL_DISK}`;
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', size, 'tmpfs', folder]);
  if (status === 0) disk = folder;
  const { user } = server;
  if (disk && user) chownSync(disk, user.uid, user.gid);
});
after(async () => {
  await server?.stop();
  if (disk) spawnSync('umount', [disk]);
  await server?.discard();
});

test('a full disk fails every post, reads go on, and with room all is posted once', async (t) => {
  if (!server || !disk) return t.skip(missing ?? 'skipped: this user cannot mount a small disk');
  await server.query(`CREATE TABLESPACE small LOCATION '${disk}'`);
  await server.query('CREATE DATABASE ledger TABLESPACE small');
  const config = { url: server.url('ledger'), clock: steppingClock() };
  // Random bytes: what compresses well would fill no disk.
  const memo = crypto.getRandomValues(new Uint8Array(16_000));
  const pay = (n: number) => group(`pay-${n}`, [transfer('issuance', 'b', 1n)], { memo });
  const all = Array.from({ length: 900 }, (_, n) => pay(n));

  const ledger = await createPostgresLedger(config);
  await layGround(ledger);
  const isFull = (reason: unknown) => reason instanceof Fault && reason.code === 'storage-full';
  const answers = await Promise.allSettled(all.map((one) => ledger.post([one])));
  const failed = answers.filter((one) => one.status === 'rejected');
  assert.ok(failed.length > 0 && failed.every(({ reason }) => isFull(reason)));
  await assert.rejects(ledger.post([pay(901)]), isFull);
  const paid = answers.length - failed.length;
  assert.equal((await ledger.account('b'))?.balance, BigInt(paid));
  await assertReplays(ledger);
  await ledger.close();

  spawnSync('mount', ['-o', 'remount,size=64m', disk]);
  const again = await createPostgresLedger(config);
  const words = (await again.post(all)).map(wordsOf);
  assert.equal(words.filter((one) => one === 'replayed posted').length, paid);
  assert.equal(words.filter((one) => one === 'posted').length, failed.length);
  await assertReplays(again);
  await again.close();
});
