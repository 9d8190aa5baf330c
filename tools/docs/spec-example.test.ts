import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { exampleBlock, withExamples } from './spec-example.ts';

const spec = join(import.meta.dirname, '..', '..', 'spec');
const read = (file: string) => JSON.parse(readFileSync(join(spec, 'vectors', file), 'utf8'));

describe('exampleBlock()', () => {
  it('writes bytes and diagnostic notation', () => {
    const vectors = { cases: [{ name: 'one', hex: 'a201020304' }] };
    assert.equal(
      exampleBlock(vectors, 'one'),
      '```text\na201020304\n```\n\n```cbor-diag\n{1: 2, 3: 4}\n```',
    );
  });

  it('opens a signed message', () => {
    const text = exampleBlock(read('messages.json'), 'pay');
    assert.match(text, /<< \{1: -8, 4: h'[0-9a-f]{16}', 16: "coinbox\.pay"\} >>/);
    assert.match(text, /\n {4}6: 2000,\n {4}7: "CNY\/2",\n/);
  });

  it('fails where there is no such vector', () => {
    assert.throws(() => exampleBlock({ cases: [] }, 'none'), /no vector is named none/);
  });
});

describe('withExamples()', () => {
  it('fills what stands between the marks, again and again alike', () => {
    const page = 'a\n<!-- example: f.json one -->\nold\n<!-- end -->\nb\n';
    const vectors = () => ({ cases: [{ name: 'one', hex: '00' }] });
    const filled = withExamples(page, vectors);
    assert.match(filled, /```text\n00\n```/);
    assert.equal(withExamples(filled, vectors), filled);
  });

  for (const name of readdirSync(spec).filter((file) => file.endsWith('.md'))) {
    it(`has filled spec/${name}: else run node tools/make-docs.ts`, () => {
      const page = readFileSync(join(spec, name), 'utf8');
      assert.equal(page, withExamples(page, read));
    });
  }
});
