import type { MovementList } from '@coinbox/protocol';
import type { TestWallet } from '@coinbox/issuer/testing';
import type { Desk } from './desk.ts';
import { digestOf, movementLine } from './history.ts';
import type { Till } from './open-bank.ts';

/** The lists, and the codes of their entries. A bank has no VOID and parks nothing. */
const LISTS = { listPayments: 'pay', listSettlements: 'settle', listRefunds: 'refund' } as const;
/** Lines on a page that the client of the protocol asks for. */
const PAGE_LINES = 500;

/** What a client reads: each answer is noted with the index that it is as of. */
export type Reads = {
  summary(): Promise<void>;
  anyWallet(): Promise<void>;
  wallet(one: TestWallet): Promise<void>;
  /** The lines that came after those that it has read before. */
  anyList(): Promise<void>;
  /** Also tells the terminal's clients what its mapping is. */
  mapping(till: Till): Promise<void>;
};

export function createReads({ bank, caller, oneOf }: Desk): Reads {
  const cursors = new Map<MovementList, { readonly next: string; readonly after: number }>();
  const reads: Reads = {
    async summary() {
      await caller.look(
        ({ maker }) => maker.summary(),
        ({ payments, settlements, refunds, ...sums }) => ({
          of: 'summary',
          outstanding: BigInt(sums.outstanding),
          payers: BigInt(sums.payers),
          holding: BigInt(sums.holding),
          settlement: BigInt(sums.settlement),
          providers: BigInt(sums.providers),
          payments,
          settlements,
          refunds,
        }),
      );
    },
    anyWallet() {
      const { holding, settlement } = oneOf(bank.tills).wallets;
      return reads.wallet(oneOf([oneOf(bank.payers), oneOf(bank.providers), holding, settlement]));
    },
    async wallet({ wallet }) {
      await caller.look(
        ({ maker }) => maker.wallet(wallet),
        ({ role, balance, held }) => ({
          of: 'wallet',
          account: `${role}/${wallet}`,
          balance: BigInt(balance),
          held: BigInt(held),
        }),
      );
    },
    async anyList() {
      const list = oneOf(Object.keys(LISTS)) as keyof typeof LISTS;
      const { next: cursor, after = 0 } = cursors.get(list) ?? {};
      const { items, next } = await caller.look(
        ({ maker }) => maker.movements(list, cursor),
        (page) => ({
          of: 'list',
          codes: [LISTS[list]],
          after,
          limit: PAGE_LINES,
          count: page.items.length,
          digest: digestOf(...page.items.map(movementLine)),
          isLast: page.next === undefined,
        }),
      );
      const last = items.at(-1);
      if (next !== undefined && last) cursors.set(list, { next, after: last.index });
    },
    async mapping(till) {
      const terminal = till.wallets.holding.wallet;
      const { versions } = await caller.look(
        ({ maker }) => maker.mapping(terminal),
        (mapping) => ({ of: 'mapping', terminal, versions: mapping.versions.length }),
      );
      if (versions.length <= till.version) return;
      till.providers = versions.map(
        (one) => bank.providers.find(({ wallet }) => wallet === one.provider) as TestWallet,
      );
      till.version = versions.length;
    },
  };
  return reads;
}
