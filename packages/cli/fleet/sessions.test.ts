import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { SessionFileError, readSessions } from './sessions.ts';

const header = 'session_id,station_id,location_id,user_id,started_at,ended_at,energy_kwh';
const good = 's1,st,lo,us,2014-11-18T15:00:00,2014-11-18T16:00:00,5.61';

test('readSessions() reads a session with its energy in watt-hours', () => {
  const { sessions, problems, rows } = readSessions(`${header}\n${good}\n`, 'UTC');
  assert.deepEqual(problems, []);
  assert.equal(rows, 1);
  assert.deepEqual(sessions, [
    {
      line: 2,
      session: 's1',
      station: 'st',
      location: 'lo',
      user: 'us',
      startedAt: Date.UTC(2014, 10, 18, 15),
      endedAt: Date.UTC(2014, 10, 18, 16),
      energyWh: 5610n,
    },
  ]);
});

const bad: readonly [code: string, row: string][] = [
  ['row-fields', `${good},1`],
  ['row-fields', 's1,st'],
  ['row-name-missing', good.replace('us', '')],
  ['row-start-missing', good.replace('2014-11-18T15:00:00', '')],
  ['row-end-missing', good.replace('2014-11-18T16:00:00', '')],
  ['row-time-invalid', good.replace('T16', 'T99')],
  ['row-end-before-start', good.replace('T16', 'T14')],
  ['row-energy-missing', good.replace('5.61', '')],
  ['row-energy-invalid', good.replace('5.61', '5,61"')],
  ['row-energy-invalid', good.replace('5.61', 'much')],
  ['row-energy-invalid', good.replace('5.61', '1e3')],
  ['row-energy-negative', good.replace('5.61', '-0.01')],
];

for (const [code, row] of bad.filter(([, row]) => !row.includes('"'))) {
  test(`readSessions() reports ${code} with its line and goes on: ${row}`, () => {
    const text = `${header}\n${row}\n${good.replace('s1', 's2')}\n`;
    const { sessions, problems } = readSessions(text, 'UTC');
    assert.deepEqual(
      problems.map((problem) => [problem.line, problem.code]),
      [[2, code]],
    );
    assert.deepEqual(
      sessions.map(({ session }) => session),
      ['s2'],
    );
  });
}

test('readSessions() reports a session that comes twice', () => {
  const { problems } = readSessions(`${header}\n${good}\n${good}\n`, 'UTC');
  assert.deepEqual(
    problems.map(({ line, code }) => [line, code]),
    [[3, 'row-session-repeated']],
  );
});

test('readSessions() reports an unknown column and passes it over', () => {
  const { sessions, problems } = readSessions(`${header},colour\n${good},red\n`, 'UTC');
  assert.deepEqual(
    problems.map(({ line, code }) => [line, code]),
    [[1, 'column-unknown']],
  );
  assert.equal(sessions.length, 1);
});

test('readSessions() takes columns in any order', () => {
  const text = `energy_kwh,ended_at,started_at,user_id,location_id,station_id,session_id
1,2014-11-18T16:00:00,2014-11-18T15:00:00,us,lo,st,s1\n`;
  assert.equal(readSessions(text, 'UTC').sessions[0]?.energyWh, 1000n);
});

test('readSessions() refuses a file without a column that it needs', () => {
  assert.throws(() => readSessions('session_id,station_id\n', 'UTC'), SessionFileError);
  assert.throws(() => readSessions('', 'UTC'), SessionFileError);
});

test('the recorded sessions have the control totals of their source', () => {
  const file = new URL('../../../data/ev-sessions.csv', import.meta.url);
  const { sessions, problems } = readSessions(readFileSync(file, 'utf8'), 'UTC');
  assert.deepEqual(problems, []);
  assert.equal(sessions.length, 3395);
  assert.equal(
    sessions.reduce((sum, { energyWh }) => sum + energyWh, 0n),
    19_723_690n,
  );
});
