import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

test('the example of the README prints what it says', async () => {
  const page = readFileSync(new URL('./README.md', import.meta.url), 'utf8');
  const example = /```ts\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
  const expected = [...example.matchAll(/console\.log.*\/\/ (\S+):/g)].map((match) => match[1]);
  assert.equal(expected.length, 2);
  const index = new URL('./index.ts', import.meta.url).href;
  const collect = example
    .replace("'@coinbox/tariff'", `'${index}'`)
    .replaceAll('console.log(', 'printed.push(');
  const source = `const printed = [];\n${collect}\nexport { printed };`;
  const module = (await import(`data:text/javascript,${encodeURIComponent(source)}`)) as {
    printed: unknown[];
  };
  assert.deepEqual(
    module.printed.map((value) => (typeof value === 'bigint' ? `${value}n` : String(value))),
    expected,
  );
});
