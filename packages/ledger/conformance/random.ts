import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { MAX_MONEY, money } from '@coinbox/protocol';
import type { Asset } from '@coinbox/protocol';
import type { Step, TransferGroup } from '../group.ts';
import type { Ledger } from '../ledger.ts';
import { group, open, openIssuance, steppingClock, transfer, wordsOf } from './groups.ts';
import type { OpenSubject } from './groups.ts';
import { createModel } from './model.ts';
import { assertReplays } from './replay.ts';

/** Looking for a smaller history that fails stops after this time. */
const SHRINK_MS = 45_000;

/** Every answer that random groups must have reached, or the test says nothing. */
const ANSWERS = [
  'posted',
  'replayed posted',
  'replayed refused',
  'refused claim-taken',
  'refused insufficient-funds',
  'refused hold-exceeded',
  'refused amount-overflow',
  'rejected group-empty',
  'rejected group-too-large',
  'rejected parameter-invalid',
  'rejected currency-unknown',
  'rejected id-reused',
  'rejected sequence-passed',
  'rejected sequence-gap',
  'rejected account-unknown',
  'rejected account-exists',
  'rejected hold-unknown',
  'rejected hold-exists',
  'rejected account-same',
  'rejected currency-mismatch',
  'rejected amount-zero',
  'rejected account-frozen',
];

const ground = group('ground', [
  openIssuance('i1'),
  openIssuance('i2'),
  openIssuance('yi', 'JPY/0'),
  ...['a', 'b', 'c'].map((id) => open(id)),
  open('y', 'JPY/0'),
  transfer('i1', 'a', 60n),
  transfer('i1', 'b', 60n),
  transfer('yi', 'y', 60n),
]);

const often = <T>(weight: number, arbitrary: fc.Arbitrary<T>) => ({ weight, arbitrary });
const account = fc.oneof(
  often(20, fc.constantFrom('a', 'b', 'c')),
  often(3, fc.constantFrom('i1', 'i2')),
  often(1, fc.constantFrom('y', 'x', 'n')),
);
const amount = fc
  .oneof(
    often(12, fc.bigInt({ min: 1n, max: 30n })),
    often(1, fc.constantFrom(0n, 2n ** 62n, MAX_MONEY, MAX_MONEY)),
  )
  .map(money);
const holdId = fc.constantFrom('h1', 'h2', 'h3', 'h4');
const asset: fc.Arbitrary<Asset> = fc.oneof(
  often(8, fc.constant<Asset>('CNY/2')),
  often(1, fc.constantFrom<Asset>('JPY/0', 'XXY/2')),
);
const kind = <K extends Step['kind']>(word: K) => fc.constant(word);
const step: fc.Arbitrary<Step> = fc.oneof(
  often(12, fc.record({ kind: kind('transfer'), debit: account, credit: account, amount })),
  often(5, fc.record({ kind: kind('hold'), hold: holdId, account, amount })),
  often(6, fc.record({ kind: kind('draw'), hold: holdId, credit: account, amount })),
  often(3, fc.record({ kind: kind('release'), hold: holdId, amount })),
  often(1, fc.record({ kind: kind('freeze'), account })),
  often(3, fc.record({ kind: kind('unfreeze'), account })),
  often(2, fc.record({ kind: kind('open'), account, asset, mayOverdraw: fc.boolean() })),
);
const steps = fc.oneof(
  often(40, fc.array(step, { minLength: 1, maxLength: 3 })),
  often(2, fc.constant<Step[]>([])),
  often(
    1,
    step.map((one) => Array.from({ length: 65 }, () => one)),
  ),
);
const sequence = fc.record({
  series: fc.constantFrom('s', 't'),
  number: fc.integer({ min: 1, max: 4 }),
});
const randomGroup: fc.Arbitrary<TransferGroup> = fc
  .record({
    id: fc.oneof(
      often(
        40,
        fc.nat({ max: 60 }).map((n) => `g${n}`),
      ),
      often(1, fc.constant('')),
    ),
    steps,
    claims: fc.uniqueArray(fc.constantFrom('c1', 'c2', 'c3', 'c4', 'c5'), { maxLength: 1 }),
    withClaims: fc.nat({ max: 3 }),
    sequence,
    withSequence: fc.nat({ max: 3 }),
    otherPrint: fc.nat({ max: 5 }),
  })
  .map(({ id, steps: taken, claims, withClaims, sequence: place, withSequence, otherPrint }) =>
    group(id, taken, {
      ...(withClaims === 0 ? { claims } : {}),
      ...(withSequence === 0 ? { sequence: place } : {}),
      ...(otherPrint === 0 ? { fingerprint: new Uint8Array(32) } : {}),
    }),
  );
const batches = fc.array(fc.array(randomGroup, { minLength: 1, maxLength: 8, size: 'max' }), {
  minLength: 1,
  maxLength: 12,
  size: 'max',
});

async function balancesOf(ledger: Ledger): Promise<Record<string, string>> {
  const { items } = await ledger.accounts({ limit: 1000 });
  return Object.fromEntries(items.map(({ id, balance, held }) => [id, `${balance} ${held}`]));
}

/** Holds an engine to the model with random groups, and counts what they reached. */
export function describeRandomGroups(openSubject: OpenSubject, runs: number): void {
  test(`${runs} random histories are answered as the model answers them`, async (context) => {
    const tally = new Map(ANSWERS.map((words) => [words, 0]));
    const count = (words: string): void => {
      const key = words.startsWith('replayed refused') ? 'replayed refused' : words;
      tally.set(key, (tally.get(key) ?? 0) + 1);
    };
    const history = async (posts: readonly TransferGroup[][]): Promise<void> => {
      const { ledger, discard } = await openSubject(steppingClock());
      try {
        const model = createModel();
        for (const groups of [[ground], ...posts]) {
          const words = (await ledger.post(groups)).map(wordsOf);
          assert.deepEqual(words, groups.map(model.answer));
          assert.deepEqual(await balancesOf(ledger), model.balances());
          words.forEach(count);
        }
        await assertReplays(ledger);
      } finally {
        await discard();
      }
    };
    const seed = Number(process.env.COINBOX_SEED ?? 20);
    await fc.assert(fc.asyncProperty(batches, history), {
      numRuns: runs,
      seed,
      interruptAfterTimeLimit: SHRINK_MS,
    });
    context.diagnostic([...tally].map(([words, times]) => `${words}: ${times}`).join(', '));
    const missed = ANSWERS.filter((words) => tally.get(words) === 0);
    assert.deepEqual(missed, [], 'answers that no random group reached');
    assert.deepEqual([...tally.keys()].sort(), [...ANSWERS].sort());
  });
}
