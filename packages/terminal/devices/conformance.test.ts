import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { it } from 'node:test';
import { SCENARIOS, conform } from './testing/conform.ts';
import { VERTICALS } from './testing/verticals.ts';

it('there are at least 40 scenarios', () => {
  assert.ok(SCENARIOS.length >= 40, `${SCENARIOS.length} scenarios`);
  assert.equal(new Set(SCENARIOS.map(({ title }) => title)).size, SCENARIOS.length);
});

it('all five machines run through them', () => {
  const files = readdirSync(import.meta.dirname).filter((name) => /^conformance.*test/.test(name));
  const text = files.map((name) => readFileSync(`${import.meta.dirname}/${name}`, 'utf8')).join();
  assert.equal(VERTICALS.length, 5);
  for (const { name } of VERTICALS) assert.ok(text.includes(`conform('${name}')`), name);
});

conform('charging');
