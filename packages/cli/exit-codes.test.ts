import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Fault } from '@coinbox/protocol';
import {
  EXIT,
  EXIT_MEANINGS,
  FileError,
  RefusedError,
  UsageError,
  describeError,
  exitCodeOf,
} from './exit-codes.ts';

const systemError = (code: string, syscall: string): Error =>
  Object.assign(new Error(`${syscall} ${code}`), { code, syscall });

describe('exitCodeOf() and describeError()', () => {
  const rows: readonly (readonly [error: unknown, exit: number, said: string])[] = [
    [new UsageError('what?'), 2, 'what?'],
    [new FileError('no CSV'), 65, 'no CSV'],
    [new RefusedError('no offer'), 77, 'no offer'],
    [new Fault('already-running', 'it runs'), 75, 'already-running: it runs'],
    [new Fault('storage-full', 'full'), 74, 'storage-full: full'],
    [
      new Fault('unreachable', 'no port', systemError('EADDRINUSE', 'listen')),
      69,
      'unreachable: no port (listen EADDRINUSE)',
    ],
    [systemError('EADDRINUSE', 'listen'), 69, 'listen EADDRINUSE'],
    [systemError('ENOSPC', 'write'), 74, 'write ENOSPC'],
  ];
  for (const [error, exit, said] of rows) {
    it(`give ${exit} and a line for: ${said}`, () => {
      assert.equal(exitCodeOf(error), exit);
      assert.equal(describeError(error), said);
    });
  }

  it('give 70 and the stack for a bug', () => {
    const bug = new TypeError('undefined is not a wallet');
    assert.equal(exitCodeOf(bug), 70);
    assert.equal(describeError(bug), bug.stack);
  });
});

describe('EXIT_MEANINGS', () => {
  it('explains every exit code once', () => {
    const explained = EXIT_MEANINGS.map(([code]) => code);
    assert.deepEqual(explained, Object.values(EXIT));
  });
});
