import type { CertificateBook, Clock, Instant, Result } from '@coinbox/protocol';
import { evolve } from './evolve.ts';
import type { TerminalEvent } from './events.ts';
import type { Answered, Journal } from './journal.ts';
import { EMPTY_STATE } from './state.ts';
import type { Bounds, TerminalKeys, TerminalState } from './state.ts';
import type { StepContext } from './step-offer.ts';

/**
 * What every part of the agent works on: the state, the journal behind it, and the one way to
 * change them.
 */
export interface Core {
  readonly state: TerminalState;
  readonly journal: Journal;
  readonly book: CertificateBook;
  readonly keys: TerminalKeys;
  now(): Instant;
  context(): StepContext;
  /**
   * Makes an event durable, then takes it into the state, then tells the listeners. Effects come
   * after this, never before.
   */
  apply(event: TerminalEvent, answered?: Answered): void;
  /** `apply` where a step has said yes; the rejection where it has said no. */
  applyStep(step: Result<TerminalEvent>, answered?: Answered): Result<TerminalEvent>;
  /** Called after each durable event. */
  listen(listener: (event: TerminalEvent) => void): void;
}

export type CoreParts = {
  readonly journal: Journal;
  readonly book: CertificateBook;
  readonly keys: TerminalKeys;
  readonly bounds: Bounds;
  readonly clock: Clock;
};

/**
 * Builds the state from the journal: start and recovery are the same code. Fault journal-corrupt.
 */
export function createCore({ journal, book, keys, bounds, clock }: CoreParts): Core {
  let state = EMPTY_STATE;
  for (const event of journal.replay()) state = evolve(state, event);
  const listeners: ((event: TerminalEvent) => void)[] = [];
  const core: Core = {
    get state() {
      return state;
    },
    journal,
    book,
    keys,
    now: () => clock.now(),
    context: () => ({ keys, bounds, now: clock.now() }),
    apply(event, answered) {
      journal.append(event, state, answered);
      state = evolve(state, event);
      for (const listener of listeners) listener(event);
    },
    applyStep(step, answered) {
      if (step.ok) core.apply(step.value, answered);
      return step;
    },
    listen: (listener) => void listeners.push(listener),
  };
  return core;
}
