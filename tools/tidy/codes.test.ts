import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkCodesUsed, checkDocumented, checkPairs, checkTexts } from './codes.ts';
import { sourceOf } from './source.ts';

const issuer = sourceOf('packages/issuer/a.ts', "reject('used');");

describe('checkCodesUsed()', () => {
  const check = (codes: string[], reserved: Record<string, string> = {}) =>
    checkCodesUsed(codes, [issuer], reserved, 'r.json');

  it('takes a code that is used, and one that is reserved', () => {
    assert.deepEqual(check(['used', 'later'], { later: 'for SYNC' }), []);
  });

  it('finds a code that nobody uses', () => {
    assert.deepEqual(check(['used', 'later']), ["r.json:1 lacks 'later', which no source uses"]);
  });

  it('counts neither tests nor the table itself as use', () => {
    const sources = ['packages/protocol/rejections/a.ts', 'packages/a/b.test.ts', 'tools/a.ts'];
    const found = checkCodesUsed(
      ['used'],
      sources.map((path) => sourceOf(path, issuer.text)),
      {},
      'r.json',
    );
    assert.equal(found.length, 1);
  });

  it('finds entries that are stale: used, no code, without reason', () => {
    assert.deepEqual(check(['used', 'later'], { used: 'x', other: 'x', later: ' ' }), [
      "r.json:1 reserves 'used', which a source uses",
      "r.json:1 reserves 'other', which is no code",
      "r.json:1 gives no reason for 'later'",
    ]);
  });
});

describe('checkDocumented()', () => {
  it('compares table and page both ways', () => {
    assert.deepEqual(checkDocumented(['a', 'b'], '| `b` | 400 |\n| `c` | 400 |\n', 'p.md'), [
      "p.md:1 lacks 'a'",
      "p.md:1 has 'c', which is no code",
    ]);
  });
});

describe('checkTexts()', () => {
  it('wants both languages, each in its own script', () => {
    const rows = {
      good: { en: 'No.', zh: '不。' },
      bare: { en: 'No.', zh: '' },
      same: { en: 'No.', zh: 'No.' },
      turned: { en: '不。', zh: '不。' },
    };
    assert.deepEqual(checkTexts(rows, 't.ts'), [
      "t.ts:1 'bare' has no Chinese text",
      "t.ts:1 'same' has no Chinese text",
      "t.ts:1 'turned' has no English text",
    ]);
  });
});

describe('checkPairs()', () => {
  it('finds an English text without a Chinese one beside it', () => {
    const text = "a = { b: { en: 'x', zh: 'y' },\n c: { en: 'x', d: { zh: 'y' } } };";
    assert.deepEqual(checkPairs(sourceOf('a.ts', text)), ['a.ts:2 has en without zh']);
  });
});
