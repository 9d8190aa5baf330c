import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Fault, assert, createIssuerClient, newId, rejectionRow } from '@coinbox/protocol';
import { keepAliveFetch } from '@coinbox/link';
import type {
  Discovery,
  Instant,
  IssuerClient,
  PublicKey,
  PublicKeyJson,
  Result,
  WalletId,
  WalletJson,
  WalletRole,
} from '@coinbox/protocol';
import { TOKEN_FILE, openKeys, readJsonFile, writeJsonFile } from '@coinbox/storage';
import type { KeyStore } from '@coinbox/storage';
import { createProviderFolder, enrolProvider } from '@coinbox/provider';
import { createTerminalFolder, enrolTerminal } from '@coinbox/terminal';
import type { TerminalKeyOrder } from '@coinbox/terminal';
import { parseTariff } from '@coinbox/tariff';
import { readToken } from './commands/issuer.ts';
import { readTextFile } from './commands/run.ts';
import { FileError, RefusedError } from './exit-codes.ts';

/** A client of an issuer, with an operator's token where the JSON API is to be used. */
export const issuerClient = (url: string, token?: string): IssuerClient =>
  createIssuerClient({
    url,
    fetch: keepAliveFetch(),
    ...(token !== undefined && { token }),
  });

/** The value of an answer. Throws RefusedError with the code of a rejection and its text. */
export function orFail<T>(answer: Result<T>, what: string): T {
  if (answer.ok) return answer.value;
  const { code, detail = '' } = answer.rejection;
  throw new RefusedError(`${what}: ${code}: ${rejectionRow(code).en}${detail && ` (${detail})`}`);
}

export const now = (): Instant => Date.now() as Instant;
const newWalletId = (): WalletId => newId('wallet', now(), randomBytes(10));

export function keyJson({ algorithm, bytes }: PublicKey): PublicKeyJson {
  assert(algorithm !== 'EdDSA-tree', 'a wallet signs by itself');
  return { algorithm, bytes: Buffer.from(bytes).toString('base64url') };
}

const ENROLMENT_FILE = 'enrolment.json';

/**
 * Wallet ids of a folder, each made once and stored before the issuer hears of it: enrolling again
 * asks for the same wallets.
 */
export function walletIds<Name extends string>(
  folder: string,
  names: readonly Name[],
): Record<Name, WalletId> {
  const known = existsSync(join(folder, ENROLMENT_FILE))
    ? (readJsonFile(folder, ENROLMENT_FILE) as Partial<Record<Name, WalletId>>)
    : {};
  const missing = names.filter((name) => !Object.hasOwn(known, name));
  const fresh = Object.fromEntries(missing.map((name) => [name, newWalletId()]));
  const all = { ...known, ...fresh } as Record<Name, WalletId>;
  if (missing.length > 0) writeJsonFile(folder, ENROLMENT_FILE, all);
  return all;
}

/** Has the issuer open a wallet for a key and certify it. */
export async function openWallet(
  client: IssuerClient,
  role: WalletRole,
  wallet: WalletId,
  key: PublicKey,
  terminal?: WalletId,
): Promise<WalletJson> {
  const order = { wallet, role, key: keyJson(key), ...(terminal && { terminal }) };
  return orFail(await client.openWallet(order), `the issuer opens no ${role} wallet`);
}

/** The flags that `terminal init` and `provider init` share. */
export type EnrolFlags = {
  readonly issuer: string;
  readonly broker: string;
  readonly tokenFile: string;
  readonly tariff: string;
};

/**
 * What the flags of an `init` stand for. The tariff is checked before the issuer opens anything.
 * Throws UsageError, FileError, RefusedError, Fault unreachable.
 */
export async function readEnrolment(folder: string, flags: EnrolFlags): Promise<Enrolment> {
  const client = issuerClient(flags.issuer, readToken(flags.tokenFile));
  const discovery = orFail(await client.discover(), 'the issuer does not answer');
  const tariff = readTextFile(flags.tariff);
  const parsed = parseTariff(tariff);
  if (!parsed.ok) {
    const { code, detail = '' } = parsed.rejection;
    throw new FileError(`${flags.tariff} is no tariff: ${code}${detail && ` (${detail})`}`);
  }
  if (parsed.value.asset !== discovery.asset) {
    throw new FileError(
      `${flags.tariff} is in ${parsed.value.asset}, the issuer's money in ${discovery.asset}`,
    );
  }
  return { folder, client, discovery, issuerUrl: flags.issuer, brokerUrl: flags.broker, tariff };
}

/** What a terminal and a provider are enrolled with. */
export type Enrolment = {
  readonly folder: string;
  readonly client: IssuerClient;
  readonly discovery: Discovery;
  readonly issuerUrl: string;
  readonly brokerUrl: string;
  /** Tariff document, JSON text. */
  readonly tariff: string;
};

export type TerminalEnrolment = Enrolment & {
  /** Smallest and largest payment of a session, minor units. */
  readonly least: string;
  readonly most: string;
  /** Where its keys are made. Default: in a file. */
  readonly keys?: TerminalKeyOrder;
};

/** The part of a configuration that terminal and provider have in common. */
const siteOf = ({ discovery, issuerUrl, brokerUrl }: Enrolment) => ({
  network: discovery.network,
  asset: discovery.asset,
  issuerUrl,
  brokerUrl,
  root: discovery.root,
  certificates: discovery.certificates,
});

/** The keys of a folder: made now, or by an enrolment that was cut short. */
export const keysOf = (folder: string, create: (folder: string) => KeyStore): KeyStore =>
  ['keys.json', TOKEN_FILE].some((file) => existsSync(join(folder, file)))
    ? openKeys(folder)
    : create(folder);

export const refuseInitialised = (folder: string, file: string): void => {
  if (existsSync(join(folder, file))) {
    throw new Fault('already-initialised', `${join(folder, file)} exists`);
  }
};

/**
 * Makes a provider's folder: a key, a wallet at the issuer, configuration and tariff. Gives its
 * wallet id.
 */
export async function enrolProviderFolder(order: Enrolment): Promise<WalletId> {
  const { folder, client } = order;
  refuseInitialised(folder, 'provider.json');
  const { publicKey } = keysOf(folder, createProviderFolder).signer('provider');
  const { provider } = walletIds(folder, ['provider']);
  const { certificate } = await openWallet(client, 'provider', provider, publicKey);
  enrolProvider(folder, { ...siteOf(order), certificate }, [order.tariff]);
  return provider;
}

/**
 * Makes a terminal's folder: two keys, two wallets at the issuer, configuration and tariff. Gives
 * the holding wallet's id.
 */
export async function enrolTerminalFolder(order: TerminalEnrolment): Promise<WalletId> {
  const { folder, client, least, most } = order;
  refuseInitialised(folder, 'terminal.json');
  const keys = keysOf(folder, () => createTerminalFolder(folder, order.keys));
  const ids = walletIds(folder, ['holding', 'settlement']);
  const holding = keys.signer('holding').publicKey;
  const settlement = keys.signer('settlement').publicKey;
  const first = await openWallet(client, 'holding', ids.holding, holding);
  const second = await openWallet(client, 'settlement', ids.settlement, settlement, ids.holding);
  const config = {
    ...siteOf(order),
    holdingCertificate: first.certificate,
    settlementCertificate: second.certificate,
    least,
    most,
  };
  enrolTerminal(folder, config, order.tariff);
  return ids.holding;
}

/**
 * Maps a terminal to a provider: proposed with one person's token, approved with another's. Gives
 * the version of the mapping; one that stands already is left as it is.
 */
export async function mapTerminal(
  proposer: IssuerClient,
  approver: IssuerClient,
  terminal: WalletId,
  provider: WalletId,
): Promise<number> {
  const known = orFail(await proposer.mapping(terminal), 'the mapping cannot be read');
  const newest = known.versions.at(-1);
  if (newest?.provider === provider) return newest.version;
  const proposal = newId('proposal', now(), randomBytes(10));
  const replaces = newest?.version ?? 0;
  const order = { proposal, terminal, provider, replaces };
  orFail(await proposer.proposeMapping(order), 'the mapping cannot be proposed');
  orFail(await approver.approveMapping(proposal), 'the mapping cannot be approved');
  return replaces + 1;
}

/** Runs `work` over all items, at most `most` at a time, in order of start. */
export async function eachOf<T>(
  items: Iterable<T>,
  most: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items[Symbol.iterator]();
  const turn = async (): Promise<void> => {
    for (let next = queue.next(); !next.done; next = queue.next()) await work(next.value);
  };
  await Promise.all(Array.from({ length: most }, turn));
}
