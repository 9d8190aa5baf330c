import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { toHex } from '@coinbox/protocol';
import { KEBA } from './testing/meter.ts';
import { evidenceHash } from './verify-evidence.ts';

const page = readFileSync(join(import.meta.dirname, '../../spec/32-evidence.md'), 'utf8');
const [record = '', hash] = [...page.matchAll(/```\w+\n([^`]*)```/g)].map(([, content = '']) =>
  content.replaceAll('\n', ''),
);

test('spec/32-evidence.md begins with a record and its hash', () => {
  assert.equal(record, KEBA.record);
  assert.equal(hash, toHex(evidenceHash([record])));
});
