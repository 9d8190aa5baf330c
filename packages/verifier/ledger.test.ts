import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applySteps, createBooks } from './ledger.ts';
import type { CheckName } from './checks.ts';

const most = 2n ** 63n - 1n;

/** a has 100, 30 of them under the hold h; z is frozen and has 10; b is empty. */
function books() {
  const made = createBooks();
  const steps = [
    '1 issuance CNY/2 1',
    '1 a CNY/2 0',
    '1 b CNY/2 0',
    '1 z CNY/2 0',
    '4 issuance a 100',
    '4 issuance z 10',
    '5 h a 30',
    '5 f z 5',
    '2 z',
  ];
  assert.equal(applySteps(made, steps), undefined);
  return made;
}

const rows: readonly (readonly [what: string, check: CheckName | undefined, ...steps: string[]])[] =
  [
    ['moves what is available', undefined, '4 a b 70'],
    ['does not move what is held', 'balance', '4 a b 71'],
    ['does not hold what is held', 'balance', '5 i a 71'],
    ['draws what is held', undefined, '6 h b 30'],
    ['draws no more than is held', 'hold', '6 h b 31'],
    ['releases no more than is held', 'hold', '7 h 31'],
    ['moves what was released', undefined, '7 h 30', '4 a b 100'],
    ['knows no other account', 'account', '4 a c 1'],
    ['knows no other payer', 'account', '4 c a 1'],
    ['knows no other hold', 'account', '6 g b 1'],
    ['makes no hold again', 'account', '6 h b 30', '5 h a 1'],
    ['moves nothing to the same account', 'account', '4 a a 1'],
    ['moves nothing', 'amount', '4 a b 0'],
    ['moves no more than there can be', 'amount', `4 issuance a ${most + 1n}`],
    ['has no balance past the largest', 'overflow', `4 issuance a ${most - 99n}`],
    ['takes nothing from a frozen account', 'frozen', '4 z a 1'],
    ['draws nothing from a frozen account', 'frozen', '6 f a 1'],
    ['gives to a frozen account', undefined, '4 a z 1'],
    ['lifts a freeze', undefined, '3 z', '4 z a 5'],
    ['freezes no account that is not there', 'account', '2 c'],
    ['leaves an account that is there as it is', undefined, '1 a CNY/2 0', '4 a b 70'],
  ];
for (const [what, check, ...steps] of rows) {
  test(`applySteps() ${what}`, () => {
    assert.equal(applySteps(books(), steps), check);
  });
}

test('applySteps() applies all steps or none', () => {
  const made = books();
  assert.equal(
    applySteps(made, ['4 a b 20', '5 i b 20', '6 h b 10', '2 b', '4 a b 9999']),
    'balance',
  );
  assert.deepEqual(made, books());
});

test('applySteps() keeps balance and what is held', () => {
  const made = books();
  assert.equal(applySteps(made, ['6 h b 20', '4 a b 1', '5 i b 21']), undefined);
  assert.deepEqual(made.accounts.get('a'), { balance: 79n, held: 10n, frozen: false });
  assert.deepEqual(made.accounts.get('b'), { balance: 21n, held: 21n, frozen: false });
  assert.deepEqual(made.holds.get('h'), { on: 'a', remaining: 10n });
});
