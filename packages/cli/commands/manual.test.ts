import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { EXIT_MEANINGS } from '../exit-codes.ts';
import { program } from '../program.ts';
import { manualOf } from './manual.ts';

const root = join(import.meta.dirname, '../../..');

describe('manualOf()', () => {
  const manual = manualOf(program);

  it('is what stands in docs/reference/cli.md', () => {
    const page = readFileSync(join(root, 'docs/reference/cli.md'), 'utf8');
    assert.equal(page, manual, 'it is old: run node tools/make-docs.ts');
  });

  it('has a section for each command, and for the commands of a command', () => {
    const titles = [...manual.matchAll(/^## (.*)$/gm)].map(([, title]) => title);
    assert.equal(titles[0], 'coinbox');
    for (const name of ['issuer init', 'issuer run', 'broker', 'terminal run', 'pay', 'replay']) {
      assert.ok(titles.includes(`coinbox ${name}`), name);
    }
    assert.equal(new Set(titles).size, titles.length);
  });

  it('has every exit code with its meaning', () => {
    for (const [code, meaning] of EXIT_MEANINGS) {
      assert.ok(manual.includes(`${String(code).padStart(5)}  ${meaning}\n`), String(code));
    }
  });

  it('names no folder of the machine that it was made on', () => {
    assert.ok(!manual.includes(root));
  });
});
