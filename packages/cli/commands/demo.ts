import { formatMajor } from '@coinbox/protocol';
import { orFail } from '../enrol.ts';
import type { Fleet } from '../fleet/fleet.ts';
import { isConsoleBuilt } from '@coinbox/console';
import { keepLiving } from '../fleet/living.ts';
import { operatorTokens, startVisitorMachine } from '../fleet/visitors.ts';
import { startPage } from '../page/server.ts';
import type { PageExtras, PageServer, PageState } from '../page/server.ts';
import type { Replay } from './replay.ts';
import { reportFault } from './run.ts';

type TerminalStatus = {
  readonly terminal: string;
  readonly openSessions: number;
  readonly holding: string;
  readonly inSettlement: string;
  readonly linkConnected: boolean;
};

/** What a visitor of the demo gets, and can pay in at once: major units. */
const GIFT = 200n;
const MOST_OF_VISITOR = 100n;

/** What the console is signed in with, and what the pages of the demo are at. */
export type Demo = { readonly page: PageServer; stop(): Promise<void> };

/**
 * Keeps a fleet alive after its replay: sessions go on, people can pay at a machine of their own,
 * and pages show it. Loopback only.
 */
export async function startDemo(ran: Replay, port: number, perMinute: number): Promise<Demo> {
  const { fleet, sessions, deposit, tariff } = ran;
  const { asset, client, issuer } = fleet;
  const major = 10n ** BigInt(asset.slice(4));
  if (!isConsoleBuilt()) {
    const page = await startPage(() => readState(fleet), port);
    return { page, stop: () => page.close() };
  }
  const machine = await startVisitorMachine(fleet, tariff, MOST_OF_VISITOR * major);
  const [token = ''] = operatorTokens(fleet);
  const base = `${issuer.url}/console/`;
  const extras: PageExtras = {
    desk: { client, asset, gift: GIFT * major, origin: issuer.url },
    links(own) {
      const words = new URLSearchParams({ t: machine.url, desk: own });
      return {
        console: `${base}#/sign-in?token=${token}`,
        pay: `${base}pay/#${words}`,
        face: `${base}face/#${words}`,
      };
    },
  };
  const page = await startPage(() => readState(fleet), port, extras);
  const still = keepLiving(fleet, { sessions, deposit, perMinute, onFault: reportFault });
  return {
    page,
    async stop() {
      await still();
      await page.close();
      await machine.gateway.stop();
    },
  };
}

async function readState(fleet: Fleet): Promise<PageState> {
  const summary = orFail(await fleet.client.summary(), 'the issuer gives no summary');
  const major = (minor: string): string => formatMajor(BigInt(minor), fleet.asset);
  const statuses = await Promise.all(
    fleet.gateways.map(async ({ url }) => {
      const answer = await fetch(`${url}/status`);
      return (await answer.json()) as TerminalStatus[];
    }),
  );
  return {
    currency: fleet.asset.slice(0, 3),
    outstanding: major(summary.outstanding),
    payers: major(summary.payers),
    holding: major(summary.holding),
    settlement: major(summary.settlement),
    providers: major(summary.providers),
    difference: major(summary.difference),
    payments: summary.payments,
    settlements: summary.settlements,
    refunds: summary.refunds,
    as_of_index: summary.as_of_index,
    terminals: statuses.flat().map((one) => ({
      terminal: one.terminal,
      openSessions: one.openSessions,
      holding: major(one.holding),
      inSettlement: major(one.inSettlement),
      linkConnected: one.linkConnected,
    })),
  };
}
