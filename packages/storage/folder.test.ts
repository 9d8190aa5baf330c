import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { Fault } from '@coinbox/protocol';
import type { FaultCode } from '@coinbox/protocol';
import {
  checkSecretFile,
  lockFolder,
  makeFolder,
  readJsonFile,
  writeFileDurably,
  writeJsonFile,
} from './folder.ts';

const root = mkdtempSync(join(tmpdir(), 'coinbox-folder-'));
after(() => rmSync(root, { recursive: true }));
const newFolder = (): string => mkdtempSync(join(root, 'party-'));
const modeOf = (path: string): number => statSync(path).mode & 0o777;
const fault =
  (code: FaultCode) =>
  (thrown: unknown): boolean =>
    thrown instanceof Fault && thrown.code === code;

describe('makeFolder()', () => {
  it('makes a folder that only its owner may enter, and the folders above it', () => {
    const folder = join(newFolder(), 'a', 'b');
    makeFolder(folder);
    assert.equal(modeOf(folder), 0o700);
  });

  it('closes a folder that stood open', () => {
    const folder = join(newFolder(), 'a');
    mkdirSync(folder);
    chmodSync(folder, 0o755);
    makeFolder(folder);
    assert.equal(modeOf(folder), 0o700);
  });
});

describe('writeFileDurably()', () => {
  it('writes text and bytes, for the owner only, and leaves no other file', () => {
    const folder = newFolder();
    writeFileDurably(join(folder, 'text'), '充电');
    writeFileDurably(join(folder, 'bytes'), Uint8Array.of(0, 255));
    assert.equal(readFileSync(join(folder, 'text'), 'utf8'), '充电');
    assert.deepEqual([...readFileSync(join(folder, 'bytes'))], [0, 255]);
    assert.equal(modeOf(join(folder, 'text')), 0o600);
    assert.deepEqual(readdirSync(folder).sort(), ['bytes', 'text']);
  });

  it('replaces the whole file, the mode too', () => {
    const file = join(newFolder(), 'a');
    writeFileSync(file, 'a long old text', { mode: 0o644 });
    writeFileDurably(file, 'new');
    assert.equal(readFileSync(file, 'utf8'), 'new');
    assert.equal(modeOf(file), 0o600);
  });

  it('does not take over what a crash has left of an earlier attempt', () => {
    const file = join(newFolder(), 'a');
    writeFileSync(`${file}.new`, 'half of a longer text', { mode: 0o644 });
    chmodSync(`${file}.new`, 0o644);
    writeFileDurably(file, 'new');
    assert.equal(readFileSync(file, 'utf8'), 'new');
    assert.equal(modeOf(file), 0o600);
  });

  it('leaves the old file alone when it cannot write the new one', () => {
    const file = join(newFolder(), 'a');
    writeFileDurably(file, 'old');
    mkdirSync(`${file}.new`);
    assert.throws(() => writeFileDurably(file, 'new'), /EISDIR/);
    assert.equal(readFileSync(file, 'utf8'), 'old');
  });
});

describe('readJsonFile()', () => {
  it('reads what writeJsonFile() wrote', () => {
    const folder = newFolder();
    writeJsonFile(folder, 'a.json', { amount: '1234', lines: ['充电'] });
    assert.deepEqual(readJsonFile(folder, 'a.json'), { amount: '1234', lines: ['充电'] });
  });

  it('tells a missing file from a broken one', () => {
    const folder = newFolder();
    assert.throws(() => readJsonFile(folder, 'a.json'), fault('not-initialised'));
    writeFileSync(join(folder, 'a.json'), '{');
    assert.throws(() => readJsonFile(folder, 'a.json'), fault('config-invalid'));
  });
});

describe('checkSecretFile()', () => {
  it('takes a file of the owner alone, and no other', () => {
    const file = join(newFolder(), 'a');
    writeFileSync(file, 'secret', { mode: 0o600 });
    checkSecretFile(file);
    chmodSync(file, 0o400);
    checkSecretFile(file);
    chmodSync(file, 0o440);
    assert.throws(() => checkSecretFile(file), fault('startup-unsafe'));
  });
});

/** Another process that locks the folder, says `locked` or the code of its fault, and waits. */
async function lockElsewhere(folder: string) {
  const program = `
    import { lockFolder } from ${JSON.stringify(join(import.meta.dirname, 'folder.ts'))};
    try {
      lockFolder(${JSON.stringify(folder)});
      process.stdout.write('locked');
    } catch (fault) {
      process.stdout.write(fault.code);
    }
    setInterval(() => undefined, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said] = (await once(child.stdout, 'data')) as [Buffer];
  return {
    said: said.toString(),
    async kill() {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

describe('lockFolder()', () => {
  it('lets one program at a time into a folder', async () => {
    const folder = newFolder();
    const lock = lockFolder(folder);
    assert.throws(() => lockFolder(folder), fault('already-running'));
    const other = await lockElsewhere(folder);
    assert.equal(other.said, 'already-running');
    await other.kill();
    lock.release();
    lockFolder(folder).release();
  });

  it('is gone with a program that was killed', async () => {
    const folder = newFolder();
    const other = await lockElsewhere(folder);
    assert.equal(other.said, 'locked');
    assert.throws(() => lockFolder(folder), fault('already-running'));
    await other.kill();
    lockFolder(folder).release();
  });

  it('does not call a folder that is not there a running program', () => {
    assert.throws(() => lockFolder(join(root, 'none')), fault('not-initialised'));
    const file = join(newFolder(), 'a');
    writeFileSync(file, '');
    assert.throws(() => lockFolder(file), fault('storage-failed'));
  });
});
