import { join } from 'node:path';
import { CertificateBook, money, newId } from '@coinbox/protocol';
import type {
  Asset,
  Discovery,
  Instant,
  IssuerClient,
  PublicKey,
  WalletId,
} from '@coinbox/protocol';
import { keepAliveFetch } from '@coinbox/link';
import { createPayer, httpCarrier } from '@coinbox/payer';
import type { Carrier, Payer, PayerStore } from '@coinbox/payer';
import { openPayerStore } from '@coinbox/payer/sqlite-store';
import { createKeys, makeFolder, openKeys, writeJsonFile } from '@coinbox/storage';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { PEOPLE, makeIssuer, readToken } from '../commands/issuer.ts';
import { tokenFile } from '@coinbox/issuer';
import {
  eachOf,
  enrolProviderFolder,
  enrolTerminalFolder,
  issuerClient,
  mapTerminal,
  openWallet,
  orFail,
} from '../enrol.ts';
import { startChild } from './children.ts';
import type { Child } from './children.ts';
import type { FleetPlan } from './plan.ts';

/** Everything that a replay runs on: processes on loopback, and the payers in this one. */
export type Fleet = {
  readonly folder: string;
  readonly asset: Asset;
  readonly issuer: Child;
  readonly broker: Child;
  readonly providerHost: Child;
  readonly gateways: readonly Child[];
  /** With the token of the operator who proposes. */
  readonly client: IssuerClient;
  readonly terminals: ReadonlyMap<string, FleetTerminal>;
  readonly providers: ReadonlyMap<string, FleetProvider>;
  readonly payers: ReadonlyMap<string, Payer>;
  readonly payerWallets: ReadonlyMap<string, WalletId>;
  stop(): Promise<void>;
};

export type FleetProvider = { readonly wallet: WalletId; readonly folder: string };
export type FleetTerminal = {
  readonly wallet: WalletId;
  readonly folder: string;
  readonly carrier: Carrier;
  /** Address of its simulated machine, to which a session id is added. */
  readonly deviceUrl: string;
};

export type FleetOrder = {
  readonly folder: string;
  readonly network: string;
  readonly asset: Asset;
  readonly plan: FleetPlan;
  /** Tariff document of all terminals and providers. */
  readonly tariff: string;
  /** Largest payment, minor units. */
  readonly most: bigint;
  /** Processes that the terminals are spread over. */
  readonly gateways: number;
  /** What each payer is issued, minor units. */
  readonly funds: ReadonlyMap<string, bigint>;
  readonly billWithinSeconds: number;
  readonly onLog: (line: string) => void;
};

/** Requests to the issuer at a time while a fleet is built. */
const AT_ONCE = 16;

/**
 * Makes the folders, starts the processes, opens the wallets, maps the terminals and issues the
 * payers' money.
 */
export async function startFleet(order: FleetOrder): Promise<Fleet> {
  const { folder, onLog } = order;
  makeFolder(folder);
  const issuerFolder = join(folder, 'issuer');
  makeIssuer(issuerFolder, order.network, order.asset);
  const started: Child[] = [];
  const start = async (name: string, ...words: string[]): Promise<Child> => {
    const child = await startChild({ name, words, onLog });
    started.push(child);
    return child;
  };
  const stop = async (): Promise<void> => {
    for (const child of started.reverse()) await child.stop();
  };
  try {
    const issuer = await start('issuer', 'issuer', 'run', issuerFolder);
    const broker = await start('broker', 'broker');
    const [maker, checker] = PEOPLE.map((person) =>
      issuerClient(issuer.url, readToken(tokenFile(issuerFolder, person))),
    ) as [IssuerClient, IssuerClient];
    const discovery = orFail(await maker.discover(), 'the issuer does not answer');
    const site: Site = { order, issuer, broker, client: maker, discovery };
    const providers = await enrolProviders(site);
    const stations = await enrolStations(site, checker, providers);
    const hosts = [...providers.values()].map((one) => one.folder);
    const providerHost = await start('providers', 'provider', 'run', ...hosts);
    const gateways = await startGateways(order, stations, start);
    const payers = await enrolPayers(site);
    return {
      folder,
      asset: order.asset,
      issuer,
      broker,
      providerHost,
      gateways: [...new Set(gateways.values())],
      client: maker,
      providers,
      terminals: placeTerminals(stations, gateways),
      ...payers,
      async stop() {
        await stop();
        payers.store.close();
      },
    };
  } catch (fault) {
    await stop();
    throw fault;
  }
}

type Site = {
  readonly order: FleetOrder;
  readonly issuer: Child;
  readonly broker: Child;
  readonly client: IssuerClient;
  readonly discovery: Discovery;
};
type Station = { readonly wallet: WalletId; readonly folder: string };

async function enrolProviders(site: Site): Promise<Map<string, FleetProvider>> {
  const { order, issuer, broker, client, discovery } = site;
  const providers = new Map<string, FleetProvider>();
  await eachOf(order.plan.providers, AT_ONCE, async (name) => {
    const folder = join(order.folder, 'providers', safeName(name));
    const wallet = await enrolProviderFolder({
      folder,
      client,
      discovery,
      issuerUrl: issuer.url,
      brokerUrl: broker.url,
      tariff: order.tariff,
    });
    providers.set(name, { wallet, folder });
  });
  return providers;
}

async function enrolStations(
  { order, issuer, broker, client, discovery }: Site,
  checker: IssuerClient,
  providers: ReadonlyMap<string, FleetProvider>,
): Promise<Map<string, Station>> {
  const stations = new Map<string, Station>();
  await eachOf(order.plan.terminals, AT_ONCE, async ([name, location]) => {
    const folder = join(order.folder, 'terminals', safeName(name));
    const wallet = await enrolTerminalFolder({
      folder,
      client,
      discovery,
      issuerUrl: issuer.url,
      brokerUrl: broker.url,
      tariff: order.tariff,
      least: '1',
      most: order.most.toString(),
    });
    const provider = providers.get(location);
    if (provider) await mapTerminal(client, checker, wallet, provider.wallet);
    stations.set(name, { wallet, folder });
  });
  return stations;
}

/** Folder names on disk: what is not a plain letter stands as its number. */
const safeName = (name: string): string =>
  name.replace(/[^A-Za-z0-9@_-]/g, (letter) => `%${letter.codePointAt(0)?.toString(16)}`);

async function startGateways(
  { gateways, billWithinSeconds }: FleetOrder,
  stations: ReadonlyMap<string, Station>,
  start: (name: string, ...words: string[]) => Promise<Child>,
): Promise<Map<string, Child>> {
  const names = [...stations.keys()].sort();
  const share = Math.ceil(names.length / gateways);
  const placed = new Map<string, Child>();
  for (let from = 0; from < names.length; from += share) {
    const some = names.slice(from, from + share);
    const folders = some.map((name) => stations.get(name)?.folder ?? '');
    const within = ['--bill-within', String(billWithinSeconds)];
    const words = ['terminal', 'run', ...folders, ...within];
    const child = await start(`terminals ${from / share + 1}`, ...words);
    for (const name of some) placed.set(name, child);
  }
  return placed;
}

function placeTerminals(
  stations: ReadonlyMap<string, Station>,
  gateways: ReadonlyMap<string, Child>,
): Map<string, FleetTerminal> {
  const fetch = keepAliveFetch();
  return new Map(
    [...stations].map(([name, { wallet, folder }]) => {
      const base = `${gateways.get(name)?.url}/${wallet}`;
      const carrier = httpCarrier(`${base}/carrier`, fetch);
      return [name, { wallet, folder, carrier, deviceUrl: `${base}/device` }];
    }),
  );
}

type Payers = {
  readonly payers: Map<string, Payer>;
  readonly payerWallets: Map<string, WalletId>;
  readonly store: PayerStore;
};

/** One key for each payer; their payments share a file. */
async function enrolPayers({ order, client, discovery }: Site): Promise<Payers> {
  const folder = join(order.folder, 'payers');
  makeFolder(folder);
  const names = order.plan.payers;
  const keys = existsSync(join(folder, 'keys.json'))
    ? openKeys(folder)
    : createKeys(folder, Object.fromEntries(names.map((name) => [name, 'EdDSA' as const])));
  const clock = { now: () => Date.now() as Instant };
  const root: PublicKey = {
    algorithm: discovery.root.algorithm,
    bytes: Uint8Array.from(Buffer.from(discovery.root.bytes, 'base64url')),
  };
  const book = new CertificateBook(discovery.network, root);
  const addCertificate = (text: string) =>
    orFail(book.add(fromBase64(text), clock.now(), true), 'a certificate of the issuer is no good');
  discovery.certificates.forEach(addCertificate);
  const store = openPayerStore(folder);
  const payers = new Map<string, Payer>();
  const payerWallets = new Map<string, WalletId>();
  await eachOf(names, AT_ONCE, async (name) => {
    const signer = keys.signer(name);
    const wallet = newId('wallet', clock.now(), randomBytes(10));
    const opened = await openWallet(client, 'payer', wallet, signer.publicKey);
    const funds = money(order.funds.get(name) ?? 0n);
    if (funds > 0n) {
      const id = newId('issuance', clock.now(), randomBytes(10));
      const body = { id, wallet, amount: funds.toString(), asset: order.asset };
      orFail(await client.issueMoney(body), 'no money is issued');
    }
    payerWallets.set(name, wallet);
    const certificate = addCertificate(opened.certificate);
    const { asset } = order;
    payers.set(name, createPayer({ signer, certificate, asset, book, store, clock }));
  });
  writeJsonFile(folder, 'wallets.json', Object.fromEntries(payerWallets));
  return { payers, payerWallets, store };
}

const fromBase64 = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'base64url'));
