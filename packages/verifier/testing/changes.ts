import assert from 'node:assert/strict';
import type { TestWallet } from '@coinbox/issuer/testing';
import { changeMemo, changeMessage, edit } from './cheat.ts';
import type { Change, Parts } from './cheat.ts';
import type { History } from './history.ts';

// Single changes of a history, by the index of the entry.

/** A wallet by the name that the history gives it. */
export function walletOf({ wallets }: History, name: string): TestWallet {
  const found = wallets[name];
  assert.ok(found, `there is a wallet ${name}`);
  return found;
}

/** Exchanges text in the steps of an entry. */
export const inSteps = (index: number, from: string | number, to: string | number): Change =>
  edit(index, (parts) => {
    const before = JSON.stringify(parts.steps);
    parts.steps = parts.steps.map((step) => step.map((part) => (part === from ? to : part)));
    assert.notEqual(JSON.stringify(parts.steps), before, 'the step is there');
  });

/** Sets a fact of a memo. */
export const fact = (index: number, key: number, value: unknown): Change =>
  edit(index, (parts) =>
    changeMemo(parts, (facts) => {
      assert.ok(facts.has(key), 'the fact is there');
      facts.set(key, value);
    }),
  );

/** Changes the signed message of an entry, and signs it again where a key is named. */
export const message = (
  index: number,
  key: number,
  value: unknown,
  by?: string,
  network?: string,
) =>
  edit(index, (parts, history) =>
    changeMemo(parts, (_, request) =>
      changeMessage(
        request,
        (fields) => (value === undefined ? fields.delete(key) : fields.set(key, value)),
        by === undefined ? undefined : walletOf(history, by),
        network,
      ),
    ),
  );

/** Changes the message inside a SETTLE: 13 the DRAW, 14 the BILL. Both are signed again. */
export const inside = (
  index: number,
  part: 13 | 14,
  key: number,
  value: unknown,
  by: string,
): Change =>
  edit(index, (parts, history) =>
    changeMemo(parts, (_, request) =>
      changeMessage(
        request,
        (fields) => {
          const inner = fields.get(part) as Uint8Array;
          fields.set(
            part,
            changeMessage(inner, (own) => own.set(key, value), walletOf(history, by)),
          );
        },
        walletOf(history, 'settlement'),
      ),
    ),
  );

/** Puts a copy of an entry before the one that has the index now. */
export const copyTo =
  (from: number, to: number): Change =>
  (entries) =>
    void entries.splice(to - 1, 0, entries[from - 1] as Uint8Array);

/** Two entries change places. */
export const swap =
  (one: number, another: number): Change =>
  (entries) => {
    const kept = entries[one - 1] as Uint8Array;
    entries[one - 1] = entries[another - 1] as Uint8Array;
    entries[another - 1] = kept;
  };

/** Changes the bytes of an entry. */
export const raw =
  (index: number, change: (bytes: Buffer) => Uint8Array): Change =>
  (entries) => {
    entries[index - 1] = change(Buffer.from(entries[index - 1] as Uint8Array));
  };

/** Sets parts of an entry. */
export const set = (index: number, change: Partial<Parts>): Change =>
  edit(index, (parts) => Object.assign(parts, change));
