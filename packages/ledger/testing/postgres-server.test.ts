import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { findPostgres } from './postgres-binaries.ts';
import { postgresMissing, startPostgres } from './postgres-server.ts';

const skip = postgresMissing() ?? false;

/** Starts a server in a program of its own, which says where, and then waits. */
const STARTER = `
  import { startPostgres } from ${JSON.stringify(join(import.meta.dirname, 'postgres-server.ts'))};
  const server = await startPostgres();
  console.log(server.folder);
  await new Promise((resolve) => setTimeout(resolve, 60_000));`;

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('a PostgreSQL server for tests', { skip }, () => {
  test('ends with the program that started it, killed as it may be', async () => {
    const program = spawn(process.execPath, ['--input-type=module-typescript', '-e', STARTER], {
      cwd: import.meta.dirname,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [said] = (await once(program.stdout, 'data')) as [Buffer];
    const folder = said.toString().trim();
    const pid = Number(readFileSync(join(folder, 'postmaster.pid'), 'utf8').split('\n')[0]);
    assert.ok(isAlive(pid));
    program.kill('SIGKILL');
    for (let waited = 0; isAlive(pid) && waited < 10_000; waited += 50) await sleep(50);
    assert.equal(isAlive(pid), false);
    rmSync(dirname(folder), { recursive: true });
  });
});

describe('where no PostgreSQL is', () => {
  const named = ['COINBOX_POSTGRES_BIN', 'COINBOX_REQUIRE'] as const;
  const before = named.map((name) => process.env[name]);
  beforeEach(() => {
    process.env.COINBOX_POSTGRES_BIN = '/nowhere';
    delete process.env.COINBOX_REQUIRE;
  });
  afterEach(() => {
    named.forEach((name, i) => {
      if (before[i] === undefined) delete process.env[name];
      else process.env[name] = before[i];
    });
  });

  test('tests are told why they are skipped', () => {
    assert.equal(findPostgres(), undefined);
    assert.match(postgresMissing() ?? '', /^skipped: no PostgreSQL/);
  });

  test('tests fail where PostgreSQL is required', async () => {
    process.env.COINBOX_REQUIRE = 'strace,postgres';
    assert.throws(() => postgresMissing(), /no PostgreSQL/);
    await assert.rejects(startPostgres(), /no PostgreSQL/);
  });
});
