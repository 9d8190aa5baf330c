import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Fault } from './fault.ts';
import { accept, assert as certain, reject } from './result.ts';

describe('accept() and reject()', () => {
  it('make values', () => {
    assert.deepEqual(accept(7), { ok: true, value: 7 });
    assert.deepEqual(reject('amount-zero'), { ok: false, rejection: { code: 'amount-zero' } });
    assert.deepEqual(reject('amount-zero', 'why'), {
      ok: false,
      rejection: { code: 'amount-zero', detail: 'why' },
    });
  });
});

describe('assert()', () => {
  it('throws a bug, with its message, on what is not so', () => {
    certain(1, 'is so');
    assert.throws(() => certain(0, 'is not so'), /^Error: bug: is not so$/);
  });
});

describe('Fault', () => {
  it('is an error with a code and a cause', () => {
    const cause = new Error('ECONNREFUSED');
    const fault = new Fault('unreachable', 'no answer', cause);
    assert.ok(fault instanceof Error);
    assert.equal(fault.code, 'unreachable');
    assert.equal(fault.cause, cause);
    assert.equal(`${fault}`, 'Fault: no answer');
    assert.equal('cause' in new Fault('closed', 'it is closed'), false);
  });
});
