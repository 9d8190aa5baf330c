import type { TestWallet } from '@coinbox/issuer/testing';
import { BILL, later, money, newId, sha256, textBytes } from '@coinbox/protocol';
import type { Bill } from '@coinbox/protocol';
import { WH_PER_FEN } from './genesis.ts';
import type { DEEDS } from './plan.ts';
import type { Setting } from './setting.ts';
import type { TerminalParty } from './terminal-party.ts';
import type { SessionTruth, TerminalTruth } from './terminal-truth.ts';

/** The deeds that are a bill. */
export type BillDeed = Extract<(typeof DEEDS)[number], `bill ${string}`>;

/** Whoever has a provider's key and does not keep to the rules. */
export interface RogueProvider {
  /** Brings such a bill: now where a session fits it, else as soon as one does. */
  bill(terminal: TerminalParty, deed: BillDeed): void;
}

export function createRogueProvider(
  setting: Setting,
  terminals: readonly TerminalParty[],
): RogueProvider {
  let waiting: BillDeed[] = [];
  setting.listeners.push((wallet) => {
    const terminal = terminals.find((one) => one.wallet === wallet);
    if (terminal) waiting = waiting.filter((deed) => !billAs(setting, terminal, deed));
  });
  return {
    bill(terminal, deed) {
      if (!billAs(setting, terminal, deed)) waiting.push(deed);
    },
  };
}

/**
 * Brings a terminal a bill as the deed has it, signed with a good key, for one of its sessions.
 * False where none of them fits.
 */
function billAs(setting: Setting, terminal: TerminalParty, deed: BillDeed): boolean {
  const { witness, random, genesis, tally, schedule } = setting;
  const own = witness.truth.terminals.get(terminal.wallet);
  const session = own && pickSession(setting, own, deed);
  if (!session) return false;
  const named = genesis.providers.find(({ wallet }) => wallet === session.provider);
  const other = genesis.providers.find(({ wallet }) => wallet !== session.provider);
  const signer = deed === 'bill by another provider' ? other : named;
  if (!signer) return false;
  const body = {
    ...plainBill(setting, terminal, session, signer),
    ...lie(setting, terminal, session, deed),
  };
  const [line] = body.lines;
  const lines = line ? [{ ...line, net: body.amount }] : [];
  const message = signer.sign(BILL, { ...body, lines }).bytes;
  tally.count(`rogue: ${deed}`);
  const delayMs = random.chance(0.7) ? 0 : random.below(2_000);
  schedule.after(delayMs, `rogue: ${deed}`, () =>
    terminal.slip(signer.wallet, message, [signer.certificate.bytes]),
  );
  return true;
}

/** One that fits the deed, if there is one. */
function pickSession(
  { random }: Setting,
  { sessions }: TerminalTruth,
  deed: BillDeed,
): SessionTruth | undefined {
  const fitting = [...sessions.values()].filter(({ finalMeter, drawn, returned }) => {
    if (deed === 'bill before delivery') return !finalMeter;
    const isEnded = drawn + returned > 0n;
    return finalMeter && (deed === 'bill twice' || !isEnded);
  });
  return fitting.length > 0 ? random.pick(fitting) : undefined;
}

/** A bill that a terminal would pay. */
function plainBill(
  { witness, random, schedule }: Setting,
  terminal: TerminalParty,
  session: SessionTruth,
  signer: TestWallet,
): Bill {
  const now = schedule.clock.now();
  const amount = money(witness.truth.deliveredWh(session.id) / WH_PER_FEN);
  return {
    sequence: 1_000_000 + random.below(1_000_000),
    bill: newId('bill', now, random.bytes(10)),
    session: session.id,
    terminal: terminal.wallet,
    provider: signer.wallet,
    asset: 'CNY/2',
    amount,
    lines: [
      {
        description: 'Energy',
        quantity: '1',
        unit: 'kWh',
        unitPrice: '2',
        net: amount,
        tax: money(0n),
      },
    ],
    tariffHash: session.tariffHash,
    meterHash: session.finalMeter ?? sha256(textBytes('no meter')),
    final: true,
    issuedAt: now,
    validUntil: later(now, 3_600_000),
  };
}

/** What is wrong with it. `bill twice` is in order; that there are two is what is wrong. */
function lie(
  { witness, schedule, genesis }: Setting,
  terminal: TerminalParty,
  session: SessionTruth,
  deed: BillDeed,
): Partial<Bill> {
  const now = schedule.clock.now();
  switch (deed) {
    case 'bill too much':
      return { amount: money(session.held + 1n) };
    case 'bill over the tariff':
      return { amount: money(witness.truth.deliveredWh(session.id) / WH_PER_FEN + 1n) };
    case 'bill another tariff':
      return { tariffHash: sha256(textBytes('another tariff')) };
    case 'bill another terminal': {
      const other = genesis.terminals.find(({ holding }) => holding.wallet !== terminal.wallet);
      return other ? { terminal: other.holding.wallet } : {};
    }
    case 'bill late':
      return { validUntil: now };
    case 'bill nothing':
      return { amount: money(0n) };
    case 'bill before delivery':
    case 'bill twice':
    case 'bill by another provider':
      return {};
  }
}
