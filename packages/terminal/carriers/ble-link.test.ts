import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { fragmentsOf, takeFragment } from '@coinbox/protocol';
import type { Assembly, Rejection } from '@coinbox/protocol';
import { createVirtualTimers, rest } from '../testing/kit.ts';
import { LINK_IDLE_MS, createBleLink } from './ble-link.ts';
import type { BleLink } from './ble-link.ts';

const ROOM = 20;
const begin = Uint8Array.of(1);
const over = Uint8Array.of(2);
const request = new Uint8Array(50).fill(7);
const fragments = fragmentsOf(request, ROOM);

let elapsed = 0;
let timers = createVirtualTimers((ms) => void (elapsed += ms));
let notified: Uint8Array[] = [];
let ends: (Rejection['code'] | undefined)[] = [];
let faults: unknown[] = [];
let answer: (request: Uint8Array) => Promise<Uint8Array>;
let link: BleLink;

beforeEach(() => {
  elapsed = 0;
  timers = createVirtualTimers((ms) => void (elapsed += ms));
  [notified, ends, faults] = [[], [], []];
  answer = async (asked) => Uint8Array.from(asked).reverse();
  link = createBleLink({
    door: { exchange: (asked) => answer(asked) },
    timers,
    now: () => elapsed,
    room: () => ROOM,
    notify: (fragment) => void notified.push(fragment),
    end: (why) => void ends.push(why?.code),
    onFault: (fault) => void faults.push(fault),
  });
});

/** The messages in the fragments that were notified. */
function replies(): Uint8Array[] {
  let assembly: Assembly | undefined;
  const whole: Uint8Array[] = [];
  for (const fragment of notified) {
    const taken = takeFragment(assembly, fragment, 0);
    assert.ok(taken.ok);
    assembly = taken.value.kind === 'more' ? taken.value.assembly : undefined;
    if (taken.value.kind === 'whole') whole.push(taken.value.message);
  }
  return whole;
}
const ask = async (): Promise<void> => {
  for (const fragment of fragments) link.takeFragment(fragment);
  await rest();
};

describe('a link', () => {
  it('answers one request after the other', async () => {
    link.takeState(begin);
    await ask();
    await ask();
    assert.deepEqual(replies(), [request, request]);
    assert.deepEqual(ends, []);
  });

  it('begins anew when it is told to', async () => {
    link.takeState(begin);
    link.takeFragment(fragments[0] as Uint8Array);
    link.takeState(begin);
    await ask();
    assert.deepEqual(replies(), [request]);
  });

  it('ends when the payer says so, and does nothing after that', async () => {
    link.takeState(begin);
    link.takeState(over);
    link.takeState(begin);
    await ask();
    assert.deepEqual([notified, ends], [[], [undefined]]);
  });

  const wrong: readonly [string, () => void, Rejection['code']][] = [
    ['a fragment before the beginning', () => link.takeFragment(begin), 'in-progress'],
    ['another state', () => link.takeState(Uint8Array.of(3)), 'malformed-value'],
    ['a state without a value', () => link.takeState(new Uint8Array()), 'malformed-value'],
  ];
  for (const [title, act, code] of wrong) {
    it(`ends with ${code} at ${title}`, () => {
      act();
      assert.deepEqual(ends, [code]);
    });
  }

  it('ends at every fragment that is lost, but the last, which it waits for', async () => {
    for (let lost = 0; lost < fragments.length; lost++) {
      link.close();
      ends = [];
      notified = [];
      const isLast = lost === fragments.length - 1;
      link = createBleLink({
        door: { exchange: (asked) => answer(asked) },
        timers,
        now: () => elapsed,
        room: () => ROOM,
        notify: (fragment) => void notified.push(fragment),
        end: (why) => void ends.push(why?.code),
        onFault: () => undefined,
      });
      link.takeState(begin);
      for (const fragment of fragments.filter((_, i) => i !== lost)) link.takeFragment(fragment);
      await rest();
      assert.deepEqual(ends, isLast ? [] : ['malformed-value'], `fragment ${lost}`);
      await timers.advance(LINK_IDLE_MS);
      assert.equal(ends.length, 1);
      assert.equal(notified.length, 0);
    }
  });

  it('ends at a fragment that comes twice', () => {
    link.takeState(begin);
    link.takeFragment(fragments[0] as Uint8Array);
    link.takeFragment(fragments[0] as Uint8Array);
    assert.deepEqual(ends, ['malformed-value']);
  });

  it('ends at a second request before the first is answered', async () => {
    answer = () => new Promise(() => undefined);
    link.takeState(begin);
    await ask();
    link.takeFragment(fragments[0] as Uint8Array);
    assert.deepEqual(ends, ['in-progress']);
  });

  it('ends when it is begun anew before the request is answered', async () => {
    answer = () => new Promise(() => undefined);
    link.takeState(begin);
    await ask();
    link.takeState(begin);
    assert.deepEqual(ends, ['in-progress']);
  });

  it('ends after ten seconds without anything new, and not before', async () => {
    link.takeState(begin);
    await timers.advance(LINK_IDLE_MS - 1);
    await ask();
    await timers.advance(LINK_IDLE_MS - 1);
    assert.deepEqual(ends, []);
    await timers.advance(1);
    assert.deepEqual(ends, ['request-timeout']);
  });

  it('tells nothing over a link that went away meanwhile', async () => {
    let reply: ((bytes: Uint8Array) => void) | undefined;
    answer = () => new Promise((resolve) => void (reply = resolve));
    link.takeState(begin);
    await ask();
    link.close();
    reply?.(request);
    await rest();
    assert.deepEqual([notified, ends], [[], []]);
  });

  it('reports a door that fails, and ends', async () => {
    answer = () => Promise.reject(new Error('the disk'));
    link.takeState(begin);
    await ask();
    assert.deepEqual([faults.length, ends], [1, ['internal-error']]);
  });
});
