import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { steppingClock } from '../../conformance/groups.ts';
import { createSqliteLedger } from './ledger.ts';
import { openLedgerReader } from './reader.ts';
import { LEDGER_FILE } from './schema.ts';

const KILLS = 12;

/**
 * Starts a posting process, kills it `afterMs` after its first acknowledgement, answers with all of
 * them.
 */
async function postAndKill(folder: string, round: number, afterMs: number) {
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, 'posting-child.ts'), folder, `${round}`],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let printed = '';
  child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  const closed = once(child, 'close');
  await once(child.stdout, 'data');
  await sleep(afterMs);
  child.kill('SIGKILL');
  await closed;
  return printed
    .split('\n')
    .slice(0, -1)
    .map((line) => line.split(' ') as [id: string, index: string]);
}

test(`${KILLS} kills of a posting process lose no acknowledged group`, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'crash-'));
  try {
    const acknowledged = new Map<string, number>();
    for (let round = 0; round < KILLS; round++) {
      const lines = await postAndKill(folder, round, 1 + ((round * 37) % 120));
      for (const [id, index] of lines) acknowledged.set(id, Number(index));
      const reader = openLedgerReader(join(folder, LEDGER_FILE));
      const { head, accounts } = reader.verify();
      for (const [id, index] of acknowledged) assert.equal(reader.outcome(id)?.index, index, id);
      assert.ok(head.index >= acknowledged.size);
      const sum = [...accounts.values()].reduce((total, { balance }) => total + balance, 0n);
      assert.equal(sum, 0n);
      reader.close();
    }
    assert.ok(acknowledged.size > KILLS * 10, `only ${acknowledged.size} acknowledged`);
    const ledger = await createSqliteLedger({ folder, clock: steppingClock() });
    assert.ok((await ledger.head()).index >= acknowledged.size);
    await ledger.close();
  } finally {
    await rm(folder, { recursive: true });
  }
});
