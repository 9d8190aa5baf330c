import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  derivedId,
  fromBase64url,
  fromCbor,
  hex,
  idBytes,
  idText,
  toCbor,
  unhex,
} from './encoding.ts';

type Case = { name: string; hex: string; expected: { ok: boolean; code?: string } };
const vectors = <T>(name: string): T =>
  JSON.parse(readFileSync(join(import.meta.dirname, '../../spec/vectors', name), 'utf8')) as T;

// Types that there are not, texts, and limits are the business of whoever reads the value.
const left = new Set(['type', 'text', 'depth', 'length'].map((word) => `malformed-${word}`));

test('fromCbor() takes what is canonical and nothing else, with the bytes as they were', () => {
  for (const { name, hex: text, expected } of vectors<{ cases: Case[] }>('encoding.json').cases) {
    if (expected.ok) assert.equal(hex(toCbor(fromCbor(unhex(text)))), text, name);
    else if (!left.has(expected.code ?? '') && expected.code !== 'too-large') {
      assert.throws(() => fromCbor(unhex(text)), name);
    }
  }
});

type Ids = {
  ids: { hex: string; text: string }[];
  settlement: { bill: string; session: string; text: string };
};

test('ids are read and written as page 03 has them', () => {
  const { ids, settlement } = vectors<Ids>('ids.json');
  for (const { hex: bytes, text } of ids) {
    assert.equal(idText(text.slice(0, 3), unhex(bytes)), text);
    assert.equal(hex(idBytes(text)), bytes);
  }
  const [bill, session] = [idBytes(settlement.bill), idBytes(settlement.session)];
  assert.equal(derivedId('stl', bill, bill, session), settlement.text);
});

test('fromBase64url() takes one spelling of bytes only', () => {
  assert.equal(hex(fromBase64url('_-A')), 'ffe0');
  for (const wrong of ['_-A=', '_-B', '/+A', 'A', ' AA', 7, null]) {
    assert.throws(() => fromBase64url(wrong), String(wrong));
  }
});
