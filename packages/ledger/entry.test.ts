import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { fromHex, toHex } from '@coinbox/protocol';
import type { Instant } from '@coinbox/protocol';
import { createMemoryLedger } from './engines/memory/ledger.ts';
import { entryBytes, entryHash } from './entry.ts';
import type { Entry } from './entry.ts';
import { foldEntries } from './fold.ts';
import type { Step, TransferGroup } from './group.ts';

type StoredEntry = Omit<Entry, 'fingerprint' | 'memo' | 'previousHash' | 'hash' | 'steps'> & {
  readonly fingerprint: string;
  readonly memo: string;
  readonly previousHash: string;
  readonly steps: readonly (Step & { amount?: string })[];
};
type Vectors = {
  readonly log: readonly { entry: StoredEntry; bytes: string; hash: string }[];
  readonly books: {
    readonly accounts: Record<string, { balance: string; held: string; frozen: boolean }>;
    readonly holds: Record<string, string>;
    readonly claims: Record<string, string>;
    readonly series: Record<string, number>;
    readonly statements: Record<string, number[]>;
  };
};

const file = new URL('../../spec/vectors/ledger.json', import.meta.url);
const { log, books } = JSON.parse(readFileSync(file, 'utf8')) as Vectors;

/** Each was posted alone. */
function fromStored(stored: StoredEntry): Omit<Entry, 'hash'> {
  const steps = stored.steps.map((step) =>
    step.amount === undefined ? step : { ...step, amount: BigInt(step.amount) },
  ) as Step[];
  const bytes = (hex: string) => fromHex(hex) as Uint8Array;
  return {
    ...stored,
    steps,
    fingerprint: bytes(stored.fingerprint),
    memo: bytes(stored.memo),
    previousHash: bytes(stored.previousHash),
    commitEnd: stored.index,
  };
}

function groupOf(entry: Omit<Entry, 'hash'>): TransferGroup {
  const { id, code, fingerprint, steps, claims, sequence, memo } = entry;
  return { id, code, fingerprint, steps, claims, memo, ...(sequence ? { sequence } : {}) };
}

describe('spec/vectors/ledger.json', () => {
  for (const { entry, bytes, hash } of log) {
    test(`entry ${entry.index} has the bytes and the hash of the vector`, () => {
      const content = fromStored(entry);
      assert.equal(toHex(entryBytes(content)), bytes);
      assert.equal(toHex(entryHash(content)), hash);
    });
  }

  test('the worked example of spec/20-ledger.md is entry 3 of the vector', () => {
    const page = readFileSync(new URL('../../spec/20-ledger.md', import.meta.url), 'utf8');
    const example = /^8c [^]*?(?=^```)/m.exec(page)?.[0] ?? '';
    const hex = /^\s*((?:[0-9a-f]{2,} )*[0-9a-f]{2,})(?= {2,}|$)/;
    const lines = example
      .trimEnd()
      .split('\n')
      .map((line) => hex.exec(line)?.[1] ?? '');
    assert.equal(lines.join('').replaceAll(' ', ''), log[2]?.bytes);
    assert.ok(page.includes(`hash  ${log[2]?.hash}\n`));
  });

  test('a ledger that is posted the groups of the vector writes its log', async () => {
    let now = 0;
    const ledger = createMemoryLedger({ clock: { now: () => now as Instant } });
    for (const { entry, hash } of log) {
      now = entry.at;
      const content = fromStored(entry);
      await ledger.post([groupOf(content)]);
      const written = await ledger.entry(entry.index);
      assert.deepEqual(written, { ...content, hash: fromHex(hash) });
    }
  });

  test('the books of the vector follow from its log', () => {
    const entries = log.map(({ entry, hash }) => ({
      ...fromStored(entry),
      hash: fromHex(hash) as Uint8Array,
    }));
    const folded = foldEntries(entries);
    const accounts = [...folded.accounts.values()].map(({ id, balance, held, frozen }) => [
      id,
      { balance: `${balance}`, held: `${held}`, frozen },
    ]);
    assert.deepEqual(Object.fromEntries(accounts), books.accounts);
    const holds = [...folded.holds.values()].map(({ id, remaining }) => [id, `${remaining}`]);
    assert.deepEqual(Object.fromEntries(holds), books.holds);
    assert.deepEqual(Object.fromEntries(folded.claims), books.claims);
    assert.deepEqual(Object.fromEntries(folded.series), books.series);
    assert.deepEqual(Object.fromEntries(folded.statements), books.statements);
  });
});
