import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Instant } from '@coinbox/protocol';
import { isRequired } from '@coinbox/storage/testing';
import { checkPowerLoss, resumeTerminal, writeFolder } from '@coinbox/terminal/testing';
import type { Ending, PowerLossReport } from '@coinbox/terminal/testing';
import { recordTerminal } from './record-terminal.ts';
import type { Recording } from './record-terminal.ts';

/**
 * `COINBOX_POWER_STATES=20000 node --test packages/cli/e2e/power-loss.test.ts` (npm run test:power)
 * is the long run: at least so many different folders. `COINBOX_SEED` repeats the choice of what is
 * lost, not the recording: its keys' random ids and times are real.
 */
const WANTED = Number(process.env.COINBOX_POWER_STATES ?? 500);
const SEED = Number(process.env.COINBOX_SEED ?? Date.now() % 1_000_000);
const IS_LONG = WANTED > 2_000;
const ENDINGS: readonly Ending[] = ['billed', 'failed', 'unpaid', 'billed'];
const BILLED_SESSIONS = ENDINGS.filter((ending) => ending === 'billed').length;

/** Numbers in [0, 1) from a seed (Lehmer's generator, modulus 2³¹ − 1). */
function randomFrom(seed: number): () => number {
  let state = (seed % 2_147_483_646) + 1;
  return () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
}

const hasStrace = (): boolean => {
  try {
    execFileSync('strace', ['-V'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

function skipsWithoutStrace(test: TestContext): boolean {
  if (hasStrace() || isRequired('strace')) return false;
  test.skip('skipped: no strace on this machine');
  return true;
}

const root = mkdtempSync(join(tmpdir(), 'coinbox-power-'));
after(() => rmSync(root, { recursive: true, force: true }));
const scratch = mkdtempSync('/dev/shm/coinbox-power-');
after(() => rmSync(scratch, { recursive: true, force: true }));

const check = (recording: Recording, reordered: number, each: number): PowerLossReport =>
  checkPowerLoss({
    recording: recording.events,
    initial: recording.initial,
    scratch: join(scratch, 'state'),
    random: randomFrom(SEED),
    reordered,
    each,
  });

/**
 * Every journal that there was, resumed: with all that left the process before the next one, and
 * with no more than had left when it was new. Gives the number of starts.
 */
async function resumeAll(recording: Recording, report: PowerLossReport): Promise<number> {
  const { moments, sent, events } = report;
  const each = IS_LONG ? 1 : 3;
  let starts = 0;
  for (const [place, moment] of moments.entries()) {
    if (place % each !== 0) continue;
    for (const told of new Set([moment.sentAtFirst, moment.sentAtLast])) {
      const folder = join(scratch, 'resumed');
      writeFolder(folder, new Map([...recording.initial, ...moment.files]));
      const now = (events[moment.count]?.at ?? Date.now()) as Instant;
      const left = await resumeTerminal({ folder, now, sent: sent.slice(0, told), events });
      const where = `resumed with ${moment.count} events, ${told} pieces sent`;
      starts++;
      const { held, openSessions, unsent, faults } = left;
      assert.deepEqual([held, openSessions, unsent, faults], [0n, 0, 0, []], where);
      assert.equal(left.payer + left.provider, 100_000n, where);
      // A session is billed 12.34, once, or given back whole.
      assert.equal(left.provider, 1_234n * BigInt(left.settled), where);
      assert.ok(left.settled <= BILLED_SESSIONS, where);
    }
  }
  return starts;
}

describe('a terminal whose power is cut', () => {
  it('has every step that anybody was told of, and goes on', async (test) => {
    if (skipsWithoutStrace(test)) return;
    const recording = await recordTerminal(root, ENDINGS);
    const reordered = Math.ceil((WANTED * 1.6) / recording.events.length);
    const report = check(recording, reordered, IS_LONG ? 1 : 2);
    const total = Object.values(report.states).reduce((sum, count) => sum + count, 0);
    test.diagnostic(
      `seed ${SEED}: ${recording.events.length} calls, ${report.events.length} events, ` +
        `${total} states ${JSON.stringify(report.states)}`,
    );
    assert.deepEqual(report.problems, []);
    assert.ok(total >= WANTED, `${total} states`);
    for (const [how, count] of Object.entries(report.states)) assert.ok(count > 0, how);
    const kinds = new Set(report.events.map(({ kind }) => kind));
    for (const kind of ['offered', 'presented', 'accepted', 'metered', 'billed', 'receipted']) {
      assert.ok(kinds.has(kind as 'offered'), kind);
    }
    assert.ok(kinds.has('returned') || kinds.has('refused'), 'a session was given back');
    test.diagnostic(`${await resumeAll(recording, report)} starts on what was left`);
  });

  for (const bug of ['normal', 'late-commit']) {
    it(`is caught when it does not wait for its disk (${bug})`, async (test) => {
      if (skipsWithoutStrace(test)) return;
      const plant = fileURLToPath(new URL(`./planted/${bug}.ts`, import.meta.url));
      const folder = mkdtempSync(join(root, 'planted-'));
      const recording = await recordTerminal(folder, ['billed'], ['--import', plant]);
      const { problems } = check(recording, 2, 1);
      assert.match(problems[0] ?? '', /lost: \d+ events, \d+ were told of/);
    });
  }
});
