import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { it } from 'node:test';
import type { TestContext } from 'node:test';
import { blockOf, lineOf, withChecksum } from './block.ts';
import { openSerialBus } from './serial-bus.ts';
import { FIRST_CASHLESS_STATE, stepCashless } from './step-cashless.ts';

/** A pseudo-terminal of `script`, which every Debian has: its path, and its other end as lines. */
async function openTerminal(t: TestContext) {
  const child = spawn('script', ['-qfc', 'stty raw -echo; tty; exec sleep 30', '/dev/null'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  t.after(() => child.kill());
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<string> => ((await lines.next()).value ?? '').trim();
  const send = (line: string): void => void child.stdin.write(`${line}\n`);
  return { path: await next(), next, send };
}

const model = { scale: 1, decimals: 2, country: 0x1156 };

it('a machine on a serial port resets, sets up, enables and sells', async (t) => {
  const terminal = await openTerminal(t);
  const faults: unknown[] = [];
  const bus = await openSerialBus({ path: terminal.path, onFault: (fault) => faults.push(fault) });
  t.after(() => bus.close());
  let state = FIRST_CASHLESS_STATE;
  const seen: string[] = [];
  bus.serve((block) => {
    const step = stepCashless(state, { kind: 'block', block }, model);
    state = step.state;
    if (step.event) seen.push(step.event.kind);
    return step.answer;
  });
  const ask = async (...bytes: number[]): Promise<string> => {
    terminal.send(lineOf(withChecksum(bytes)));
    return terminal.next();
  };
  assert.equal(await ask(0x10), '00');
  assert.equal(await ask(0x12), '00 00');
  // Level 1, 1156 (CNY), scale 1, two decimals, 5 s, several vends: the sum is 0x73.
  assert.equal(await ask(0x11, 0x00, 0x01, 0, 0, 0), '01 01 11 56 01 02 05 02 73');
  assert.equal(await ask(0x14, 0x01), '00');
  state = stepCashless(state, { kind: 'begin', funds: 500 }, model).state;
  assert.equal(await ask(0x12), '03 01 F4 F8');
  assert.equal(await ask(0x13, 0x00, 0x01, 0x2c, 0x00, 0x07), '00');
  state = stepCashless(state, { kind: 'approve' }, model).state;
  assert.equal(await ask(0x12), '05 01 2C 32');
  assert.equal(await ask(0x13, 0x02, 0x00, 0x07), '00');
  assert.equal(await ask(0x13, 0x04), '07 07');
  assert.deepEqual(seen, ['begun', 'vend-requested', 'vended', 'completed']);
  // Noise and a torn line are passed over; the next block is heard.
  terminal.send('GARBAGE');
  terminal.send('12 1');
  assert.equal(await ask(0x12), '00');
  assert.deepEqual(faults, []);
});

it('a port that is not there is a fault', async () => {
  const opening = openSerialBus({ path: '/dev/coinbox-none', onFault: () => undefined });
  await assert.rejects(opening, { name: 'Fault', code: 'unreachable' });
});

it('a line is read as a block only where it is one', () => {
  assert.deepEqual(blockOf('10 10'), Uint8Array.of(0x10, 0x10));
  for (const line of ['', '1', '100', '0x10', '10,10', 'GG', Array(37).fill('00').join(' ')]) {
    assert.equal(blockOf(line), undefined, line);
  }
});
