import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { LEDGER_FILE, openLedgerReader } from '@coinbox/ledger';
import { RECEIPT, readOwn, toHex, typOf } from '@coinbox/protocol';
import type { Receipt } from '@coinbox/protocol';
import { openJournal } from '@coinbox/terminal';
import { replay } from '../commands/replay.ts';
import type { Replay } from '../commands/replay.ts';
import type { Child } from '../fleet/children.ts';
import type { Fleet } from '../fleet/fleet.ts';

/**
 * `COINBOX_KILLS=100 node --test packages/cli/e2e/kill.test.ts` is the long run; the default is a
 * short one. `COINBOX_SEED` repeats the order of the victims (not the moments: they are real).
 */
const KILLS = Number(process.env.COINBOX_KILLS ?? 6);
/** A slow machine starts processes slowly, and the sessions may end before the last kills. */
const LEAST = KILLS / 2;
const SEED = Number(process.env.COINBOX_SEED ?? Date.now() % 1_000_000);
const SESSIONS_A_KILL = process.env.COINBOX_KILLS ? 80 : 40;
const READY_WITHIN_MS = 30_000;

const data = (name: string): string =>
  fileURLToPath(new URL(`../../../data/${name}`, import.meta.url));

/** Numbers in [0, 1) from a seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let word = Math.imul(state ^ (state >>> 15), state | 1);
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61);
    return ((word ^ (word >>> 14)) >>> 0) / 2 ** 32;
  };
}

async function untilUp(child: Child): Promise<void> {
  const until = performance.now() + READY_WITHIN_MS;
  for (;;) {
    const answer = await fetch(`${child.url}/livez`).catch(() => undefined);
    await answer?.arrayBuffer();
    if (answer?.ok) return;
    assert.ok(performance.now() < until, `${child.name} did not come back`);
    await sleep(20);
  }
}

/** Kills issuer and terminals in random order, at random moments, until told to stop. */
async function killAtRandom(fleet: Fleet, isOver: () => boolean): Promise<number> {
  const random = randomFrom(SEED);
  const victims = [fleet.issuer, ...fleet.gateways];
  let killed = 0;
  for (let n = 0; n < KILLS; n++) {
    await sleep(50 + random() * 500);
    if (isOver()) break;
    const victim = victims[Math.floor(random() * victims.length)] as Child;
    const before = victim.restarts;
    victim.kill();
    killed += 1;
    while (victim.restarts === before) await sleep(5);
    await untilUp(victim);
  }
  return killed;
}

/** The recorded sessions, in as many rounds as keep the fleet busy through all kills. */
function writeSessions(folder: string): string {
  const [header = '', ...rows] = readFileSync(data('ev-sessions.csv'), 'utf8').trim().split('\n');
  const file = join(folder, 'sessions.csv');
  const wanted = Array.from({ length: KILLS * SESSIONS_A_KILL }, (_, n) => {
    const round = Math.floor(n / rows.length);
    return `${round === 0 ? '' : `${round}-`}${rows[n % rows.length]}`;
  });
  writeFileSync(file, [header, ...wanted, ''].join('\n'));
  return file;
}

/** What the journals of all terminals hold, each read from its first event on. */
function readJournals(folder: string): { accepted: Set<string>; receipts: Receipt[] } {
  const accepted = new Set<string>();
  const receipts: Receipt[] = [];
  for (const name of readdirSync(join(folder, 'terminals'))) {
    const journal = openJournal(join(folder, 'terminals', name));
    for (const { kind, session, messages } of journal.replay()) {
      if (kind === 'accepted' && session) accepted.add(session);
      for (const bytes of messages) {
        const typ = typOf(bytes);
        if (typ.ok && typ.value === RECEIPT.typ) receipts.push(readOwn(RECEIPT, bytes).body);
      }
    }
    journal.close();
  }
  return { accepted, receipts };
}

/** Every ACCEPT that a payer holds is in a journal: no answer was lost with a process. */
function checkAccepts(folder: string, accepted: ReadonlySet<string>): void {
  const payers = new DatabaseSync(join(folder, 'payers', 'payments.db'), { readOnly: true });
  const held = payers
    .prepare('SELECT session FROM payment WHERE message_accept IS NOT NULL')
    .all() as { session: string }[];
  payers.close();
  assert.ok(held.length > 0);
  for (const { session } of held) assert.ok(accepted.has(session), `${session} was forgotten`);
}

/** Every RECEIPT in a journal is of the entry that the issuer's log has at that very place. */
function checkReceipts(folder: string, receipts: readonly Receipt[]): void {
  const ledger = openLedgerReader(join(folder, 'issuer', 'ledger', LEDGER_FILE));
  ledger.verify();
  assert.ok(receipts.length > 0);
  for (const { index, entryHash } of receipts) {
    assert.equal(toHex(ledger.entry(index)?.hash ?? new Uint8Array()), toHex(entryHash));
  }
  ledger.close();
}

test(`${KILLS} kills of issuer and terminals lose nothing (seed ${SEED})`, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'coinbox-kill-'));
  const fleetFolder = join(folder, 'fleet');
  let over = false;
  let killing = Promise.resolve(0);
  let run: Replay | undefined;
  try {
    run = await replay({
      sessions: writeSessions(folder),
      tariff: data('tariff.json'),
      folder: fleetFolder,
      timeZone: 'UTC',
      atOnce: 32,
      gateways: 2,
      billWithin: 600,
      quiet: true,
      verbose: process.env.COINBOX_VERBOSE === '1',
      onFleet: (fleet) => {
        killing = killAtRandom(fleet, () => over);
      },
    });
    over = true;
    const killed = await killing;
    const { sessions, settled_sessions, difference_minor, held_minor, problems } = run.result;
    t.diagnostic(`${killed} kills, ${sessions} sessions, ${run.result.seconds} s`);
    await run.close();
    run = undefined;
    assert.deepEqual(problems, []);
    assert.deepEqual([difference_minor, held_minor, settled_sessions], [0, 0, sessions]);
    assert.ok(killed >= LEAST, `the replay was over after ${killed} kills`);
    const { accepted, receipts } = readJournals(fleetFolder);
    checkAccepts(fleetFolder, accepted);
    checkReceipts(fleetFolder, receipts);
  } finally {
    over = true;
    await run?.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
