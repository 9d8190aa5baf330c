import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { PLANTED_BUGS } from './planted-bugs.ts';
import { bugTable, shortFailure, sumLine, tallyLines, withTable } from './report.ts';

const bug = { name: 'no VOID', what: 'nobody is told', changes: [] };

describe('the report of a simulation', () => {
  it('says seeds, events, simulated time and speed in one line', () => {
    const sum = { seeds: 20_000, events: 2_900_000, simulatedMs: 432_000_000, tookMs: 100_000 };
    assert.equal(
      sumLine(sum),
      '20,000 seeds, 2,900,000 events, 5.0 simulated days in 100.0 s: 200 seeds/s',
    );
  });

  it('lists what was reached by name', () => {
    const counts = new Map([
      ['payment: done', 1_200],
      ['journal: voided', 7],
    ]);
    assert.deepEqual(tallyLines(counts), ['    7  journal: voided', '1,200  payment: done']);
  });

  it('tells a failure without ids, and its first part only', () => {
    const failure = 'I21 liveness: bil_01MCC5RM00X9MRMSSDDVZSYE79 is on its way; more\nand more';
    assert.equal(shortFailure(failure), 'I21 liveness: … is on its way');
  });

  it('marks the ten mutations, and says so where a bug was not found', () => {
    const table = bugTable([
      { bug: { ...bug, isMutation: true }, seed: 3, failure: 'I21 liveness: stuck' },
      { bug },
    ]);
    assert.deepEqual(table.split('\n').slice(2), [
      '| **no VOID** | nobody is told | 3 | I21 liveness: stuck |',
      '| no VOID | nobody is told | not found |  |',
    ]);
  });

  it('replaces the table between its marks and nothing else', () => {
    const page = 'before\n<!-- simulator: bugs -->\nold\n<!-- end -->\nafter\n<!-- end -->';
    assert.equal(
      withTable(page, 'new'),
      'before\n<!-- simulator: bugs -->\n\nnew\n\n<!-- end -->\nafter\n<!-- end -->',
    );
    assert.throws(() => withTable('no marks', 'new'), /no place|has no/);
  });

  it('is written down for every planted bug there is', () => {
    const page = readFileSync(join(import.meta.dirname, '../../docs/verification.md'), 'utf8');
    for (const { name, what } of PLANTED_BUGS) {
      assert.ok(
        page.includes(`${name}** | ${what} |`) || page.includes(`| ${name} | ${what} |`),
        name,
      );
    }
    assert.ok(!page.includes('| not found |'));
  });
});
