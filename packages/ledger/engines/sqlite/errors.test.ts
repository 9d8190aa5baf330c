import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Fault } from '@coinbox/protocol';
import { asFault } from './errors.ts';

const failing = (fields: object) => Object.assign(new Error('no'), fields);

// Result codes of https://www.sqlite.org/rescode.html; an extended code carries its primary code in
// the low byte.
const rows = [
  ['SQLITE_FULL', { errcode: 13 }, 'storage-full'],
  ['ENOSPC', { code: 'ENOSPC' }, 'storage-full'],
  ['SQLITE_CORRUPT', { errcode: 11 }, 'ledger-corrupt'],
  ['SQLITE_CORRUPT_INDEX', { errcode: 779 }, 'ledger-corrupt'],
  ['SQLITE_NOTADB', { errcode: 26 }, 'ledger-corrupt'],
  ['SQLITE_IOERR_FSYNC', { errcode: 1034 }, 'storage-failed'],
  ['SQLITE_CANTOPEN', { errcode: 14 }, 'storage-failed'],
  ['EACCES', { code: 'EACCES' }, 'storage-failed'],
] as const;

for (const [name, fields, code] of rows) {
  test(`${name} is the fault ${code}`, () => {
    const error = failing(fields);
    const fault = asFault(error);
    assert.ok(fault instanceof Fault);
    assert.equal(fault.code, code);
    assert.equal(fault.cause, error);
  });
}

test('a fault stays the fault it is, and a bug stays a bug', () => {
  const fault = new Fault('already-running', 'no');
  assert.equal(asFault(fault), fault);
  const bug = new Error('bug: no');
  assert.equal(asFault(bug), bug);
});
