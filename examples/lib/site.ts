import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { initIssuer, startIssuer, tokenFile } from '@coinbox/issuer';
import { createMemoryLinks, keepAliveFetch } from '@coinbox/link';
import { createMemoryStore, createPayer } from '@coinbox/payer';
import type { Payer } from '@coinbox/payer';
import { CertificateBook, createIssuerClient, formatMajor, money, newId } from '@coinbox/protocol';
import type { Asset, Discovery, Instant, IssuerClient, PublicKey } from '@coinbox/protocol';
import type { Result, SessionId, Signer, WalletId, WalletRole } from '@coinbox/protocol';
import { createProviderFolder, enrolProvider, startProvider } from '@coinbox/provider';
import type { Provider, StartProvider } from '@coinbox/provider';
import { createKeys, makeFolder } from '@coinbox/storage';
import { createTerminalFolder, enrolTerminal, machineTimers } from '@coinbox/terminal';
import { openJournal, readTerminalFolder, startAgent } from '@coinbox/terminal';
import type { Agent, Device } from '@coinbox/terminal';

export const ASSET: Asset = 'CNY/2';
export const clock = { now: () => Date.now() as Instant };
export const timers = machineTimers;
export const report = (fault: unknown): void => console.error(fault);

/** A payment, until the machine has ended it. */
export type Sale = {
  readonly session: SessionId;
  /** Resolves when everything is at rest: what was billed and what came back, minor units. */
  done(): Promise<{ readonly billed: bigint; readonly back: bigint }>;
};

/** A whole small world in one process: issuer, provider, one machine's terminal, one payer. */
export interface Site {
  readonly folder: string;
  readonly provider: Provider;
  /** Pays so much, minor units, and waits until the terminal has accepted it. */
  pay(amount: bigint): Promise<Sale>;
  /** Minor units of payer and provider, as the issuer's ledger has them. */
  balances(): Promise<{ readonly payer: bigint; readonly provider: bigint }>;
  close(): Promise<void>;
}

export type SiteOrder = {
  readonly tariff: string;
  readonly device: Device;
  /** More for the provider than its folder and its link. */
  readonly provider?: Partial<StartProvider>;
};

/** What the payer starts with: 100.00. */
export const PURSE = 10_000n;

export async function openSite(order: SiteOrder): Promise<Site> {
  const folder = mkdtempSync(join(tmpdir(), 'coinbox-example-'));
  const people = ['maker', 'checker'];
  const issuerFolder = join(folder, 'issuer');
  initIssuer(issuerFolder, { network: 'example', asset: ASSET, clock, people });
  const running = await startIssuer({ folder: issuerFolder, log: pino({ level: 'silent' }) });
  const fetch = keepAliveFetch();
  const [maker, checker] = people.map((person) => {
    const token = readFileSync(tokenFile(issuerFolder, person), 'utf8').trim();
    return createIssuerClient({ url: running.url, fetch, token });
  }) as [IssuerClient, IssuerClient];
  const discovery = orThrow(await maker.discover());
  const site: Parts = { ...order, folder, maker, checker, discovery, url: running.url };
  const provider = await enrolOneProvider(site);
  const terminal = await enrolOneTerminal(site, provider.wallet);
  const payer = await enrolOnePayer(site);
  const links = createMemoryLinks({ carry: (parcel) => void setImmediate(parcel.arrive) });
  const billing = startProvider({
    folder: provider.folder,
    clock,
    random: (bytes) => randomBytes(bytes),
    openLink: (link) => links.open(link),
    ...order.provider,
  });
  const journal = openJournal(terminal.folder);
  const agent = await startAgent({
    folder: readTerminalFolder(terminal.folder, clock.now()),
    journal,
    clock,
    timers,
    random: (bytes) => randomBytes(bytes),
    issuer: createIssuerClient({ url: running.url, fetch }),
    openLink: (link) => links.open({ ...link, side: 'terminal' }),
    device: order.device,
    onFault: report,
  });
  const balanceOf = async (wallet: WalletId) => BigInt(orThrow(await maker.wallet(wallet)).balance);
  return {
    folder,
    provider: billing,
    pay: (amount) => pay(agent, payer.payer, amount),
    balances: async () => ({
      payer: await balanceOf(payer.wallet),
      provider: await balanceOf(provider.wallet),
    }),
    async close() {
      await agent.close();
      await billing.close();
      await running.close();
      rmSync(folder, { recursive: true });
    },
  };
}

type Parts = SiteOrder & {
  readonly folder: string;
  readonly url: string;
  readonly maker: IssuerClient;
  readonly checker: IssuerClient;
  readonly discovery: Discovery;
};

function orThrow<T>(answer: Result<T>): T {
  if (answer.ok) return answer.value;
  throw new Error(`${answer.rejection.code} ${answer.rejection.detail ?? ''}`);
}

const newWallet = (): WalletId => newId('wallet', clock.now(), randomBytes(10));

async function openWallet(
  { maker }: Parts,
  role: WalletRole,
  { publicKey }: Signer,
  terminal?: WalletId,
) {
  const wallet = newWallet();
  const bytes = Buffer.from(publicKey.bytes).toString('base64url');
  const key = { algorithm: publicKey.algorithm as 'EdDSA', bytes };
  const opened = await maker.openWallet({ wallet, role, key, ...(terminal && { terminal }) });
  return { wallet, certificate: orThrow(opened).certificate };
}

const enrolment = ({ discovery, url }: Parts) => ({
  network: discovery.network,
  asset: discovery.asset,
  issuerUrl: url,
  brokerUrl: 'mqtt://127.0.0.1:1',
  root: discovery.root,
  certificates: discovery.certificates,
});

async function enrolOneProvider(site: Parts) {
  const folder = join(site.folder, 'provider');
  const signer = createProviderFolder(folder).signer('provider');
  const { wallet, certificate } = await openWallet(site, 'provider', signer);
  enrolProvider(folder, { ...enrolment(site), certificate }, [site.tariff]);
  return { folder, wallet };
}

/** The terminal, and its mapping: one person proposes it, another approves. */
async function enrolOneTerminal(site: Parts, provider: WalletId) {
  const folder = join(site.folder, 'terminal');
  const keys = createTerminalFolder(folder);
  const holding = await openWallet(site, 'holding', keys.signer('holding'));
  const settlement = await openWallet(
    site,
    'settlement',
    keys.signer('settlement'),
    holding.wallet,
  );
  const certificates = {
    holdingCertificate: holding.certificate,
    settlementCertificate: settlement.certificate,
  };
  const limits = { least: '100', most: '10000' };
  enrolTerminal(folder, { ...enrolment(site), ...certificates, ...limits }, site.tariff);
  const proposal = newId('proposal', clock.now(), randomBytes(10));
  const mapping = { proposal, terminal: holding.wallet, provider, replaces: 0 };
  orThrow(await site.maker.proposeMapping(mapping));
  orThrow(await site.checker.approveMapping(proposal));
  return { folder, wallet: holding.wallet };
}

async function enrolOnePayer(site: Parts): Promise<{ payer: Payer; wallet: WalletId }> {
  const folder = join(site.folder, 'payer');
  makeFolder(folder);
  const signer = createKeys(folder, { payer: 'EdDSA' }).signer('payer');
  const { wallet, certificate } = await openWallet(site, 'payer', signer);
  const id = newId('issuance', clock.now(), randomBytes(10));
  orThrow(await site.maker.issueMoney({ id, wallet, amount: PURSE.toString(), asset: ASSET }));
  const { root, network, certificates } = site.discovery;
  const bytes = (text: string) => Uint8Array.from(Buffer.from(text, 'base64url'));
  const key = { algorithm: root.algorithm, bytes: bytes(root.bytes) } as PublicKey;
  const book = new CertificateBook(network, key);
  for (const text of certificates) orThrow(book.add(bytes(text), clock.now(), true));
  const own = orThrow(book.add(bytes(certificate), clock.now(), true));
  const parts = { signer, certificate: own, asset: ASSET, book, store: createMemoryStore(), clock };
  return { payer: createPayer(parts), wallet };
}

async function pay(agent: Agent, payer: Payer, amount: bigint): Promise<Sale> {
  const carrier = { exchange: (request: Uint8Array) => agent.exchange(request) };
  const offer = orThrow(await payer.askOffer(carrier, money(amount)));
  const { offer: id } = offer.body;
  let view = orThrow(await payer.pay(carrier, offer, { amount: money(amount) }));
  while (!view.payment.session) {
    await sleep(50);
    view = orThrow(await payer.refresh(carrier, id));
  }
  return {
    session: view.payment.session,
    async done() {
      while (view.stage !== 'closed') {
        await sleep(50);
        view = orThrow(await payer.refresh(carrier, id));
      }
      const back = view.payment.refunded ?? 0n;
      return { billed: amount - back, back };
    },
  };
}

/** A line for people: what was paid, billed and given back. */
export async function tellSale(name: string, amount: bigint, sale: Sale): Promise<void> {
  const { billed, back } = await sale.done();
  const text = (minor: bigint) => formatMajor(money(minor), ASSET);
  console.log(`${name}: paid ${text(amount)}, billed ${text(billed)}, back ${text(back)}`);
}

/** The last lines of every example: the money is where it should be, and none is missing. */
export async function tellBalances(site: Site): Promise<void> {
  const { payer, provider } = await site.balances();
  const text = (minor: bigint) => formatMajor(money(minor), ASSET);
  console.log(
    `payer ${text(payer)}, provider ${text(provider)}, together ${text(payer + provider)}`,
  );
}
