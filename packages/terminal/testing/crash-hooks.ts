import type { IssuerClient } from '@coinbox/protocol';
import type { AgentParts } from '../agent.ts';
import type { Journal } from '../journal.ts';

/** What an agent dies of. */
export class Crash extends Error {}

/**
 * Stands between an agent and its ports and counts what goes through: appends, messages taken out
 * of the outbox, and effects, before and after each. At some counts the agent dies: from there on
 * nothing that it does gets through.
 */
export interface CrashHooks {
  /** What was passed so far, by name. */
  readonly passed: readonly string[];
  /** How many agents have died. */
  readonly deaths: number;
  wrap(parts: AgentParts): AgentParts;
  /** One more place that the newest agent goes through. Throws Crash where it dies there. */
  pass(name: string): void;
}

/**
 * `at`: the places, from 0, at which an agent dies. Nothing is counted before `isArmed` says so.
 */
export function createCrashHooks(at: readonly number[], isArmed: () => boolean): CrashHooks {
  const passed: string[] = [];
  let deaths = 0;
  let newest: (name: string) => void = () => undefined;
  /** Fresh for each agent: a dropped one stays dead when another has begun. */
  const wrap = (parts: AgentParts): AgentParts => {
    let own = false;
    const guard = (name: string): void => {
      if (own) throw new Crash('this agent is dead');
      if (!isArmed()) return;
      passed.push(name);
      if (!at.includes(passed.length - 1)) return;
      own = true;
      deaths++;
      throw new Crash(name);
    };
    // A dead agent's files are closed behind it by somebody else.
    newest = (name) => (own ? undefined : guard(name));
    const around = <T>(name: string, work: () => T): T => {
      guard(`before ${name}`);
      const result = work();
      guard(`after ${name}`);
      return result;
    };
    const { journal, issuer, device, openLink, timers } = parts;
    return {
      ...parts,
      journal: wrapJournal(journal, around, () => {
        if (own) throw new Crash('this agent is dead');
      }),
      issuer: wrapIssuer(issuer, guard),
      device: {
        connect: (events) => device.connect(events),
        start: (session, order) => around('start', () => device.start(session, order)),
        stop: (session) => around('stop', () => device.stop(session)),
      },
      timers: {
        after: (milliseconds, work) => timers.after(milliseconds, () => (own ? undefined : work())),
      },
      openLink: (order) =>
        openLink({
          ...order,
          handler: {
            receive: (...message) => around('receive', () => order.handler.receive(...message)),
          },
        }),
      onFault(fault) {
        if (!(fault instanceof Crash)) parts.onFault(fault);
      },
    };
  };
  return {
    passed,
    get deaths() {
      return deaths;
    },
    wrap,
    pass: (name) => newest(name),
  };
}

type Guard = (name: string) => void;

const wrapIssuer = (issuer: IssuerClient, guard: Guard): IssuerClient => ({
  ...issuer,
  async submit(message) {
    guard('before submit');
    const answer = await issuer.submit(message);
    guard('after submit');
    return answer;
  },
  async submitRun(run) {
    guard('before submit run');
    const answer = await issuer.submitRun(run);
    guard('after submit run');
    return answer;
  },
  mapping: (terminal) => issuer.mapping(terminal),
  beacon: () => issuer.beacon(),
});

type Around = <T>(name: string, work: () => T) => T;

const wrapJournal = (journal: Journal, around: Around, alive: () => void): Journal => {
  const reading =
    <A extends unknown[], R>(read: (...parts: A) => R) =>
    (...parts: A): R => {
      alive();
      return read(...parts);
    };
  return {
    get head() {
      alive();
      return journal.head;
    },
    replay: reading(journal.replay),
    message: reading(journal.message),
    messagesOf: reading(journal.messagesOf),
    sessionOfOffer: reading(journal.sessionOfOffer),
    hasSession: reading(journal.hasSession),
    voidOf: reading(journal.voidOf),
    pending: reading(journal.pending),
    append: (event, before, answered) =>
      around(`append ${event.kind}`, () => journal.append(event, before, answered)),
    sent: (target, hash) => around(`sent to ${target}`, () => journal.sent(target, hash)),
    close: () => journal.close(),
  };
};
