import { createPostgresLedger } from '@coinbox/ledger';
import type { Ledger, TransferGroup } from '@coinbox/ledger';
import { postgresMissing, startPostgres } from '@coinbox/ledger/testing';
import type { PostgresServer } from '@coinbox/ledger/testing';
import { money, newId, sha256, textBytes } from '@coinbox/protocol';
import type { Instant } from '@coinbox/protocol';
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { lineOf } from '../lib/line.ts';
import type { Line } from '../lib/line.ts';
import type { Extent } from '../lib/suite.ts';

const clock = { now: () => Date.now() as Instant };
const CALLERS = 256;
const SESSIONS = 16;
const PROVIDER = 'provider/hot';
const FUNDS = money(1_000_000_000n);
const ASSET = 'CNY/2';

/**
 * Settlements a second into one provider through the PostgreSQL engine, beside the same server with
 * a transaction and row locks for each: what a program would do that knows no batches. No
 * signatures, no HTTP: the ledger alone.
 */
export async function postgres({ runs, terminals, slice }: Extent): Promise<Line[]> {
  const missing = postgresMissing();
  if (missing !== undefined) throw new Error(missing);
  const server = await startPostgres({ shared_buffers: "'128MB'" });
  const ledger = await createPostgresLedger({ url: server.url(), clock });
  const plain = await openPlain(server, terminals);
  try {
    await openAccounts(ledger, terminals);
    const [values, ratios]: [number[], number[]] = [[], []];
    const most = terminals * slice;
    await settleByEngine(ledger, terminals, most);
    for (let run = 0; run < runs; run++) {
      const engine = await rateOf(most, () => settleByEngine(ledger, terminals, most));
      const byRow = await rateOf(most, () => plain.settle(most));
      values.push(engine);
      ratios.push(engine / byRow);
    }
    const named = {
      name: 'settle.postgres',
      unit: 'settlements/s',
      against: 'a transaction with row locks for each',
      notes: { callers: CALLERS, sessionsOfTheOther: SESSIONS },
    };
    return [lineOf(named, values, ratios)];
  } finally {
    await plain.close();
    await ledger.close();
    await server.discard();
  }
}

async function rateOf(count: number, work: () => Promise<void>): Promise<number> {
  const began = performance.now();
  await work();
  return count / ((performance.now() - began) / 1000);
}

const memo = new Uint8Array(900);
const groupOf = (id: string, more: Partial<TransferGroup>): TransferGroup => ({
  id,
  code: 'settle',
  fingerprint: sha256(textBytes(id)),
  steps: [],
  memo,
  ...more,
});
const accountsOf = (terminal: number) =>
  [`holding/${terminal}`, `settlement/${terminal}`, `hold/${terminal}`] as const;

async function openAccounts(ledger: Ledger, terminals: number): Promise<void> {
  const open = (account: string, mayOverdraw = false) =>
    ({ kind: 'open', account, asset: ASSET, mayOverdraw }) as const;
  const groups = Array.from({ length: terminals }, (_, terminal) => {
    const [holding, settlement, hold] = accountsOf(terminal);
    const steps = [
      open(holding),
      open(settlement),
      { kind: 'transfer', debit: 'issuance', credit: holding, amount: FUNDS } as const,
      { kind: 'hold', hold, account: holding, amount: FUNDS } as const,
    ];
    return groupOf(`open/${terminal}`, { steps });
  });
  const ground = groupOf('ground', { steps: [open('issuance', true), open(PROVIDER)] });
  const results = await ledger.post([ground, ...groups]);
  if (!results.every(({ ok }) => ok)) throw new Error('the accounts could not be opened');
}

/** Many callers, each with one settlement under way: the shape of what the issuer posts. */
async function settleByEngine(ledger: Ledger, terminals: number, most: number): Promise<void> {
  let next = 0;
  const amount = money(7n);
  const caller = async (): Promise<void> => {
    while (next < most) {
      const [, settlement, hold] = accountsOf((next += 1) % terminals);
      const id = newId('settlement', clock.now(), randomBytes(10));
      const [result] = await ledger.post([
        groupOf(id, {
          steps: [
            { kind: 'draw', hold, credit: settlement, amount },
            { kind: 'transfer', debit: settlement, credit: PROVIDER, amount },
          ],
        }),
      ]);
      if (!result?.ok || result.value.status !== 'posted') throw new Error('not posted');
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, caller));
}

async function openPlain(server: PostgresServer, terminals: number) {
  await server.query(`CREATE TABLE plain_accounts (id text PRIMARY KEY, balance bigint NOT NULL
      CHECK (balance >= 0));
    CREATE TABLE plain_transfers (id text PRIMARY KEY, debit text NOT NULL, credit text NOT NULL,
      amount bigint NOT NULL, memo bytea NOT NULL);
    INSERT INTO plain_accounts SELECT 'holding/' || n, 1000000000
      FROM generate_series(0, ${terminals}) AS n;
    INSERT INTO plain_accounts VALUES ('${PROVIDER}', 0)`);
  const pool = new pg.Pool({ connectionString: server.url(), max: SESSIONS });
  const settleOne = async (client: pg.PoolClient, terminal: number): Promise<void> => {
    const [holding] = accountsOf(terminal);
    const id = newId('settlement', clock.now(), randomBytes(10));
    await client.query('BEGIN');
    // In the order of their ids, so that no two wait for each other.
    const locks = 'SELECT balance FROM plain_accounts WHERE id = ANY($1) ORDER BY id FOR UPDATE';
    await client.query({ name: 'lock', text: locks, values: [[holding, PROVIDER]] });
    const move = 'UPDATE plain_accounts SET balance = balance + $2 WHERE id = $1';
    await client.query({ name: 'move', text: move, values: [holding, -7] });
    await client.query({ name: 'move', text: move, values: [PROVIDER, 7] });
    const record = 'INSERT INTO plain_transfers VALUES ($1, $2, $3, $4, $5)';
    const values = [id, holding, PROVIDER, 7, memo];
    await client.query({ name: 'record', text: record, values });
    await client.query('COMMIT');
  };
  return {
    async settle(most: number): Promise<void> {
      let next = 0;
      const session = async (): Promise<void> => {
        const client = await pool.connect();
        while (next < most) await settleOne(client, (next += 1) % terminals);
        client.release();
      };
      await Promise.all(Array.from({ length: SESSIONS }, session));
    },
    close: () => pool.end(),
  };
}
