import { createIssuer, initIssuer, openFolder } from '@coinbox/issuer';
import { createTestRandom, fixtureOf } from '@coinbox/issuer/testing';
import type { RunningFixture, TestTerminal, TestWallet } from '@coinbox/issuer/testing';
import { formatKeyId, paymentIdOf } from '@coinbox/protocol';
import type { Instant } from '@coinbox/protocol';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ISSUER_FOLDER } from '../lib/folders.ts';
import type { Plan } from '../lib/folders.ts';
import { addIdleWallets } from '../lib/idle-wallets.ts';
import { KEYS_FILE } from '../lib/keys.ts';
import type { KnownKeys } from '../lib/keys.ts';
import { LANES_FILE, writeLanes } from '../lib/lanes.ts';
import { readJob } from '../lib/processes.ts';

// Makes the folder of an issuer in which every payment of the plan is applied, and beside it the
// SETTLEs, signed, and the keys that they are signed with.

const plan = readJob<Plan & { folder: string }>();
/** Half an hour ago, and a little later at each look: ids are in the order of their making. */
const BEGAN_BEFORE_MS = 1_800_000;
const LOOKS_IN_A_MS = 16;
let looks = Math.round((Date.now() - BEGAN_BEFORE_MS) * LOOKS_IN_A_MS);
const clock = {
  now: () => Math.floor((looks += 1) / LOOKS_IN_A_MS) as Instant,
  set: () => undefined,
};
const PAID = 500n;
const BILLED = 450n;
/** Payments that are under way at once. */
const AT_ONCE = 128;

async function inTurns<T>(count: number, make: (index: number) => Promise<T>): Promise<T[]> {
  const made: T[] = [];
  for (let from = 0; from < count; from += AT_ONCE) {
    const some = Array.from({ length: Math.min(AT_ONCE, count - from) }, (_, i) => make(from + i));
    made.push(...(await Promise.all(some)));
  }
  return made;
}

type Lane = { readonly terminal: TestTerminal; readonly provider: TestWallet };

async function openLane(
  fixture: RunningFixture,
  provider: TestWallet,
  { algorithm }: Plan,
): Promise<Lane> {
  const holding = await fixture.openWallet('holding', {}, algorithm);
  const own = { terminal: holding.wallet };
  const settlement = await fixture.openWallet('settlement', own, algorithm);
  const terminal = { holding, settlement, upload: 0 };
  await fixture.map(terminal, provider);
  return { terminal, provider };
}

/** One payment, applied, and the SETTLE of the session that it paid for. */
async function prepareSettle(
  { issuer, messages, newId }: RunningFixture,
  { terminal, provider }: Lane,
  payer: TestWallet,
): Promise<Uint8Array> {
  const pay = messages.pay(payer, messages.offer(terminal, provider), PAID);
  const applied = await issuer.submit(pay.bytes);
  if (!applied.ok) throw new Error(JSON.stringify(applied.rejection));
  const bill = messages.bill(provider, terminal, newId('session'), BILLED);
  const settle = messages.settle(terminal, bill, [paymentIdOf(pay)]);
  terminal.upload += 1;
  return settle.bytes;
}

async function prepare(): Promise<void> {
  const folder = join(plan.folder, ISSUER_FOLDER);
  mkdirSync(folder, { recursive: true });
  initIssuer(folder, { network: 'bench', asset: 'CNY/2', clock });
  const ports = await openFolder(folder, clock);
  const fixture = fixtureOf(await createIssuer(ports), ports, clock, createTestRandom(plan.folder));
  const { algorithm } = plan;
  const providers = await inTurns(plan.providers, () =>
    fixture.openWallet('provider', {}, algorithm),
  );
  const lanes = await inTurns(plan.terminals, (index) =>
    openLane(fixture, providers[index % providers.length] as TestWallet, plan),
  );
  const payers = await inTurns(Math.ceil(plan.terminals / 8), () =>
    fixture.openPayer(PAID * 8n * BigInt(plan.each)),
  );
  // As terminals work beside each other: the first session of each, then the second of each, …
  const settles: Uint8Array[][] = lanes.map(() => []);
  for (let i = 0; i < plan.each; i++) {
    await inTurns(lanes.length, async (index) => {
      const payer = payers[Math.floor(index / 8)] as TestWallet;
      settles[index]?.push(await prepareSettle(fixture, lanes[index] as Lane, payer));
    });
  }
  await fixture.issuer.close();
  addIdleWallets(folder, plan.idleWallets ?? 0);
  writeLanes(join(plan.folder, LANES_FILE), settles);
  const owners = lanes.flatMap(({ terminal, provider }) => [
    terminal.holding,
    terminal.settlement,
    provider,
  ]);
  const keys: KnownKeys = Object.fromEntries(
    owners.map(({ signer: { keyId, publicKey } }) => [
      formatKeyId(keyId),
      { ...publicKey, bytes: Buffer.from(publicKey.bytes).toString('hex') },
    ]),
  );
  writeFileSync(join(plan.folder, KEYS_FILE), JSON.stringify(keys));
  process.stdout.write(`${JSON.stringify({ settlements: settles.flat().length })}\n`);
}

await prepare();
