import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import { personOf } from './operators.ts';

const tokens = { maker: 'm'.repeat(43), checker: 'c'.repeat(43) };
const people = Object.fromEntries(
  Object.entries(tokens).map(([name, token]) => [
    name,
    new Uint8Array(createHash('sha256').update(token).digest()),
  ]),
);

describe('personOf()', () => {
  test('knows each person by their token', () => {
    assert.equal(personOf(people, `Bearer ${tokens.maker}`), 'maker');
    assert.equal(personOf(people, `bearer ${tokens.checker}`), 'checker');
  });

  const strangers = [
    undefined,
    '',
    'Bearer',
    'Bearer ',
    tokens.maker,
    `Basic ${tokens.maker}`,
    `Bearer ${tokens.maker}x`,
    `Bearer ${tokens.maker.slice(1)}`,
    `Bearer ${'x'.repeat(43)}`,
    `Bearer ${tokens.maker} `,
  ];
  for (const header of strangers) {
    test(`knows nobody by ${JSON.stringify(header)}`, () => {
      assert.equal(personOf(people, header), undefined);
    });
  }

  test('knows nobody by the hash of nothing', () => {
    const nothing = new Uint8Array(createHash('sha256').update('').digest());
    assert.equal(personOf({ nobody: nothing }, undefined), undefined);
  });
});
