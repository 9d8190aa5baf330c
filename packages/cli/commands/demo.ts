import { formatMajor } from '@coinbox/protocol';
import { orFail } from '../enrol.ts';
import type { Fleet } from '../fleet/fleet.ts';
import { startPage } from '../page/server.ts';
import type { PageState } from '../page/server.ts';

type TerminalStatus = {
  readonly terminal: string;
  readonly openSessions: number;
  readonly holding: string;
  readonly inSettlement: string;
  readonly linkConnected: boolean;
};

/** Serves a page with the live state of a fleet. */
export const startStatusPage = (fleet: Fleet, port: number) =>
  startPage(() => readState(fleet), port);

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
