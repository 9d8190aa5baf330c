// pure
import { placeOf } from './state.ts';
import type { Scene, State } from './state.ts';

export type Party = 'payer' | 'terminal' | 'issuer';

/**
 * What a step must have received. A message may be received from the moment on that its sender has
 * stored it, any number of times, at any later time, or never.
 */
export type MessageKind =
  | 'PAY'
  | 'ACCEPT'
  | 'VOID'
  | 'SYNC'
  | 'SETTLE'
  | 'REFUND'
  | 'PAY receipt'
  | 'SETTLE receipt'
  | 'REFUND receipt';

export const isOnline = (scene: Scene, at: number): boolean => placeOf(scene, at).way === 'online';

export const isOffline = (scene: Scene, at: number): boolean =>
  placeOf(scene, at).way === 'offline';

/** One thing that a party may do about one session: one durable change, all of it or nothing. */
export type Rule = {
  /** Unique; a line of the README's table begins with it. */
  readonly name: string;
  readonly party: Party;
  /** The file, and in it the function, that does this; or the page that says it. */
  readonly source: string;
  /** The message that it answers, where it answers one. */
  readonly takes?: MessageKind;
  /** Is it for this session at all? Asked once for a scene; always where it is left out. */
  readonly applies?: (scene: Scene, at: number) => boolean;
  /** Values to try, where the step has a number of its own: the amount of a bill. */
  readonly choices?: readonly number[];
  /** In words, for a trace. Session and choice come after it. */
  readonly says: string;
  /** The state after it; undefined where the party may not do it now. */
  readonly step: (state: State, at: number, scene: Scene, choice: number) => State | undefined;
};
