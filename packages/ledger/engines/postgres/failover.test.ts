import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Fault } from '@coinbox/protocol';
import type { FaultCode, Instant } from '@coinbox/protocol';
import { group, layGround, postOne, transfer } from '../../conformance/groups.ts';
import { allEntries } from '../../conformance/replay.ts';
import { foldEntries } from '../../fold.ts';
import type { Ledger } from '../../ledger.ts';
import { postgresMissing, startPostgres } from '../../testing/postgres-server.ts';
import type { PostgresServer, Settings } from '../../testing/postgres-server.ts';
import { createPostgresLedger } from './ledger.ts';

const clock = { now: () => Date.now() as Instant };
const faultOf = (code: FaultCode) => (error: unknown) =>
  error instanceof Fault && error.code === code;
const pay = (id: string) => group(id, [transfer('issuance', 'b', 1n)]);

type Pair = { readonly primary: PostgresServer; readonly standby: PostgresServer };

async function startPair(settings: Settings): Promise<Pair> {
  const primary = await startPostgres({ wal_keep_size: "'256MB'", ...settings });
  return { primary, standby: await primary.addStandby('standby') };
}

async function discard({ primary, standby }: Pair): Promise<void> {
  await standby.discard();
  await primary.discard();
}

const openOn = (server: PostgresServer, answerWithinMs = 20_000): Promise<Ledger> =>
  createPostgresLedger({ url: server.url(), clock, answerWithinMs });

/** Posts as many callers at once until the ledger fails; gathers what was asked and confirmed. */
function load(ledger: Ledger) {
  const asked = new Set<string>();
  const acknowledged = new Map<string, number>();
  const faults: unknown[] = [];
  const caller = async (name: number): Promise<void> => {
    for (let n = 0; ; n++) {
      const id = `${name}-${n}`;
      asked.add(id);
      const [result] = await ledger.post([pay(id)]);
      if (result?.ok) acknowledged.set(id, result.value.index);
    }
  };
  const ended = Promise.all(
    Array.from({ length: 32 }, (_, name) => caller(name).catch((fault) => faults.push(fault))),
  );
  return { asked, acknowledged, faults, ended };
}

/** Ends the stream from the primary, as a network that is cut does. */
async function cutStream({ primary, standby }: Pair): Promise<void> {
  await standby.query("ALTER SYSTEM SET primary_conninfo = ''");
  await standby.query('SELECT pg_reload_conf()');
  const streams = 'SELECT 1 FROM pg_stat_replication';
  while ((await primary.query(streams)).rowCount !== 0) await sleep(20);
}

async function joinStream({ primary, standby }: Pair): Promise<void> {
  await standby.query('ALTER SYSTEM RESET primary_conninfo');
  await standby.query('SELECT pg_reload_conf()');
  const streams = `SELECT 1 FROM pg_stat_replication WHERE state = 'streaming'`;
  while ((await primary.query(streams)).rowCount === 0) await sleep(20);
}

const skip = postgresMissing() ?? false;

describe('fail-over to a synchronous standby', { skip }, () => {
  let pair: Pair;
  before(async () => {
    pair = await startPair({ synchronous_standby_names: "'standby'" });
  });
  after(() => discard(pair));

  test('a standby is no place to open a ledger', async () => {
    await assert.rejects(openOn(pair.standby), faultOf('startup-unsafe'));
  });

  test('without its standby a primary acknowledges nothing, and no ledger opens', async () => {
    const { primary } = pair;
    const ledger = await openOn(primary, 1000);
    await layGround(ledger);
    await cutStream(pair);
    await assert.rejects(ledger.post([pay('alone')]), faultOf('unreachable'));
    await assert.rejects(openOn(primary, 1000), faultOf('unreachable'));
    await ledger.close();
    await joinStream(pair);
    const again = await openOn(primary);
    assert.equal(await postOne(again, pay('alone')), 'replayed posted');
    await again.close();
  });

  test('a primary killed under load: the standby has every acknowledged index', async (t) => {
    const { primary, standby } = pair;
    const ledger = await openOn(primary);
    const { asked, acknowledged, faults, ended } = load(ledger);
    await sleep(1500);
    await primary.kill();
    await ended;
    assert.equal(faults.length, 32);
    assert.ok(faults.every(faultOf('unreachable')));
    await standby.promote();

    const promoted = await openOn(standby);
    assert.ok(acknowledged.size > 100, `only ${acknowledged.size} acknowledged`);
    const entries = await allEntries(promoted);
    for (const [id, index] of acknowledged) assert.equal(entries[index - 1]?.id, id);
    t.diagnostic(`${acknowledged.size} acknowledged, 0 lost`);
    const results = await promoted.post([...asked].map(pay));
    assert.ok(results.every(({ ok }) => ok));
    const books = foldEntries(await allEntries(promoted));
    assert.equal(books.accounts.get('b')?.balance, BigInt(asked.size + 1));
    await promoted.close();
    await ledger.close();
  });
});

describe('fail-over to an asynchronous standby', { skip }, () => {
  let pair: Pair;
  before(async () => {
    pair = await startPair({});
  });
  after(() => discard(pair));

  test('what was acknowledged after the stream broke is lost', async (t) => {
    const { primary, standby } = pair;
    const ledger = await openOn(primary);
    await layGround(ledger);
    assert.equal(await postOne(ledger, pay('before')), 'posted');
    const reached = 'SELECT 1 FROM pg_stat_replication WHERE replay_lsn >= pg_current_wal_lsn()';
    while ((await primary.query(reached)).rowCount === 0) await sleep(20);
    await cutStream(pair);
    const { acknowledged, ended } = load(ledger);
    await sleep(500);
    await primary.kill();
    await ended;
    await standby.promote();

    const promoted = await openOn(standby);
    const outcomes = await Promise.all([...acknowledged.keys()].map((id) => promoted.outcome(id)));
    assert.ok(acknowledged.size > 0);
    const lost = outcomes.filter((outcome) => outcome === undefined).length;
    t.diagnostic(`${acknowledged.size} acknowledged after the cut, ${lost} lost`);
    assert.equal(lost, acknowledged.size, 'every acknowledgement after the cut is lost');
    assert.equal((await promoted.outcome('before'))?.index, 2);
    assert.equal((await promoted.head()).index, 2);
    await promoted.close();
    await ledger.close();
  });
});
