import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runBank } from './run-bank.ts';

/** What a short run comes past; rare things, such as a change of a mapping, it may miss. */
const REACHED = [
  'pay posted',
  'pay refused',
  'settle posted',
  'refund posted',
  'issue posted',
  'sent again',
  'read wallet',
  'read summary',
  'read list',
  'read mapping',
];

test('an issuer that is killed serves sixteen clients as if one by one', async (t) => {
  const run = await runBank({ calls: 600, clients: 16, kills: 1, seed: 7 });
  const { flaws, found, entries, reached, kills, perSecond, calls } = run;
  t.diagnostic(`${calls} calls, ${perSecond} a second, ${entries} entries`);
  assert.deepEqual(flaws, []);
  assert.equal(found, 0);
  assert.equal(kills, 1);
  for (const word of REACHED) assert.ok((reached[word] ?? 0) > 0, `never reached: ${word}`);
});
