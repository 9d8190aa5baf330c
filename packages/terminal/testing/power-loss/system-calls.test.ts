import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { textBytes } from '@coinbox/protocol';
import { readSystemCalls, straceOptions } from './system-calls.ts';

const FOLDER = '/t';
const escaped = (text: string): string =>
  [...Buffer.from(text)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
const path = (name: string): string => escaped(`${FOLDER}/${name}`);
const read = (...lines: readonly string[]) => readSystemCalls(lines.join('\n'), FOLDER);

describe('a recording of system calls', () => {
  it('tells what became of the files of the folder', () => {
    const opened = (name: string, flags: string): string =>
      `7 openat(AT_FDCWD<${escaped('/')}>, "${path(name)}", ${flags}, 0600) = 3<${path(name)}>`;
    assert.deepEqual(
      read(
        opened('a', 'O_RDWR|O_CREAT'),
        opened('a', 'O_RDWR|O_CREAT'),
        opened('b', 'O_WRONLY|O_CREAT|O_TRUNC'),
        `7 pwrite64(3<${path('a')}>, "${escaped('xyz')}", 3, 4096) = 2`,
        `7 fsync(3<${path('a')}>) = 0`,
        `7 fdatasync(3<${path('b')}>) = 0`,
        `7 ftruncate(3<${path('a')}>, 512) = 0`,
        `7 rename("${path('b')}", "${path('c')}") = 0`,
        `7 unlink("${path('c')}") = 0`,
        `7 fsync(3<${escaped(FOLDER)}>) = 0`,
      ),
      [
        { kind: 'created', file: 'a' },
        { kind: 'created', file: 'b' },
        { kind: 'truncated', file: 'b', size: 0 },
        { kind: 'written', file: 'a', at: 4096, bytes: textBytes('xy') },
        { kind: 'synced', file: 'a' },
        { kind: 'synced', file: 'b' },
        { kind: 'truncated', file: 'a', size: 512 },
        { kind: 'renamed', file: 'b', to: 'c' },
        { kind: 'unlinked', file: 'c' },
        { kind: 'folder-synced' },
      ],
    );
  });

  it('tells what left the process through a socket, in one piece', () => {
    assert.deepEqual(
      read(
        `7 write(20<socket:[1]>, "${escaped('one')}", 3) = 3`,
        `7 writev(20<TCP:[2]>, [{iov_base="${escaped('ab')}", iov_len=2}, ` +
          `{iov_base="${escaped('cd')}", iov_len=2}], 2) = 4`,
      ),
      [
        { kind: 'sent', bytes: textBytes('one') },
        { kind: 'sent', bytes: textBytes('abcd') },
      ],
    );
  });

  it('puts a call of one thread together where another stands between', () => {
    assert.deepEqual(
      read(
        `7 fsync(3<${path('a')}> <unfinished ...>`,
        `8 write(20<socket:[1]>, "${escaped('x')}", 1) = 1`,
        `7 <... fsync resumed>) = 0`,
      ),
      [
        { kind: 'sent', bytes: textBytes('x') },
        { kind: 'synced', file: 'a' },
      ],
    );
  });

  it('leaves out what failed, what is elsewhere, and what dies with the process', () => {
    assert.deepEqual(
      read(
        `7 fsync(3<${path('a')}>) = -1 EIO (Input/output error)`,
        `7 pwrite64(3<${escaped('/other')}>, "${escaped('x')}", 1, 0) = 1`,
        `7 pwrite64(3<${path('journal.db-shm')}>, "${escaped('x')}", 1, 0) = 1`,
        `7 write(1<pipe:[5]>, "${escaped('x')}", 1) = 1`,
        '7 +++ exited with 0 +++',
        '',
      ),
      [],
    );
  });

  it('does not go on where it cannot tell the place of a write', () => {
    assert.throws(() => read(`7 write(3<${path('a')}>, "${escaped('x')}", 1) = 1`), /write on a/);
  });

  it('is made with options that follow threads and shorten nothing', () => {
    const options = straceOptions('/o');
    assert.ok(options.includes('-f') && options.includes('-y') && options.includes('-xx'));
    assert.deepEqual(options.slice(-2), ['-o', '/o']);
  });
});
