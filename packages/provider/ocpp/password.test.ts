import assert from 'node:assert/strict';
import { scryptSync } from 'node:crypto';
import { it } from 'node:test';
import { hashPassword, isPassword } from './password.ts';

const salt = Buffer.alloc(16, 1);

it('a password is kept as scrypt has it, with its salt', async () => {
  const password = Buffer.from([0, 255, 10, 13]);
  const kept = await hashPassword(password, salt);
  const hash = scryptSync(password, salt, 32, { N: 16_384, r: 8, p: 1 }).toString('base64url');
  assert.equal(kept, `scrypt$${salt.toString('base64url')}$${hash}`);
  assert.equal(await isPassword(password, kept), true);
  assert.equal(await isPassword(Buffer.from([0, 255, 10]), kept), false);
});

it('what was not made by hashPassword lets nobody in', async () => {
  for (const kept of ['', 'plain', 'scrypt$$', 'md5$AAAA$AAAA', 'scrypt$AAAA$AAAA']) {
    assert.equal(await isPassword(Buffer.from('plain'), kept), false, kept);
  }
});
