import {
  ACCEPT,
  EPOCH_MS,
  LOAD,
  SYNC,
  chainOf,
  encodeRun,
  money,
  paymentIdOf,
} from '@coinbox/protocol';
import type {
  Accept,
  Load,
  OfflinePart,
  Pay,
  Receipt,
  RejectionCode,
  SetParameters,
  Signed,
} from '@coinbox/protocol';
import { createIssuerFixture, expect } from './fixture.ts';
import type {
  FixtureIssuer,
  FixtureOptions,
  RunningFixture,
  TestTerminal,
  TestWallet,
} from './fixture.ts';

export const DAY = 86_400_000;

/** What terminals may take in these tests: the issuer bears 10.00 for each. */
export const TEST_PARAMETERS: SetParameters = {
  number: 1,
  valid_ms: 30 * DAY,
  per_payment: '5000',
  count: 20,
  exposure: '50000',
  silence_ms: 7 * DAY,
  cover: '1000',
  cool_off_ms: 8 * DAY,
  claim_ms: 7 * DAY,
};

/** Limits of a payer's certificate in these tests. */
export const TEST_LIMITS = { per_payment: '2000', cumulative: '10000', count: 10, epochs: 2_000 };

/** A payment that a terminal has taken offline. */
export type TakenPay = { readonly pay: Signed<Pay>; readonly accept: Signed<Accept> };

/** An issuer, wherever it runs. */
type Fixture = RunningFixture<FixtureIssuer>;
type Setting = Fixture & { readonly provider: TestWallet; readonly terminal: TestTerminal };

/** An issuer with parameters, a provider, and a terminal that is mapped to it. */
export const createOfflineFixture = async (options: FixtureOptions = {}) =>
  offlineOver(await createIssuerFixture(options));

/** The same around an issuer that is there. */
export async function offlineOver<F extends Fixture>(fixture: F) {
  const provider = await fixture.openWallet('provider');
  const terminal = await fixture.openTerminal(provider);
  const setting = { ...fixture, provider, terminal };
  await setParameters(fixture, {});
  return {
    ...setting,
    setParameters: (change: Partial<SetParameters>) => setParameters(fixture, change),
    openFloat: (balance: bigint, float: bigint) => openFloat(fixture, balance, float),
    load: (payer: TestWallet, amount: bigint, change: Partial<Load> = {}) =>
      makeLoad(fixture, payer, amount, change),
    take: (payer: TestWallet, amount: bigint, more: TakeOptions = {}) =>
      take(setting, payer, amount, more),
    /** A run of this terminal behind its SYNC. */
    runOf: (messages: readonly Uint8Array[], of = terminal) => runOf(messages, of),
    async sync(messages: readonly Uint8Array[], of = terminal): Promise<Synced> {
      return read(fixture, await fixture.issuer.submitRun(runOf(messages, of)));
    },
    async upload(messages: readonly Uint8Array[]): Promise<Synced> {
      return read(fixture, await fixture.issuer.submitRun(encodeRun(messages)));
    },
    async floatOf({ wallet }: TestWallet): Promise<bigint> {
      return (await fixture.ports.ledger.account(`float/${wallet}`))?.balance ?? 0n;
    },
    async lossOf({ holding }: TestTerminal): Promise<bigint> {
      return (await fixture.ports.ledger.account(`loss/${holding.wallet}`))?.balance ?? 0n;
    },
  };
}
export type OfflineFixture = Awaited<ReturnType<typeof createOfflineFixture>>;

/** What a run was answered with. */
export type Synced = { readonly receipts: readonly Receipt[]; readonly stopped?: RejectionCode };

type RunResult = Awaited<ReturnType<FixtureIssuer['submitRun']>>;

function read(fixture: Fixture, answer: RunResult): Synced {
  if (!answer.ok) return { receipts: [], stopped: answer.rejection.code };
  const { receipts, stopped } = answer.value;
  return { receipts: receipts.map(fixture.readReceipt), ...(stopped && { stopped }) };
}

async function setParameters({ issuer }: Fixture, change: Partial<SetParameters>) {
  const body = { ...TEST_PARAMETERS, ...change };
  return issuer.call('setParameters', { query: {}, person: 'maker', body });
}

/** A payer with money, some of which it has loaded into its float. */
async function openFloat(fixture: Fixture, balance: bigint, float: bigint) {
  const payer = await fixture.openPayer(balance, { offline: TEST_LIMITS });
  if (float > 0n) expect(await fixture.issuer.submit(makeLoad(fixture, payer, float, {}).bytes));
  return payer;
}

const makeLoad = (
  { newId, clock, ports }: Fixture,
  payer: TestWallet,
  amount: bigint,
  change: Partial<Load>,
): Signed<Load> =>
  payer.sign(LOAD, {
    sequence: payer.next(),
    load: newId('load'),
    payer: payer.wallet,
    amount: money(amount),
    asset: ports.asset,
    direction: 'load',
    at: clock.now(),
    ...change,
  });

export type TakeOptions = {
  readonly at?: TestTerminal;
  readonly pay?: Partial<Pay>;
  readonly offline?: Partial<OfflinePart>;
};

/** A PAY out of the float, and the ACCEPT of the terminal. */
function take(
  { messages, clock, newId, provider, terminal }: Setting,
  payer: TestWallet,
  amount: bigint,
  { at = terminal, pay: change = {}, offline = {} }: TakeOptions,
): TakenPay {
  const offer = messages.offer(at, provider);
  const part: OfflinePart = {
    parameters: 1,
    epoch: Math.floor(clock.now() / EPOCH_MS),
    spent: money(amount),
    count: 1,
    ...offline,
  };
  const pay = messages.pay(payer, offer, amount, { offline: part, ...change });
  const accept = at.holding.sign(ACCEPT, {
    sequence: at.holding.next(),
    payHash: pay.hash,
    offer: offer.body.offer,
    session: newId('session'),
    held: pay.body.amount,
    journalHead: new Uint8Array(32),
  });
  return { pay, accept };
}

export function runOf(messages: readonly Uint8Array[], { holding }: TestTerminal): Uint8Array {
  const header = holding.sign(SYNC, {
    sequence: holding.next(),
    terminal: holding.wallet,
    count: messages.length,
    head: chainOf(messages),
  });
  return encodeRun([header.bytes, ...messages]);
}

/** A PAY and its ACCEPT as they stand in a run. */
export const both = ({ pay, accept }: TakenPay): readonly Uint8Array[] => [pay.bytes, accept.bytes];
export const idOf = ({ pay }: TakenPay) => paymentIdOf(pay);
