import { createIssuer, initIssuer, openFolder } from '@coinbox/issuer';
import { createTestRandom, fixtureOf } from '@coinbox/issuer/testing';
import type { Messages, RunningFixture, TestTerminal, TestWallet } from '@coinbox/issuer/testing';
import type { Asset, Instant, PaymentId } from '@coinbox/protocol';

/** A payment that its terminal has, and what is left of it, minor units. */
export type OpenPayment = {
  readonly payment: PaymentId;
  readonly payer: TestWallet;
  readonly version: number;
  left: bigint;
};

/** A terminal, and what its clients know of it. Owned by whoever has made it `busy`. */
export type Till = {
  readonly wallets: TestTerminal;
  /** The newest version of its mapping that a client has heard of. */
  version: number;
  /** The providers of its versions; version 1 is the first. */
  providers: TestWallet[];
  readonly open: OpenPayment[];
  /** An upload is under way: they have no gap, and so one follows the other. */
  busy: boolean;
};

/** Wallets that many clients share. */
export type Bank = {
  readonly folder: string;
  readonly asset: Asset;
  readonly messages: Messages;
  readonly newId: RunningFixture['newId'];
  readonly payers: readonly TestWallet[];
  readonly providers: readonly TestWallet[];
  readonly tills: readonly Till[];
  /** The last entry before any client begins. */
  readonly setUp: number;
};

const NETWORK = 'bank';
const FUNDS = 2_000n;
const PROVIDERS = 4;

/**
 * Makes the folder of an issuer with a payer and a terminal for every two clients, so that clients
 * meet at each of them. `database`: address of a PostgreSQL database for the ledger.
 */
export async function openBank(folder: string, clients: number, database?: string): Promise<Bank> {
  const clock = { now: () => Date.now() as Instant, set: () => undefined };
  const asset: Asset = 'CNY/2';
  const ledger = database === undefined ? {} : { database };
  initIssuer(folder, { network: NETWORK, asset, clock, ...ledger });
  const ports = await openFolder(folder, clock);
  const issuer = await createIssuer(ports);
  const fixture = fixtureOf(issuer, ports, clock, createTestRandom(folder));
  const some = Array.from({ length: Math.ceil(clients / 2) });
  const providers = await Promise.all(
    Array.from({ length: PROVIDERS }, () => fixture.openWallet('provider')),
  );
  const payers = await Promise.all(some.map(() => fixture.openPayer(FUNDS)));
  const tills = await Promise.all(
    some.map(async (_, at): Promise<Till> => {
      const provider = providers[at % PROVIDERS] as TestWallet;
      const wallets = await fixture.openTerminal(provider);
      return { wallets, version: 1, providers: [provider], open: [], busy: false };
    }),
  );
  const { index: setUp } = await issuer.ledger.head();
  await issuer.close();
  const { messages, newId } = fixture;
  return { folder, asset, messages, newId, payers, providers, tills, setUp };
}
