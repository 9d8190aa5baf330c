import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));
const recorded = fileURLToPath(new URL('../../../data/ev-sessions.csv', import.meta.url));

type Ran = { code: number; stdout: string; stderr: string };

const run = (...words: string[]): Promise<Ran> =>
  new Promise((resolve) => {
    execFile(process.execPath, [main, ...words], { timeout: 110_000 }, (error, stdout, stderr) => {
      const code = typeof error?.code === 'number' ? error.code : error ? -1 : 0;
      resolve({ code, stdout, stderr });
    });
  });

test('coinbox replay settles good rows, reports bad ones, and every book agrees', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'coinbox-replay-'));
  try {
    const file = join(folder, 'sessions.csv');
    const tariff = join(folder, 'tariff.json');
    const header = 'session_id,station_id,location_id,user_id,started_at,ended_at,energy_kwh';
    const rows = [
      'a,s1,l1,u1,2026-01-01T08:00:00,2026-01-01T10:00:00,20',
      'b,s2,l1,u2,2026-01-01T08:00:00,2026-01-01T09:00:00,1.5',
      'c,s1,l1,u1,2026-01-01T11:00:00,,4',
      'd,s3,l2,u2,2026-01-01T12:00:00,2026-01-01T12:30:00,0',
      'e,s3,l2,u2,2026-01-01T12:00:00,2026-01-01T11:30:00,3',
    ];
    writeFileSync(file, [header, ...rows, ''].join('\n'));
    const energy = { type: 'ENERGY', price: 0.25, vat: 10, step_size: 1 };
    const elements = [{ price_components: [energy] }];
    writeFileSync(tariff, JSON.stringify({ id: 't', currency: 'EUR', elements }));
    const words = [
      '--sessions',
      file,
      '--tariff',
      tariff,
      '--deposit',
      '50.00',
      '--once',
      '--json',
    ];
    const { code, stdout, stderr } = await run('replay', ...words);
    assert.equal(code, 0, stderr);
    const { seconds, problems, ...result } = JSON.parse(stdout) as Record<string, unknown>;
    assert.equal(typeof seconds, 'number');
    // 20 kWh cost 5.50 and 1.5 kWh 0.4125, rounded to 0.41; three deposits of 50.00.
    assert.deepEqual(result, {
      sessions: 5,
      settled_sessions: 3,
      rejected: { 'row-end-missing': 1, 'row-end-before-start': 1 },
      billed_minor: 591,
      settled_minor: 591,
      refunded_minor: 14_409,
      held_minor: 0,
      difference_minor: 0,
      asset: 'EUR/2',
    });
    const lines = (problems as { line: number; code: string }[]).map((one) => [one.line, one.code]);
    assert.deepEqual(lines, [
      [4, 'row-end-missing'],
      [6, 'row-end-before-start'],
    ]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('coinbox tells how it is used, and ends with 2 where it is used otherwise', async () => {
  const help = await run('--help');
  assert.equal(help.code, 0);
  assert.match(help.stdout, /^Examples:/);
  const wrong = await run('replay', '--deposit', 'much', '--sessions', recorded);
  assert.equal(wrong.code, 2);
  assert.ok(readFileSync(recorded).length > 0);
});

test('coinbox doctor --json finds this machine in order', async () => {
  const { code, stdout } = await run('doctor', '--json');
  assert.equal(code, 0);
  const findings = JSON.parse(stdout) as { name: string; state: string }[];
  assert.deepEqual(
    findings.map(({ name }) => name),
    ['node', 'signatures', 'fsync', 'sqlite', 'clock'],
  );
});
