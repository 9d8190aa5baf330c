import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Fault } from '@coinbox/protocol';
import { group, layGround, postOne, steppingClock, transfer } from '../../conformance/groups.ts';
import { CHECKED_TAIL } from './check.ts';
import { checkFileBeside } from './file-check.ts';
import { createSqliteLedger } from './ledger.ts';
import { LEDGER_FILE } from './schema.ts';

const clock = steppingClock();
const isCorrupt = (error: unknown) => error instanceof Fault && error.code === 'ledger-corrupt';
const pay = (n: number) => group(`pay-${n}`, [transfer('issuance', 'b', 1n)]);

describe('the check of a whole ledger file', () => {
  let folder: string;
  let file: string;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'file-check-'));
    file = join(folder, LEDGER_FILE);
    const ledger = await createSqliteLedger({ folder, clock });
    await layGround(ledger);
    await ledger.post(Array.from({ length: CHECKED_TAIL + 500 }, (_, n) => pay(n)));
    await ledger.close();
  });
  after(() => rmSync(folder, { recursive: true }));

  test('finds nothing in a whole file, and lets the ledger go on', async () => {
    const check = checkFileBeside(file);
    await check.ended;
    assert.equal(check.fault, undefined);
    const ledger = await createSqliteLedger({ folder, clock, checkedFirstBytes: 0 });
    assert.equal(await postOne(ledger, pay(1_000_000)), 'posted');
    await ledger.close();
  });

  test('a file that is gone is no verdict on the ledger', async () => {
    const check = checkFileBeside(join(folder, 'nothing.sqlite'));
    await check.ended;
    assert.equal(check.fault, undefined);
  });

  test('can be stopped at any time', async () => {
    const check = checkFileBeside(file);
    check.stop();
    await check.ended;
    assert.equal(check.fault, undefined);
  });

  test('finds a damaged page of old entries: before the opening, or after it', async () => {
    const bytes = readFileSync(file);
    const page = Math.floor(bytes.indexOf('memo of pay-17') / 4096);
    writeFileSync(file, Uint8Array.from(bytes).fill(0, page * 4096, (page + 1) * 4096));
    await assert.rejects(createSqliteLedger({ folder, clock }), isCorrupt);
    const ledger = await createSqliteLedger({ folder, clock, checkedFirstBytes: 0 });
    const answers = async () => {
      for (let n = 2_000_000; n < 2_000_200; n++) {
        await ledger.post([pay(n)]);
        await sleep(50);
      }
    };
    await assert.rejects(answers(), isCorrupt);
    await assert.rejects(ledger.post([pay(3_000_000)]), isCorrupt);
    assert.equal((await ledger.account('yen'))?.balance, 40n);
    await ledger.close();
  });
});
