import { createMemoryLedger } from '@coinbox/ledger';
import type { Ledger } from '@coinbox/ledger';
import {
  RECEIPT,
  assert,
  money,
  newId,
  openMessage,
  sha256,
  signCertificate,
} from '@coinbox/protocol';
import type {
  Algorithm,
  Asset,
  Certificate,
  Clock,
  Id,
  IdKind,
  Instant,
  MappingJson,
  NetworkId,
  OpenWallet,
  Receipt,
  Result,
  Role,
  Signer,
  WalletRole,
} from '@coinbox/protocol';
import type { DatabaseSync } from 'node:sqlite';
import { createIssuer } from '../issuer.ts';
import type { Issuer, IssuerPorts } from '../issuer.ts';
import { openMemoryRecords } from '../registry/schema.ts';
import { createMessages } from './messages.ts';
import type { Messages, TestTerminal } from './messages.ts';
import {
  createIds,
  createTestClock,
  createTestRandom,
  createTestWallet,
  readCertificate,
  testSigner,
} from './wallets.ts';
import type { TestWallet } from './wallets.ts';

export { createMessages } from './messages.ts';
export type { Messages, TestTerminal } from './messages.ts';
export { createIds, createTestClock, createTestRandom, createTestWallet } from './wallets.ts';
export type { TestWallet } from './wallets.ts';

export const TEST_NETWORK: NetworkId = 'test-net';
export const TEST_ASSET: Asset = 'CNY/2';

/** What the fixture has to know of the issuer that it speaks to. */
export type FixturePorts = Pick<IssuerPorts, 'network' | 'asset' | 'root' | 'certificates'> & {
  readonly ledger: Omit<Ledger, 'post' | 'close'>;
};

/** What the fixture asks of an issuer, wherever it runs. */
export type FixtureIssuer = Pick<Issuer, 'submit' | 'submitRun' | 'call' | 'summary' | 'close'>;

/** An issuer with what a test needs to speak to it. */
export type RunningFixture<I extends FixtureIssuer = Issuer> = {
  readonly issuer: I;
  readonly ports: FixturePorts;
  readonly clock: Clock & { set(at: number): void };
  readonly messages: Messages;
  readonly newId: <K extends IdKind>(kind: K) => Id<K>;
  /** Makes a key and opens a wallet with it. */
  openWallet(
    role: WalletRole,
    more?: Partial<OpenWallet>,
    algorithm?: Algorithm,
  ): Promise<TestWallet>;
  /** A payer with money. */
  openPayer(balance: bigint, more?: Partial<OpenWallet>): Promise<TestWallet>;
  /** A holding and a settlement wallet, mapped to `provider` where there is one. */
  openTerminal(provider?: TestWallet, more?: Partial<OpenWallet>): Promise<TestTerminal>;
  /** Maps by two people; answers with the version. */
  map(terminal: TestTerminal, provider: TestWallet): Promise<number>;
  issue(wallet: TestWallet, amount: bigint): Promise<void>;
  freeze(wallet: TestWallet): Promise<void>;
  unfreeze(wallet: TestWallet): Promise<void>;
  /** Minor units in a wallet: all, and the part under holds. */
  balanceOf(wallet: TestWallet): Promise<{ readonly balance: bigint; readonly held: bigint }>;
  /** The content of a receipt whose signature is good. */
  readReceipt(receipt: Uint8Array): Receipt;
  /** What a rejection must not change: the head of the log. */
  headOf(): Promise<string>;
};

/** An issuer in memory. */
export type IssuerFixture = RunningFixture & {
  /** All it was made of: to start another issuer over the same ledger. */
  readonly fullPorts: IssuerPorts;
};

export type FixtureOptions = {
  readonly seed?: string;
  readonly ledger?: (clock: Clock) => Ledger;
  readonly records?: DatabaseSync;
};

type Certify = (role: Role, subject: Signer, by: Signer) => Certificate;

/** Everything but the wallets: keys and certificates that follow from a seed. */
export function createTestPorts(
  clock: Clock,
  ledger: Ledger,
  records: DatabaseSync,
  random: () => Uint8Array,
): IssuerPorts {
  const [root, authority] = [1, 2].map(() => testSigner('EdDSA', random)) as [Signer, Signer];
  const receipts = testSigner('EdDSA-tree', random);
  const certify: Certify = (role, { publicKey }, by) =>
    signCertificate(
      {
        wallet: newId('wallet', clock.now(), random()),
        role,
        publicKey,
        validFrom: 0 as Instant,
        validUntil: 4_000_000_000_000 as Instant,
        tier: 0,
      },
      by,
      TEST_NETWORK,
    );
  return {
    network: TEST_NETWORK,
    asset: TEST_ASSET,
    root: root.publicKey,
    certificates: [
      certify('authority', authority, root).bytes,
      certify('issuer', receipts, authority).bytes,
    ],
    authority,
    receipts,
    log: { secret: sha256(random()) },
    clock,
    ledger,
    records,
  };
}

export async function createIssuerFixture(options: FixtureOptions = {}): Promise<IssuerFixture> {
  const clock = createTestClock();
  const random = createTestRandom(options.seed);
  const ledger = options.ledger?.(clock) ?? createMemoryLedger({ clock });
  const records = options.records ?? openMemoryRecords();
  const ports = createTestPorts(clock, ledger, records, random);
  return { ...fixtureOf(await createIssuer(ports), ports, clock, random), fullPorts: ports };
}

/** The fixture around an issuer that runs, in memory or in a folder. */
export function fixtureOf<I extends FixtureIssuer>(
  issuer: I,
  ports: FixturePorts,
  clock: IssuerFixture['clock'],
  random: () => Uint8Array,
): RunningFixture<I> {
  const { network, asset, ledger } = ports;
  const ids = createIds(clock, random);
  return {
    ...operatorsOf(issuer, ports, ids, random),
    issuer,
    ports,
    clock,
    messages: createMessages({ clock, asset, newId: ids }),
    newId: ids,
    async balanceOf({ wallet, certificate }) {
      const account = await ledger.account(`${certificate.body.role}/${wallet}`);
      return { balance: account?.balance ?? 0n, held: account?.held ?? money(0n) };
    },
    readReceipt(receipt) {
      const certificate = readReceiptKey(ports);
      const trust = { network, certificateOf: () => certificate };
      return expect(openMessage(RECEIPT, receipt, trust, clock.now())).body;
    },
    async headOf() {
      const { index, hash } = await ledger.head();
      return `${index} ${Buffer.from(hash).toString('hex')}`;
    },
  };
}

type Operators = Pick<
  RunningFixture,
  'openWallet' | 'openPayer' | 'openTerminal' | 'map' | 'issue' | 'freeze' | 'unfreeze'
>;

/** What the two operators do: open wallets, map, issue, freeze. */
function operatorsOf(
  issuer: FixtureIssuer,
  { network, asset, root, certificates }: FixturePorts,
  ids: RunningFixture['newId'],
  random: () => Uint8Array,
): Operators {
  const ask = { query: {}, person: 'maker' };
  const setFrozen = async (name: 'freezeWallet' | 'unfreezeWallet', { wallet }: TestWallet) =>
    void expect(await issuer.call(name, { ...ask, parameter: wallet, body: {} }));
  const operators: Operators = {
    async openWallet(role, more = {}, algorithm = 'EdDSA') {
      const signer = testSigner(algorithm, random);
      const key = { algorithm, bytes: Buffer.from(signer.publicKey.bytes).toString('base64url') };
      const body = { wallet: ids('wallet'), role, key, ...more };
      const { certificate: bytes } = expect(await issuer.call('openWallet', { ...ask, body }));
      const certificate = readCertificate(bytes, network, root, certificates[0] as Uint8Array);
      return createTestWallet(certificate.body.wallet, signer, certificate, network);
    },
    async openPayer(balance, more) {
      const payer = await operators.openWallet('payer', more);
      if (balance > 0n) await operators.issue(payer, balance);
      return payer;
    },
    async openTerminal(provider, more) {
      const holding = await operators.openWallet('holding', more);
      const settlement = await operators.openWallet('settlement', { terminal: holding.wallet });
      const terminal: TestTerminal = { holding, settlement, upload: 0 };
      if (provider) await operators.map(terminal, provider);
      return terminal;
    },
    async map({ holding }, provider) {
      const terminal = holding.wallet;
      const known = await issuer.call('getMapping', { ...ask, parameter: terminal });
      const replaces = (expect(known) as MappingJson).versions.length;
      const proposal = ids('proposal');
      const body = { proposal, terminal, provider: provider.wallet, replaces };
      expect(await issuer.call('proposeMapping', { ...ask, body }));
      const approval = { query: {}, person: 'checker', parameter: proposal, body: {} };
      expect(await issuer.call('approveMapping', approval));
      return replaces + 1;
    },
    async issue({ wallet }, amount) {
      const body = { id: ids('issuance'), wallet, amount: `${amount}`, asset };
      expect(await issuer.call('issueMoney', { ...ask, body }));
    },
    freeze: (wallet) => setFrozen('freezeWallet', wallet),
    unfreeze: (wallet) => setFrozen('unfreezeWallet', wallet),
  };
  return operators;
}

const readReceiptKey = ({ network, root, certificates }: FixturePorts): Certificate =>
  readCertificate(
    Buffer.from(certificates[1] as Uint8Array).toString('base64url'),
    network,
    root,
    certificates[0] as Uint8Array,
  );

/** The value of a result that a test's setting up takes for granted. */
export function expect<T>(result: Result<T>): T {
  assert(result.ok, result.ok ? '' : `not expected: ${JSON.stringify(result.rejection)}`);
  return result.value;
}
