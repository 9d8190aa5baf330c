import { join } from 'node:path';
import { tokenFile } from '@coinbox/issuer';
import type { WalletId } from '@coinbox/protocol';
import { PEOPLE, readToken } from '../commands/issuer.ts';
import { enrolTerminalFolder, issuerClient, mapTerminal, orFail } from '../enrol.ts';
import { startChild } from './children.ts';
import type { Child } from './children.ts';
import type { Fleet } from './fleet.ts';

/** A machine of a demo that people can pay at themselves: it delivers by itself, and fast. */
export type VisitorMachine = {
  readonly wallet: WalletId;
  /** Its address, as pages know it. */
  readonly url: string;
  readonly gateway: Child;
};

/** What it delivers: at 1.15 CNY/kWh some eight fen a second. */
const LIVE_WATTS = 250_000;
const BILL_WITHIN_SECONDS = 20;

/** Enrols one more terminal, maps it to a provider of the fleet, and starts it. */
export async function startVisitorMachine(
  fleet: Fleet,
  tariff: string,
  most: bigint,
): Promise<VisitorMachine> {
  const folder = join(fleet.folder, 'terminals', 'visitors');
  const [maker, checker] = operatorTokens(fleet).map((token) =>
    issuerClient(fleet.issuer.url, token),
  ) as [ReturnType<typeof issuerClient>, ReturnType<typeof issuerClient>];
  const discovery = orFail(await maker.discover(), 'the issuer does not answer');
  const urls = { issuerUrl: fleet.issuer.url, brokerUrl: fleet.broker.url };
  const limits = { least: '1', most: most.toString() };
  const order = { folder, client: maker, discovery, ...urls, tariff, ...limits };
  const wallet = await enrolTerminalFolder(order);
  const [provider] = fleet.providers.values();
  if (provider) await mapTerminal(maker, checker, wallet, provider.wallet);
  const within = ['--bill-within', String(BILL_WITHIN_SECONDS)];
  const words = ['terminal', 'run', folder, ...within, '--live-watts', String(LIVE_WATTS)];
  const gateway = await startChild({ name: 'visitors', words, onLog: () => undefined });
  return { wallet, url: `${gateway.url}/${wallet}`, gateway };
}

/** The tokens of the two operators of a demo: what the one proposes, the other approves. */
export const operatorTokens = (fleet: Fleet): readonly string[] =>
  PEOPLE.map((person) => readToken(tokenFile(join(fleet.folder, 'issuer'), person)));
