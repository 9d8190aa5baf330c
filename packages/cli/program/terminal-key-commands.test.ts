import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { describe, it } from 'node:test';
import { UsageError } from '../exit-codes.ts';
import { readKeyFlags } from './terminal-key-commands.ts';

const token = { tokenModule: '/lib/token.so', tokenLabel: 'machine 7', tokenPinFile: 'pin' };

describe('readKeyFlags()', () => {
  it('has keys made in a file where no token is named', () => {
    assert.deepEqual(readKeyFlags({}), { algorithm: 'EdDSA' });
    assert.deepEqual(readKeyFlags({ keyAlgorithm: 'ES256' }), { algorithm: 'ES256' });
  });

  it('has keys made on a token, with the PIN in a file of the working folder', () => {
    assert.deepEqual(readKeyFlags(token), {
      algorithm: 'EdDSA',
      token: { module: '/lib/token.so', token: 'machine 7', pinFile: resolve('pin') },
    });
  });

  it('does not take half a token', () => {
    for (const missing of Object.keys(token)) {
      const half = Object.fromEntries(Object.entries(token).filter(([name]) => name !== missing));
      assert.throws(() => readKeyFlags(half), UsageError, missing);
    }
  });
});
