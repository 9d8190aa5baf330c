import assert from 'node:assert/strict';
import { it } from 'node:test';
import { blockOf, checksumOf, lineOf, openBlock, withChecksum } from './block.ts';

it('the sum of a block is kept in eight bits', () => {
  // 0x13 + 0x00 + 0x01 + 0x2C + 0x00 + 0x07 = 0x47; 0xFF + 0x02 = 0x101.
  assert.equal(checksumOf(Uint8Array.of(0x13, 0x00, 0x01, 0x2c, 0x00, 0x07)), 0x47);
  assert.equal(checksumOf(Uint8Array.of(0xff, 0x02)), 0x01);
});

it('a block opens with its sum, and not with another', () => {
  assert.deepEqual(openBlock(withChecksum([0x12])), Uint8Array.of(0x12));
  assert.equal(openBlock(Uint8Array.of(0x12, 0x13)), undefined);
  assert.equal(openBlock(Uint8Array.of(0x12)), undefined);
  assert.equal(openBlock(Uint8Array.of()), undefined);
});

it('a block and its line are the same', () => {
  assert.equal(lineOf(Uint8Array.of(0x05, 0x01, 0x2c, 0x32)), '05 01 2C 32');
  assert.deepEqual(blockOf('05 01 2c 32'), Uint8Array.of(0x05, 0x01, 0x2c, 0x32));
});
