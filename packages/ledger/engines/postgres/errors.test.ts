import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Fault } from '@coinbox/protocol';
import { asFault, isWorthRetrying } from './errors.ts';

const failing = (fields: object, message = 'no') => Object.assign(new Error(message), fields);
const state = (code: string) => failing({ code, severity: 'ERROR' });

// SQLSTATEs of https://www.postgresql.org/docs/current/errcodes-appendix.html
const rows = [
  ['disk_full', state('53100'), 'storage-full'],
  ['out_of_memory', state('53200'), 'storage-failed'],
  ['io_error', state('58030'), 'storage-failed'],
  ['data_corrupted', state('XX001'), 'ledger-corrupt'],
  ['check_violation', state('23514'), 'ledger-corrupt'],
  ['unique_violation', state('23505'), 'ledger-corrupt'],
  ['invalid_password', state('28P01'), 'config-invalid'],
  ['invalid_catalog_name', state('3D000'), 'config-invalid'],
  ['insufficient_privilege', state('42501'), 'config-invalid'],
  ['undefined_table', state('42P01'), 'storage-failed'],
  ['admin_shutdown', state('57P01'), 'unreachable'],
  ['cannot_connect_now', state('57P03'), 'unreachable'],
  ['connection_failure', state('08006'), 'unreachable'],
  ['no server', failing({ code: 'ECONNREFUSED' }), 'unreachable'],
  ['no socket', failing({ code: 'ENOENT' }), 'unreachable'],
  ['a reset', failing({ code: 'ECONNRESET' }), 'unreachable'],
  ['an end', failing({}, 'Connection terminated unexpectedly'), 'unreachable'],
  ['no answer in time', failing({}, 'Query read timeout'), 'unreachable'],
] as const;

for (const [name, error, code] of rows) {
  test(`${name} is the fault ${code}`, () => {
    const fault = asFault(error);
    assert.ok(fault instanceof Fault);
    assert.equal(fault.code, code);
    assert.equal(fault.cause, error);
  });
}

test('a fault stays the fault it is, and a bug stays a bug', () => {
  const fault = new Fault('already-running', 'no');
  assert.equal(asFault(fault), fault);
  const bug = new TypeError('no');
  assert.equal(asFault(bug), bug);
});

test('only what was certainly rolled back is tried again', () => {
  assert.equal(isWorthRetrying(state('40001')), true);
  assert.equal(isWorthRetrying(state('40P01')), true);
  assert.equal(isWorthRetrying(state('40003')), false); // statement_completion_unknown
  assert.equal(isWorthRetrying(failing({ code: 'ECONNRESET' })), false);
});
