import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkExportedNames, checkFileNames, wordsIn } from './names.ts';
import { sourceOf } from './source.ts';

describe('wordsIn()', () => {
  it('splits names of every style', () => {
    assert.deepEqual(wordsIn('parseHTTPData'), ['parse', 'http', 'data']);
    assert.deepEqual(wordsIn('MOST_UTIL'), ['most', 'util']);
    assert.deepEqual(wordsIn('wallet-info.test.ts'), ['wallet', 'info', 'test', 'ts']);
  });
});

describe('checkFileNames()', () => {
  for (const path of ['a/session-manager.ts', 'a/utils.ts', 'a/helper.css', 'a/data.json']) {
    it(`refuses the word in ${path}`, () => {
      assert.equal(checkFileNames([path]).length, 1);
    });
  }
  for (const path of ['a/sessionStep.ts', 'a/Session.ts', 'a/session_step.ts']) {
    it(`refuses ${path}, which is not in kebab-case`, () => {
      assert.match(checkFileNames([path])[0] ?? '', /kebab-case/);
    });
  }
  it('takes kebab-case, tests, and what others name', () => {
    const paths = ['a/step-session.test.ts', 'a/metadata.ts', 'README.md', '.prettierrc.json'];
    assert.deepEqual(checkFileNames([...paths, 'a/oxlint.config.json']), []);
  });
});

describe('checkExportedNames()', () => {
  const rows = [
    'export const walletData = 1;',
    'export function handleBill() {}',
    'export class SessionManager {}',
    'export type BillInfo = 1;',
    'export interface Utils {}',
    'const a = 1;\nexport { a as processBill };',
    "export type { UserData } from './a.ts';",
  ];
  for (const text of rows) {
    it(`refuses: ${JSON.stringify(text)}`, () => {
      assert.equal(checkExportedNames(sourceOf('a.ts', text)).length, 1);
    });
  }
  it('takes names in which the word is part of another, and names that stay inside', () => {
    const text = "export const metadata = 1;\nexport { a as handler } from './a.ts';\nlet data;";
    assert.deepEqual(checkExportedNames(sourceOf('a.ts', text)), []);
  });
});
