import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ecPointOf, toLowS } from './token-formats.ts';

const filled = (length: number, byte: number): Uint8Array => new Uint8Array(length).fill(byte);

describe('ecPointOf()', () => {
  it('reads a point that is wrapped, and one that is not', () => {
    const plain = filled(32, 9);
    assert.deepEqual(ecPointOf('EdDSA', plain), plain);
    assert.deepEqual(ecPointOf('EdDSA', Uint8Array.of(4, 32, ...plain)), plain);
    const xy = filled(64, 9);
    assert.deepEqual(ecPointOf('ES256', Uint8Array.of(4, ...xy)), xy);
    assert.deepEqual(ecPointOf('ES256', Uint8Array.of(4, 65, 4, ...xy)), xy);
  });

  it('knows a key that begins like a wrapping', () => {
    const plain = Uint8Array.of(4, 32, ...filled(30, 1));
    assert.deepEqual(ecPointOf('EdDSA', plain), plain);
  });

  it('takes nothing else for a point', () => {
    const compressed = Uint8Array.of(2, ...filled(32, 1));
    assert.equal(ecPointOf('ES256', compressed), undefined);
    assert.equal(ecPointOf('ES256', Uint8Array.of(6, ...filled(64, 1))), undefined);
    assert.equal(ecPointOf('EdDSA', filled(57, 1)), undefined);
    assert.equal(ecPointOf('EdDSA', new Uint8Array()), undefined);
  });
});

describe('toLowS()', () => {
  // n, (n − 1) / 2 and its successor, from SEC 2, 2.4.2.
  const half = '7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8';
  const above = '7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a9';
  const withS = (s: string): Uint8Array =>
    Uint8Array.from(Buffer.concat([filled(32, 7), Buffer.from(s, 'hex')]));

  it('leaves the smaller s as it is', () => {
    assert.deepEqual(toLowS(withS(half)), withS(half));
  });

  it('gives n − s for the larger, and leaves r alone', () => {
    assert.deepEqual(toLowS(withS(above)), withS(half));
    const largest = 'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550';
    assert.deepEqual(toLowS(withS(largest)), withS('1'.padStart(64, '0')));
  });
});
