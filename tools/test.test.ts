import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, it } from 'node:test';

const runner = join(import.meta.dirname, 'test.ts');
const root = mkdtempSync(join(tmpdir(), 'coinbox-test-'));
after(() => rmSync(root, { recursive: true }));

const test = (body: string) =>
  `import { it } from 'node:test';\nit('is a test', () => {${body}});\n`;
const files = {
  'packages/a/good.test.ts': test(''),
  'tools/bad.test.ts': test("throw new Error('no');"),
  'packages/a/empty.test.ts': 'export {};\n',
  'packages/a/node_modules/b/other.test.ts': test("throw new Error('not ours');"),
};
for (const [path, text] of Object.entries(files)) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

/** Runs the runner as npm would, outside of the run that this test is part of. */
function runTests(...words: string[]): { status: number | null; output: string } {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const ended = spawnSync(process.execPath, [runner, ...words], { cwd: root, env });
  return { status: ended.status, output: `${ended.stdout}${ended.stderr}` };
}

describe('the test runner', () => {
  it('passes where the tests that match pass, and ends in the summary of node', () => {
    const { status, output } = runTests('good');
    assert.equal(status, 0, output);
    assert.match(output, /ℹ tests 1\n(?:ℹ .*\n)*ℹ pass 1\n(?:ℹ .*\n)*ℹ fail 0\n/);
  });

  it('fails where a test fails, and leaves out what is installed', () => {
    const { status, output } = runTests();
    assert.equal(status, 1);
    assert.match(output, /ℹ fail 1\n/);
  });

  it('fails where no file matches', () => {
    const { status, output } = runTests('nothing-of-this-name');
    assert.equal(status, 1);
    assert.match(output, /no test file matches nothing-of-this-name/);
  });

  it('fails where no test has run', () => {
    const { status, output } = runTests('empty');
    assert.equal(status, 1, output);
    assert.match(output, /no test has run/);
  });
});
