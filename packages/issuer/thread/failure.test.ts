import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Fault } from '@coinbox/protocol';
import { errorOf, failureOf } from './failure.ts';

test('a fault comes through with its code, its text and its cause', () => {
  const fault = new Fault('storage-full', 'the disk is full', new Error('ENOSPC'));
  const again = errorOf(structuredClone(failureOf(fault)));
  assert.ok(again instanceof Fault);
  assert.equal(again.code, 'storage-full');
  assert.equal(again.message, fault.message);
  assert.equal(again.cause, 'Error: ENOSPC');
});

test('a fault without a cause has none afterwards', () => {
  const again = errorOf(failureOf(new Fault('closed', 'the ledger was closed')));
  assert.ok(again instanceof Fault);
  assert.equal(again.cause, undefined);
});

test('any other error stays what it is: a bug, and no fault', () => {
  const again = errorOf(failureOf(new TypeError('x is not a function')));
  assert.equal(again instanceof Fault, false);
  assert.equal(again.message, 'x is not a function');
});

test('what is thrown and is no error becomes one', () => {
  assert.equal(errorOf(failureOf('just a text')).message, 'just a text');
});
