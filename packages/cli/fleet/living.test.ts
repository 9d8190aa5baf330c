import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { reject } from '@coinbox/protocol';
import type { MoveMoney } from '@coinbox/protocol';
import type { Fleet } from './fleet.ts';
import { keepLiving } from './living.ts';
import type { PricedSession } from './plan.ts';

const sessions = ['ann', 'bob'].map((user) => ({ user }) as PricedSession);

/** A fleet whose issuer gives nothing, and remembers who was to get it. */
function bareFleet(): { fleet: Fleet; asked: string[] } {
  const asked: string[] = [];
  const client = {
    async issueMoney({ wallet }: MoveMoney) {
      asked.push(wallet);
      return reject('overloaded');
    },
  };
  const payerWallets = new Map([
    ['ann', 'wal_ann'],
    ['bob', 'wal_bob'],
  ]);
  return { fleet: { client, payerWallets, asset: 'CNY/2' } as unknown as Fleet, asked };
}

const onFault = (fault: unknown): void => assert.fail(String(fault));
const options = { sessions, deposit: 500n, onFault };

test('a living fleet plays its sessions again, in order, until it is stopped', async () => {
  const { fleet, asked } = bareFleet();
  const stop = keepLiving(fleet, { ...options, perMinute: 6_000 });
  while (asked.length < 5) await sleep(5);
  await stop();
  const seen = asked.length;
  assert.deepEqual(asked.slice(0, 5), ['wal_ann', 'wal_bob', 'wal_ann', 'wal_bob', 'wal_ann']);
  await sleep(50);
  assert.equal(asked.length, seen);
});

test('a fleet with no pace, or without sessions, rests', async () => {
  const { fleet, asked } = bareFleet();
  await keepLiving(fleet, { ...options, perMinute: 0 })();
  await keepLiving(fleet, { ...options, sessions: [], perMinute: 60 })();
  assert.deepEqual(asked, []);
});
