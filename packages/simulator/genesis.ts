import { createIssuerFixture, createTestClock } from '@coinbox/issuer/testing';
import type { TestTerminal, TestWallet } from '@coinbox/issuer/testing';
import type { IssuerPorts } from '@coinbox/issuer';
import { createMemoryLedger } from '@coinbox/ledger';
import type { Ledger, TransferGroup } from '@coinbox/ledger';
import { CertificateBook, assert, formatKeyId, money, parseAsset } from '@coinbox/protocol';
import type { Clock, Instant, WalletId } from '@coinbox/protocol';
import { applyEntry, createLedgerTruth, readEntry } from './ledger-truth.ts';
import type { LedgerTruth } from './ledger-truth.ts';
import { createRecordsPool } from './records-pool.ts';
import type { RecordsPool } from './records-pool.ts';
import type { ProviderFolder } from '@coinbox/provider';
import { createTariffShelf } from '@coinbox/provider';
import type { TerminalFolder } from '@coinbox/terminal';

/** When every run begins: 2027-01-15T08:00:00Z. */
export const START = 1_800_000_000_000 as Instant;

/** 2.00 CNY a kWh, tax within: a fen for each 5 Wh. */
export const TARIFF = JSON.stringify({
  currency: 'CNY',
  tax_included: 'YES',
  time_zone: 'Asia/Shanghai',
  elements: [{ price_components: [{ type: 'ENERGY', price: 2, vat: 13, step_size: 1 }] }],
});
export const WH_PER_FEN = 5n;

/** Smallest and largest payment that a terminal takes, fen. */
export const LEAST = money(100n);
export const MOST = money(3_000n);

/** What payers begin with, fen. The last one soon has too little. */
const BALANCES: readonly bigint[] = [20_000n, 20_000n, 1_500n];

/**
 * The same for all seeds: keys, certificates, and the groups that open the wallets, map the
 * terminals and issue the money.
 */
export type Genesis = {
  readonly ports: Omit<IssuerPorts, 'clock' | 'ledger' | 'records'>;
  readonly payers: readonly TestWallet[];
  readonly providers: readonly TestWallet[];
  readonly terminals: readonly TestTerminal[];
  readonly groups: readonly TransferGroup[];
  /** Money in payers' wallets, fen. */
  readonly issued: bigint;
  /** What a provider bills by. */
  readonly tariffs: ProviderFolder['tariffs'];
  /** What the log of the groups adds up to. */
  readonly truth: LedgerTruth;
  /** Records of an issuer that has read the groups. */
  readonly records: RecordsPool;
  /** Whose key it is, by key id in hexadecimal. */
  readonly walletOfKey: ReadonlyMap<string, WalletId>;
};

/** Keeps what goes into the ledger. */
function recording(clock: Clock, groups: TransferGroup[]): Ledger {
  const ledger = createMemoryLedger({ clock });
  return {
    ...ledger,
    post(batch) {
      groups.push(...batch);
      return ledger.post(batch);
    },
  };
}

export async function createGenesis(): Promise<Genesis> {
  const groups: TransferGroup[] = [];
  const clock = createTestClock(START);
  const fixture = await createIssuerFixture({
    seed: 'simulator',
    ledger: () => recording(clock, groups),
  });
  const payers: TestWallet[] = [];
  for (const balance of BALANCES) payers.push(await fixture.openPayer(balance));
  const providers = [await fixture.openWallet('provider'), await fixture.openWallet('provider')];
  const terminals: TestTerminal[] = [];
  for (const provider of providers) {
    const balance = terminals.length === 0 ? {} : { balance: '6000' };
    const limits = { per_payment: '2500', ...balance };
    terminals.push(await fixture.openTerminal(provider, { limits }));
  }
  const wallets = [
    ...payers,
    ...providers,
    ...terminals.flatMap(({ holding, settlement }) => [holding, settlement]),
  ];
  const { clock: _clock, ledger: _ledger, records, ...ports } = fixture.fullPorts;
  fixture.issuer.registry.save();
  return {
    ports,
    payers,
    providers,
    terminals,
    groups,
    issued: BALANCES.reduce((sum, balance) => sum + balance, 0n),
    tariffs: createTariffShelf([TARIFF], ports.asset),
    truth: await truthOf(groups, clock),
    records: createRecordsPool(records),
    walletOfKey: new Map(
      wallets.map(({ wallet, certificate }) => [formatKeyId(certificate.keyId), wallet]),
    ),
  };
}

async function truthOf(groups: readonly TransferGroup[], clock: Clock): Promise<LedgerTruth> {
  const truth = createLedgerTruth();
  const { items } = await (await ledgerOf({ groups }, clock)).entries({ limit: 1000 });
  for (const entry of items) applyEntry(truth, readEntry(entry));
  return truth;
}

/** A ledger with nothing in it but the beginning. */
export async function ledgerOf({ groups }: Pick<Genesis, 'groups'>, clock: Clock): Promise<Ledger> {
  const ledger = createMemoryLedger({ clock });
  const results = await ledger.post(groups);
  assert(
    results.every(({ ok }) => ok),
    'the beginning can be posted again',
  );
  return ledger;
}

/** The certificates that a device was given: of the authority, of the issuer, and its own. */
export function bookOf({ ports }: Genesis, own: readonly TestWallet[]): CertificateBook {
  const book = new CertificateBook(ports.network, ports.root);
  const pinned = [...ports.certificates, ...own.map(({ certificate }) => certificate.bytes)];
  for (const bytes of pinned) {
    assert(book.add(bytes, START, true).ok, 'the beginning is certified');
  }
  return book;
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');

/** What an enrolled terminal has in its folder, the tariff of this simulator with it. */
export function terminalFolder(genesis: Genesis, terminal: TestTerminal): TerminalFolder {
  const { ports } = genesis;
  const { holding, settlement } = terminal;
  return {
    config: {
      ...configOf(genesis),
      holdingCertificate: base64(holding.certificate.bytes),
      settlementCertificate: base64(settlement.certificate.bytes),
      least: `${LEAST}`,
      most: `${MOST}`,
    },
    keys: {
      network: ports.network,
      holding: holding.signer,
      holdingCertificate: holding.certificate,
      settlement: settlement.signer,
      settlementCertificate: settlement.certificate,
    },
    book: bookOf(genesis, [holding, settlement]),
    limits: { asset: ports.asset, least: LEAST, most: MOST },
    tariffs: [TARIFF],
    certificates: ports.certificates,
  };
}

/** The folder of an enrolled provider, with a tariff or without one. */
export function providerFolder(
  genesis: Genesis,
  provider: TestWallet,
  hasTariff: boolean,
): ProviderFolder {
  const { ports } = genesis;
  const asset = parseAsset(ports.asset);
  assert(asset.ok, 'the asset of the network is one');
  return {
    path: '',
    config: { ...configOf(genesis), certificate: base64(provider.certificate.bytes) },
    asset: asset.value,
    signer: provider.signer,
    certificate: provider.certificate,
    book: bookOf(genesis, [provider]),
    tariffs: hasTariff ? genesis.tariffs : createTariffShelf([], asset.value),
  };
}

const configOf = ({ ports }: Genesis) => ({
  network: ports.network,
  asset: ports.asset,
  issuerUrl: 'http://127.0.0.1:1',
  brokerUrl: 'mqtt://127.0.0.1:1',
  root: { algorithm: 'EdDSA' as const, bytes: base64(ports.root.bytes) },
  certificates: ports.certificates.map(base64),
});
