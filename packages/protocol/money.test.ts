import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { MAX_MONEY, addMoney, checkAmount, money, parseAmount } from './money.ts';
import { subtractMoney, sumMoney } from './money.ts';
import type { Money } from './money.ts';

const refusal = (code: string) => ({ ok: false, rejection: { code } });
const amounts = fc.bigInt(0n, MAX_MONEY).map(money);

describe('parseAmount()', () => {
  for (const text of ['1', '12', '9007199254740993', '9223372036854775807']) {
    it(`takes ${text} exactly`, () => {
      assert.deepEqual(parseAmount(text), { ok: true, value: BigInt(text) });
    });
  }

  const syntax = ['1.5', '1e3', '+1', ' 1', '1 ', '１２', '0x10', '', '0012', '00', '-0', '-01'];
  for (const text of [...syntax, '1_000', '1,000', '--1', '-', '1n', '١', 'NaN']) {
    it(`answers amount-syntax to ${JSON.stringify(text)} (rows 23 and 24)`, () => {
      assert.deepEqual(parseAmount(text), refusal('amount-syntax'));
    });
  }

  for (const value of [1, 1n, null, undefined, {}, ['1']]) {
    it(`answers amount-syntax to a ${Array.isArray(value) ? 'list' : typeof value}`, () => {
      const parsed = parseAmount(value);
      assert.equal(parsed.ok ? 'ok' : parsed.rejection.code, 'amount-syntax');
    });
  }

  const others: readonly (readonly [string, string])[] = [
    ['0', 'amount-zero'],
    ['-1', 'amount-negative'],
    ['9223372036854775808', 'amount-out-of-range'],
    ['18446744073709551616', 'amount-out-of-range'],
    ['9'.repeat(100_000), 'amount-out-of-range'],
  ];
  for (const [text, code] of others) {
    it(`answers ${code} to ${text.slice(0, 24)} (rows 20 to 22)`, () => {
      assert.deepEqual(parseAmount(text), refusal(code));
    });
  }
});

describe('checkAmount()', () => {
  it('takes 1 to 2^63 − 1', () => {
    assert.deepEqual(checkAmount(1n), { ok: true, value: 1n });
    assert.deepEqual(checkAmount(2n ** 63n - 1n), { ok: true, value: MAX_MONEY });
  });
  it('refuses what is below and above', () => {
    assert.deepEqual(checkAmount(0n), refusal('amount-zero'));
    assert.deepEqual(checkAmount(-1n), refusal('amount-negative'));
    assert.deepEqual(checkAmount(2n ** 63n), refusal('amount-out-of-range'));
  });
});

describe('money()', () => {
  it('fails as a bug outside of its range', () => {
    assert.throws(() => money(-1n), /bug: amount out of range: -1/);
    assert.throws(() => money(2n ** 63n), /bug: /);
  });
});

describe('addMoney(), sumMoney() and subtractMoney()', () => {
  it('add exactly, or answer amount-overflow past 2^63 − 1 (row 28)', () => {
    assert.deepEqual(addMoney(MAX_MONEY, money(0n)), { ok: true, value: MAX_MONEY });
    assert.deepEqual(addMoney(MAX_MONEY, money(1n)), refusal('amount-overflow'));
    assert.deepEqual(sumMoney([MAX_MONEY, MAX_MONEY]), refusal('amount-overflow'));
    assert.deepEqual(sumMoney([]), { ok: true, value: 0n });
  });

  it('sum as repeated addition does', () => {
    fc.assert(
      fc.property(fc.array(amounts, { maxLength: 5 }), (list) => {
        const exact = list.reduce((sum, one) => sum + one, 0n);
        const sum = sumMoney(list);
        assert.equal(sum.ok, exact <= MAX_MONEY);
        if (sum.ok) assert.equal(sum.value, exact);
      }),
    );
  });

  it('take away what was added', () => {
    fc.assert(
      fc.property(amounts, amounts, (a, b) => {
        const sum = addMoney(a, b);
        if (sum.ok) assert.equal(subtractMoney(sum.value, b), a);
      }),
    );
    assert.throws(() => subtractMoney(1n as Money, 2n as Money), /bug: /);
  });
});
