import { money, sha256 } from '@coinbox/protocol';
import type { Asset, Clock, Instant, Result } from '@coinbox/protocol';
import type { Step, TransferGroup } from '../group.ts';
import type { Ledger } from '../ledger.ts';
import type { Outcome } from '../view.ts';

/** An engine under test: a new, empty ledger, and how to open the same one again if it can be. */
export type Subject = {
  readonly ledger: Ledger;
  readonly reopen?: () => Promise<Ledger>;
  readonly discard: () => Promise<void>;
};

export type OpenSubject = (clock: Clock) => Promise<Subject>;

/** A clock that moves one second a look, from 2026-01-01T00:00:00Z. */
export function steppingClock(): Clock {
  let at = Date.UTC(2026, 0, 1) - 1000;
  return { now: () => (at += 1000) as Instant };
}

export const text = (words: string): Uint8Array => new TextEncoder().encode(words);

type More = Partial<Omit<TransferGroup, 'id' | 'steps'>>;

/** A group with a fingerprint that follows from its id alone, unless `more` says otherwise. */
export function group(id: string, steps: readonly Step[], more: More = {}): TransferGroup {
  const fingerprint = new Uint8Array(sha256(text(id)));
  return { id, code: 'test', fingerprint, memo: text(`memo of ${id}`), steps, ...more };
}

export const open = (account: string, asset: Asset = 'CNY/2'): Step => ({
  kind: 'open',
  account,
  asset,
  mayOverdraw: false,
});

export const openIssuance = (account: string, asset: Asset = 'CNY/2'): Step => ({
  kind: 'open',
  account,
  asset,
  mayOverdraw: true,
});

export const transfer = (debit: string, credit: string, amount: bigint): Step => ({
  kind: 'transfer',
  debit,
  credit,
  amount: money(amount),
});

export const hold = (id: string, account: string, amount: bigint): Step => ({
  kind: 'hold',
  hold: id,
  account,
  amount: money(amount),
});

export const draw = (id: string, credit: string, amount: bigint): Step => ({
  kind: 'draw',
  hold: id,
  credit,
  amount: money(amount),
});

export const release = (id: string, amount: bigint): Step => ({
  kind: 'release',
  hold: id,
  amount: money(amount),
});

export const freeze = (account: string): Step => ({ kind: 'freeze', account });
export const unfreeze = (account: string): Step => ({ kind: 'unfreeze', account });

/**
 * A result in words: `posted`, `refused insufficient-funds`, `replayed posted`, `rejected
 * id-reused`.
 */
export function wordsOf(result: Result<Outcome> | undefined): string {
  if (!result) return 'no answer';
  if (!result.ok) return `rejected ${result.rejection.code}`;
  const { value } = result;
  const words = value.status === 'posted' ? 'posted' : `refused ${value.code}`;
  return value.replayed ? `replayed ${words}` : words;
}

/** Posts one group alone and answers in words. */
export async function postOne(ledger: Ledger, one: TransferGroup): Promise<string> {
  const [result] = await ledger.post([one]);
  return wordsOf(result);
}

/**
 * Posts the ground that the tests stand on: `issuance` and `yen:issuance` may overdraw; `a` has 100
 * of which 30 are under hold `h`; `b` has 0; `ice` has 50, 20 of them under hold `ice-h`, and is
 * frozen; `yen` has 40 of JPY/0; claim `taken` is taken by `ground`; series `s` is at 1.
 */
export async function layGround(ledger: Ledger): Promise<void> {
  const ground = group(
    'ground',
    [
      openIssuance('issuance'),
      openIssuance('yen:issuance', 'JPY/0'),
      ...['a', 'b', 'ice'].map((id) => open(id)),
      open('yen', 'JPY/0'),
      transfer('issuance', 'a', 100n),
      transfer('issuance', 'ice', 50n),
      transfer('yen:issuance', 'yen', 40n),
      hold('h', 'a', 30n),
      hold('ice-h', 'ice', 20n),
      freeze('ice'),
    ],
    { claims: ['taken'], sequence: { series: 's', number: 1 } },
  );
  const words = await postOne(ledger, ground);
  if (words !== 'posted') throw new Error(`the ground was ${words}`);
}

/** Runs a test on a new ledger that stands on the ground, and discards it. */
export async function onGround(
  openSubject: OpenSubject,
  run: (ledger: Ledger, subject: Subject) => Promise<void>,
): Promise<void> {
  const subject = await openSubject(steppingClock());
  try {
    await layGround(subject.ledger);
    await run(subject.ledger, subject);
  } finally {
    await subject.discard();
  }
}
