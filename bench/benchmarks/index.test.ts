import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { BENCHMARKS } from './index.ts';

const page = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');
/** The first name of each row: `settle.efficiency.EdDSA`, `settle.wallets_1e7_over_1e4`. */
const named = [...page.matchAll(/^\| `([a-z]+\.[\w.]+)`/gm)].map(([, name = '']) => name);
const isOf = (name: string, row: string): boolean => row.startsWith(name) || name.startsWith(row);

test('the page of the benchmarks says how to read every figure', () => {
  for (const { name } of BENCHMARKS) {
    const family = name.replace(/\.(?:EdDSA|ES256)$/, '');
    assert.ok(
      named.some((row) => isOf(family, row)),
      `no row for ${name}`,
    );
  }
});

test('the page of the benchmarks names no figure that there is not', () => {
  assert.ok(named.length > 5);
  for (const row of named) {
    assert.ok(
      BENCHMARKS.some(({ name }) => isOf(name, row)),
      `no benchmark for ${row}`,
    );
  }
});
