import type { TestTerminal } from '@coinbox/issuer/testing';
import { decodeCarrierReply } from '@coinbox/protocol';
import type { WalletId } from '@coinbox/protocol';
import { createJournalMemory, openMemoryJournal, startAgent } from '@coinbox/terminal';
import type { Agent, AgentParts, Bounds, Journal, LinkOrder } from '@coinbox/terminal';
import { terminalFolder } from './genesis.ts';
import type { IssuerParty } from './issuer-party.ts';
import type { Life } from './life.ts';
import type { Links } from './links.ts';
import type { Machine } from './machine.ts';
import { createParty, guarded, reportBug, writeToDisk } from './setting.ts';
import type { Party, Setting } from './setting.ts';

/** A terminal, and the ways to it. */
export interface TerminalParty extends Party {
  readonly wallet: WalletId;
  /** A payer asks; undefined where it is down. */
  exchange(request: Uint8Array): Promise<Uint8Array> | undefined;
  /** Somebody brings it a message over the link, whoever he may be. */
  slip(from: WalletId, message: Uint8Array, certificates: readonly Uint8Array[]): void;
  /** Nothing is open and nothing is left to send. */
  isAtRest(): boolean;
  status(): string;
}

/** Short, so that a run sees every end of them. */
const BOUNDS: Partial<Bounds> = {
  mostSessions: 3,
  mostOffers: 8,
  offerLifeMs: 8_000,
  startWithinMs: 6_000,
  billWithinMs: 12_000,
  silentWithinMs: 9_000,
};

export type TerminalPartyParts = {
  readonly name: string;
  readonly terminal: TestTerminal;
  readonly issuer: IssuerParty;
  readonly links: Links;
  readonly machine: Machine;
};

/** The volatile part of a terminal: gone with its life. */
type Running = {
  readonly life: Life;
  readonly journal: Journal;
  /** Once it has started. */
  agent?: Agent;
  /** Once it has a link. */
  order?: LinkOrder;
};

const TARGETS = ['issuer', 'upload', 'provider'] as const;

export function createTerminalParty(setting: Setting, parts: TerminalPartyParts): TerminalParty {
  const { name, terminal, links, machine } = parts;
  const wallet = terminal.holding.wallet;
  const memory = createJournalMemory();
  let running: Running | undefined;

  const party = createParty(setting, {
    name,
    begin(life, up) {
      const journal = lifeJournal(setting, name, wallet, life, openMemoryJournal(memory));
      const own: Running = { life, journal };
      running = own;
      life.gate(startAgent(agentParts(setting, parts, own))).then(
        (agent) => {
          own.agent = agent;
          const { holding, inSettlement } = agent.status();
          setting.witness.recovered(wallet, BigInt(holding), BigInt(inSettlement));
          up();
        },
        (thrown: unknown) => {
          reportBug(setting, thrown);
          life.end('its start has failed');
        },
      );
    },
    ended() {
      running = undefined;
      machine.deviceLost();
      links.silence(wallet);
    },
  });

  return {
    ...party,
    wallet,
    get isUp() {
      return party.isUp;
    },
    exchange(request) {
      if (!running?.agent) return undefined;
      const { life, agent } = running;
      return life.gate(
        agent.exchange(request).then((reply) => {
          life.point('before a reply');
          tapReply(setting, wallet, reply);
          return reply;
        }),
      );
    },
    slip(from, message, certificates) {
      const { life, order } = running ?? {};
      if (!life || !order) return;
      guarded(setting, life, () => order.handler.receive(from, message, certificates));
    },
    isAtRest() {
      const { journal, agent } = running ?? {};
      const isEmpty = TARGETS.every((target) => journal?.pending(target, 1).length === 0);
      return isEmpty && agent?.status().openSessions === 0;
    },
    status: () => statusOf(name, running),
  };
}

/** What a person would want to know of a terminal that does not come to rest. */
function statusOf(name: string, running: Running | undefined): string {
  if (!running?.agent) return `${name} is down`;
  const { holding, inSettlement, openSessions, blocked } = running.agent.status();
  const left = TARGETS.map((target) => `${target} ${running.journal.pending(target).length}`);
  const wallets = `${holding} held, ${inSettlement} in settlement, ${openSessions} sessions`;
  return `${name}: ${wallets}; left: ${left.join(', ')}; ${blocked?.code ?? 'not blocked'}`;
}

/** The world of an agent, as long as its life lasts. */
function agentParts(
  setting: Setting,
  { name, terminal, issuer, links, machine }: TerminalPartyParts,
  own: Running,
): AgentParts {
  const { schedule, random, witness, genesis } = setting;
  const { life, journal } = own;
  const onFault = (fault: unknown): void => {
    if (!life.dead) reportBug(setting, fault);
  };
  return {
    folder: terminalFolder(genesis, terminal),
    journal,
    clock: schedule.clock,
    timers: {
      after: (milliseconds, work) =>
        schedule.after(milliseconds, `${name} wakes`, () => {
          if (!life.dead) guarded(setting, life, work);
        }),
    },
    random: (bytes) => random.bytes(bytes),
    issuer: tapIssuer(witness, terminal.holding.wallet, issuer.clientOf(name, life)),
    openLink: (order) => {
      own.order = order;
      return links.openTerminal({ ...lifeLink(setting, life, order), onFault });
    },
    device: lifeDevice(life, machine),
    bounds: BOUNDS,
    onFault,
  };
}

/** Every append and every message that leaves the outbox is a point of work; an append may fail. */
function lifeJournal(
  setting: Setting,
  name: string,
  wallet: WalletId,
  life: Life,
  journal: Journal,
): Journal {
  const reading =
    <A extends unknown[], R>(read: (...parts: A) => R) =>
    (...parts: A): R => {
      life.point('before reading its journal');
      return read(...parts);
    };
  return {
    get head() {
      return journal.head;
    },
    replay: reading(journal.replay),
    message: journal.message,
    messagesOf: journal.messagesOf,
    sessionOfOffer: journal.sessionOfOffer,
    hasSession: journal.hasSession,
    voidOf: journal.voidOf,
    pending: journal.pending,
    append: (event, before, answered) =>
      life.around(`an append of ${event.kind}`, () => {
        writeToDisk(setting, name);
        journal.append(event, before, answered);
        setting.witness.journalled(wallet, event);
        for (const listener of setting.listeners) listener(wallet, event);
      }),
    sent: (target, hash) =>
      life.around(`a message to ${target} is done`, () => journal.sent(target, hash)),
    close: () => journal.close(),
  };
}

const lifeLink = (setting: Setting, life: Life, order: LinkOrder) => ({
  ...order,
  side: 'terminal' as const,
  outbox: {
    *pending(peer?: WalletId) {
      if (life.dead) return;
      for (const message of order.outbox.pending(peer)) {
        setting.witness.sentByTerminal(order.own, message.bytes);
        yield message;
      }
    },
    acknowledged: (peer: WalletId, hash: Uint8Array) => {
      life.point('before an acknowledgement');
      order.outbox.acknowledged(peer, hash);
    },
  },
  handler: {
    receive: (from: WalletId, message: Uint8Array, certificates: readonly Uint8Array[]) =>
      life.around('a message of the provider', () =>
        order.handler.receive(from, message, certificates),
      ),
  },
});

function lifeDevice(life: Life, machine: Machine): AgentParts['device'] {
  const device = machine.deviceFor();
  return {
    connect: (events) => device.connect(events),
    start: (session, given) =>
      life.around('a start of the machine', () => device.start(session, given)),
    stop: (session) => life.around('a stop of the machine', () => device.stop(session)),
  };
}

function tapIssuer(
  witness: Setting['witness'],
  wallet: WalletId,
  client: AgentParts['issuer'],
): AgentParts['issuer'] {
  return {
    ...client,
    submit(message) {
      witness.sentByTerminal(wallet, message);
      return client.submit(message);
    },
  };
}

/** What the payer gets: every message of it is in the journal. */
function tapReply(
  { witness, tally, schedule }: Setting,
  wallet: WalletId,
  reply: Uint8Array,
): void {
  const decoded = decodeCarrierReply(reply);
  if (!decoded.ok) return witness.fail('bug: a terminal answers with something that is no reply');
  const { kind, messages, code } = decoded.value;
  const said = `reply: ${kind}${code === undefined ? '' : ` ${code}`}`;
  tally.count(said);
  schedule.note(said);
  for (const message of messages) witness.sentByTerminal(wallet, message);
}
