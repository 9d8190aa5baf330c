import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

const spec = join(import.meta.dirname, '../../spec');
const page = readFileSync(join(spec, '16-transparency.md'), 'utf8');
const { receipt, checkpoint } = JSON.parse(
  readFileSync(join(spec, 'vectors/transparency.json'), 'utf8'),
);

describe('spec/16-transparency.md', () => {
  it('begins with the receipt of the vectors, part by part', () => {
    assert.ok(page.replaceAll('\n', '').includes(receipt.message));
    assert.ok(page.includes(`, ${receipt.message.length / 2} bytes.`));
    for (const name of ['statement', 'commitment', 'leaf', 'root']) {
      assert.match(page, new RegExp(`^${name} +${receipt[name]} `, 'm'));
    }
    const diagnostic = [
      '  1,',
      `  h'${receipt.salt}',`,
      `  ${receipt.index},`,
      `  ${receipt.size},`,
      '  [',
      (receipt.path as string[]).map((hash) => `    h'${hash}'`).join(',\n'),
      '  ],',
      `  h'${receipt.signature}'`,
    ];
    assert.ok(page.includes(`\n[\n${diagnostic.join('\n')}\n]\n`));
    assert.ok(page.includes(`\n${receipt.checkpoint}`));
  });

  it('has the notes of the vectors', () => {
    assert.ok(page.includes(`\n${checkpoint.note}`));
    assert.ok(page.includes(`\n${checkpoint.cosigned}`));
    const [text] = (checkpoint.note as string).split('\n\n');
    assert.ok(page.includes(`\ncosignature/v1\ntime ${checkpoint.time}\n${text}\n`));
  });
});
