import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startIssuer, tokenFile } from '@coinbox/issuer';
import type { RunningIssuer } from '@coinbox/issuer';
import { openMqttLink } from '@coinbox/link';
import { createPayer, httpCarrier } from '@coinbox/payer';
import type { Carrier, Payer } from '@coinbox/payer';
import { openPayerStore } from '@coinbox/payer/sqlite-store';
import { CertificateBook, newId, softwareSigner } from '@coinbox/protocol';
import type {
  Certificate,
  Clock,
  Discovery,
  Fetch,
  Instant,
  IssuerClient,
  Signer,
  WalletId,
} from '@coinbox/protocol';
import { readProviderFolder, startProvider } from '@coinbox/provider';
import type { Provider, ProviderFolder } from '@coinbox/provider';
import { readTerminalFolder, startGateway } from '@coinbox/terminal';
import type { Bounds, Gateway, TerminalFolder, TerminalKeyOrder } from '@coinbox/terminal';
import { startBroker } from '../commands/broker.ts';
import type { Broker } from '../commands/broker.ts';
import { PEOPLE, makeIssuer, readToken } from '../commands/issuer.ts';
import {
  enrolProviderFolder,
  enrolTerminalFolder,
  issuerClient,
  mapTerminal,
  openWallet,
  orFail,
} from '../enrol.ts';
import { pino } from 'pino';

export const clock: Clock = { now: () => Date.now() as Instant };

/** 1.00 EUR a kWh: the price of a session in cents is its energy in units of 10 Wh. */
export const TARIFF = JSON.stringify({
  id: 'e2e',
  currency: 'EUR',
  time_zone: 'UTC',
  elements: [{ price_components: [{ type: 'ENERGY', price: 1, step_size: 1 }] }],
});

/**
 * A whole small Coinbox on loopback: every party with its real server, folder and keys, in this
 * process.
 */
export type Site = {
  readonly folder: string;
  readonly issuer: RunningIssuer;
  readonly broker: Broker;
  readonly maker: IssuerClient;
  readonly checker: IssuerClient;
  readonly provider: WalletId;
  readonly providerFolder: ProviderFolder;
  readonly terminal: WalletId;
  readonly terminalFolder: TerminalFolder;
  readonly gateway: Gateway;
  readonly carrier: Carrier;
  readonly payer: Payer;
  readonly payerWallet: WalletId;
  readonly payerSigner: Signer;
  readonly payerCertificate: Certificate;
  /** The honest provider; a test that plays the provider itself asks for none. */
  readonly agent: Provider | undefined;
  close(): Promise<void>;
};

export type SiteOptions = {
  readonly withProvider?: boolean;
  readonly funds?: bigint;
  readonly bounds?: Partial<Bounds>;
  /** Where the terminal's keys are. */
  readonly keys?: TerminalKeyOrder;
};

export const randomId = (): Uint8Array => randomBytes(10);

const quiet = pino({ level: 'silent' });

/** Starts a site: one provider, one terminal mapped to it, one payer with 100.00 EUR. */
export async function startSite(options: SiteOptions = {}): Promise<Site> {
  const { withProvider = true, funds = 10_000n, bounds: times, keys = {} } = options;
  const folder = mkdtempSync(join(tmpdir(), 'coinbox-e2e-'));
  const issuerFolder = join(folder, 'issuer');
  makeIssuer(issuerFolder, 'e2e', 'EUR/2');
  const issuer = await startIssuer({ folder: issuerFolder, log: quiet });
  const broker = await startBroker('127.0.0.1', 0);
  const [maker, checker] = PEOPLE.map((person) =>
    issuerClient(issuer.url, readToken(tokenFile(issuerFolder, person))),
  ) as [IssuerClient, IssuerClient];
  const discovery = orFail(await maker.discover(), 'discover');
  const urls = { issuerUrl: issuer.url, brokerUrl: broker.url };
  const enrolment = { client: maker, discovery, ...urls, tariff: TARIFF };
  const providerPath = join(folder, 'provider');
  const provider = await enrolProviderFolder({ ...enrolment, folder: providerPath });
  const terminalPath = join(folder, 'terminal');
  const bounds = { least: '1', most: '1000000' };
  const order = { ...enrolment, ...bounds, keys, folder: terminalPath };
  const terminal = await enrolTerminalFolder(order);
  await mapTerminal(maker, checker, terminal, provider);
  const gateway = await startGateway({
    folders: [terminalPath],
    host: '127.0.0.1',
    port: 0,
    ...(times && { bounds: times }),
    onFault: () => undefined,
  });
  const agent = withProvider ? startAgent(providerPath, broker.url) : undefined;
  const paying = await enrolPayerWallet(folder, maker, discovery, funds);
  return {
    folder,
    issuer,
    broker,
    maker,
    checker,
    provider,
    providerFolder: readProviderFolder(providerPath, clock.now()),
    terminal,
    terminalFolder: readTerminalFolder(terminalPath, clock.now()),
    gateway,
    carrier: httpCarrier(`${gateway.url}/${terminal}/carrier`, fetch as unknown as Fetch),
    ...paying,
    agent,
    async close() {
      await agent?.close();
      await gateway.close();
      await broker.close();
      await issuer.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const startAgent = (folder: string, url: string): Provider =>
  startProvider({
    folder,
    clock,
    random: (bytes) => randomBytes(bytes),
    openLink: (order) => openMqttLink({ ...order, url }),
  });

type Paying = Pick<Site, 'payer' | 'payerWallet' | 'payerSigner' | 'payerCertificate'>;

/** A payer with a wallet of its own and money in it. */
export async function enrolPayerWallet(
  folder: string,
  client: IssuerClient,
  discovery: Discovery,
  funds: bigint,
): Promise<Paying> {
  const signer = softwareSigner('EdDSA', randomBytes(32));
  const wallet = newId('wallet', clock.now(), randomId());
  const opened = await openWallet(client, 'payer', wallet, signer.publicKey);
  const id = newId('issuance', clock.now(), randomId());
  const money = { id, wallet, amount: funds.toString(), asset: discovery.asset };
  orFail(await client.issueMoney(money), 'issue');
  const root = { ...discovery.root, bytes: bytesOf(discovery.root.bytes) };
  const book = new CertificateBook(discovery.network, root);
  for (const text of discovery.certificates)
    orFail(book.add(bytesOf(text), clock.now(), true), 'ca');
  const certificate = orFail(book.add(bytesOf(opened.certificate), clock.now(), true), 'own');
  const store = openPayerStore(folder);
  const asset = 'EUR/2';
  const payer = createPayer({ signer, certificate, asset, book, store, clock });
  return { payer, payerWallet: wallet, payerSigner: signer, payerCertificate: certificate };
}

export const bytesOf = (base64: string): Uint8Array =>
  Uint8Array.from(Buffer.from(base64, 'base64url'));

/** Lets the machine deliver so much energy for a session, in an hour. */
export async function deliver(site: Site, session: string, energyWh: bigint): Promise<void> {
  const at = clock.now() - 3_600_000;
  const readings = [
    { at, phase: 'active', energyWh: '0' },
    { at: at + 3_600_000, phase: 'active', energyWh: energyWh.toString() },
  ];
  const answer = await fetch(`${site.gateway.url}/${site.terminal}/device/${session}`, {
    method: 'POST',
    body: JSON.stringify({ readings }),
  });
  if (answer.status !== 200) throw new Error(`the machine answered ${answer.status}`);
}

/** Waits until `look` gives something. */
export async function until<T>(look: () => Promise<T | undefined>, withinMs = 10_000): Promise<T> {
  for (const end = performance.now() + withinMs; performance.now() < end; await sleep(20)) {
    const found = await look();
    if (found !== undefined) return found;
  }
  throw new Error('it did not happen in time');
}

/** Balances of the wallets of the site, minor units. */
export async function balances(
  site: Site,
): Promise<{ payer: bigint; terminal: bigint; provider: bigint }> {
  const balance = async (wallet: WalletId): Promise<bigint> =>
    BigInt(orFail(await site.maker.wallet(wallet), 'wallet').balance);
  return {
    payer: await balance(site.payerWallet),
    terminal: await balance(site.terminal),
    provider: await balance(site.provider),
  };
}

/** The items of a list of the issuer's JSON API, as an operator sees them. */
export async function listed<T>({ folder, issuer }: Site, path: string): Promise<readonly T[]> {
  const token = readToken(tokenFile(join(folder, 'issuer'), PEOPLE[0]));
  const headers = { authorization: `Bearer ${token}` };
  const answer = await fetch(issuer.url + path, { headers });
  if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}`);
  return ((await answer.json()) as { items: T[] }).items;
}
