import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  concatBytes,
  equalBytes,
  fromBase64,
  fromHex,
  textBytes,
  toBase64,
  toHex,
} from './bytes.ts';

describe('toHex() and fromHex()', () => {
  it('are each other, and as Buffer has it', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        assert.equal(toHex(bytes), Buffer.from(bytes).toString('hex'));
        assert.deepEqual(fromHex(toHex(bytes)), bytes);
      }),
    );
  });

  it('take lower-case pairs of digits only', () => {
    for (const text of ['0', 'AB', '0g', ' 00', '0x00', '00\n', '００']) {
      assert.equal(fromHex(text), undefined, text);
    }
  });
});

describe('toBase64() and fromBase64()', () => {
  it('are each other, and as Buffer has it', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        assert.equal(toBase64(bytes), Buffer.from(bytes).toString('base64'));
        assert.deepEqual(fromBase64(toBase64(bytes)), bytes);
      }),
    );
  });

  it('take one form only', () => {
    for (const text of [
      'A',
      'AA',
      'AA=',
      'AB==',
      'AAB=',
      'A===',
      'AA==\n',
      'A-_A',
      '=AAA',
      'ＡＡ==',
    ]) {
      assert.equal(fromBase64(text), undefined, text);
    }
  });
});

describe('equalBytes() and concatBytes()', () => {
  it('compare by content', () => {
    assert.equal(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2)), true);
    assert.equal(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 3)), false);
    assert.equal(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1)), false);
    assert.equal(equalBytes(new Uint8Array(0), new Uint8Array(0)), true);
  });

  it('join in order', () => {
    const joined = concatBytes(Uint8Array.of(1), new Uint8Array(0), Uint8Array.of(2, 3));
    assert.deepEqual(joined, Uint8Array.of(1, 2, 3));
    assert.deepEqual(concatBytes(), new Uint8Array(0));
  });
});

describe('textBytes()', () => {
  it('is UTF-8', () => {
    assert.equal(toHex(textBytes('ü水')), 'c3bce6b0b4');
  });
});
