import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { it } from 'node:test';
import { promisify } from 'node:util';

const run = promisify(execFile);
const folder = import.meta.dirname;
const names = readdirSync(folder).filter((name) => existsSync(`${folder}/${name}/run.ts`));

it('there is an example for each machine, and for each way to be a provider', () => {
  const machines = ['charger', 'laundry', 'meter', 'powerbank', 'vending'];
  assert.deepEqual(names, [...machines, 'provider-json', 'provider-sdk'].sort());
});

for (const name of names) {
  it(`examples/${name} prints what it did before`, { timeout: 60_000 }, async () => {
    const { stdout, stderr } = await run(process.execPath, [`${folder}/${name}/run.ts`]);
    assert.equal(stderr, '');
    assert.equal(stdout, readFileSync(`${folder}/${name}/expected.txt`, 'utf8'));
  });
}
