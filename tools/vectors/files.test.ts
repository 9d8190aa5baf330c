import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { vectorFiles } from './files.ts';

const folder = join(import.meta.dirname, '..', '..', 'spec', 'vectors');

describe('vectorFiles()', () => {
  for (const [name, text] of Object.entries(vectorFiles())) {
    it(`is what spec/vectors/${name} holds: else run node tools/make-vectors.ts`, () => {
      assert.equal(readFileSync(join(folder, name), 'utf8'), text);
    });
  }
});
