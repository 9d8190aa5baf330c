import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { Fault } from '@coinbox/protocol';
import { steppingClock } from '../../conformance/groups.ts';
import { createSqliteLedger } from './ledger.ts';

const clock = steppingClock();
const alreadyRunning = (error: unknown) =>
  error instanceof Fault && error.code === 'already-running';

describe('lock of the SQLite engine', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lock-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  test('a second ledger of the same process is refused until the first is closed', async () => {
    for (const folderIs of ['new', 'known']) {
      const first = await createSqliteLedger({ folder, clock });
      await assert.rejects(createSqliteLedger({ folder, clock }), alreadyRunning, folderIs);
      await assert.rejects(createSqliteLedger({ folder, clock }), alreadyRunning, folderIs);
      await first.close();
    }
  });

  test('a second process is refused until the first has died', async () => {
    const child = spawn(
      process.execPath,
      [join(import.meta.dirname, 'posting-child.ts'), folder, '0'],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    await once(child.stdout, 'data');
    await assert.rejects(createSqliteLedger({ folder, clock }), alreadyRunning);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const ledger = await createSqliteLedger({ folder, clock });
    await ledger.close();
  });
});
