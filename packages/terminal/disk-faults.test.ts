import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Fault } from '@coinbox/protocol';
import { liveSession } from './testing/kit.ts';
import type { LifeHooks, Outcome, Story } from './testing/kit.ts';

/** Result codes of SQLite (sqlite3.h): the disk failed (EIO), the disk is full (ENOSPC). */
const faults = { EIO: [10, 'storage-failed'], ENOSPC: [13, 'storage-full'] } as const;

/** A session in which the statement at the `at`-th place fails, and so many more after it. */
async function live(story: Story, at: number, errcode: number, times: number) {
  const statements: string[] = [];
  const outcome: Outcome = await liveSession(story, (isArmed): LifeHooks => ({
    deaths: 0,
    wrap: (parts) => parts,
    pass(name) {
      if (!isArmed() || !name.startsWith('before ')) return;
      statements.push(name);
      const n = statements.length - 1;
      if (n < at || n >= at + times) return;
      throw Object.assign(new Error(name), { code: 'ERR_SQLITE_ERROR', errcode });
    },
  }));
  return { statements, outcome };
}

const NEVER = Number.POSITIVE_INFINITY;

describe('an agent whose disk fails at any statement of a session', () => {
  for (const story of ['delivers', 'fails'] as const) {
    for (const [name, [errcode, code]] of Object.entries(faults)) {
      it(`says so, and ends the session when the disk is well: ${name}, ${story}`, async (test) => {
        const { statements, outcome: undisturbed } = await live(story, NEVER, errcode, 0);
        test.diagnostic(`${statements.length} statements`);
        assert.ok(statements.length >= 25);
        for (const at of statements.keys()) {
          const { outcome } = await live(story, at, errcode, 1 + (at % 3));
          const where = `${at}: ${statements[at]}`;
          assert.deepEqual({ ...outcome, faults: [] }, undisturbed, where);
          for (const fault of outcome.faults) {
            assert.ok(fault instanceof Fault && fault.code === code, `${where}: ${String(fault)}`);
          }
        }
      });
    }
  }
});
