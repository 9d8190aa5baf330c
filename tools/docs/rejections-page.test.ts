import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { REJECTIONS } from '@coinbox/protocol';
import { rejectionsPage } from './rejections-page.ts';

describe('rejectionsPage()', () => {
  const page = rejectionsPage();

  it('has one row for each code, and a cell for each part of it', () => {
    const rows = page.split('\n').filter((line) => line.startsWith('| `'));
    assert.equal(rows.length, Object.keys(REJECTIONS).length);
    for (const row of rows) assert.equal(row.split(' | ').length, 5, row);
  });

  it('has all seven sections', () => {
    assert.equal([...page.matchAll(/^## /gm)].length, 7);
  });

  it('writes a row as status, rule, English, Chinese', () => {
    assert.ok(
      page.includes('| `amount-zero` | 422 | never | The amount is zero. | 金额为零。 |\n'),
    );
  });
});
