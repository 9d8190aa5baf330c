// pure
import { encodeState } from './encode.ts';
import type { Scene, State } from './state.ts';

/** Sessions at one terminal that are paid in one way: which is which makes no difference. */
function groupsOf({ sessions }: Scene): readonly (readonly number[])[] {
  const groups = new Map<string, number[]>();
  sessions.forEach(({ terminal, way }, at) => {
    const kind = `${terminal} ${way}`;
    groups.set(kind, [...(groups.get(kind) ?? []), at]);
  });
  return [...groups.values()].filter((group) => group.length > 1);
}

/**
 * Gives an encoder that numbers the sessions of each kind by their words. What it encodes can do
 * the same as the state that it was given, with other numbers, and has the same properties. Two
 * states that differ in numbers alone may come out as two: less is saved then, and nothing lost.
 */
export function encoderOf(scene: Scene): (state: State, words: Int32Array) => void {
  const groups = groupsOf(scene);
  const isOrdered = (words: Int32Array): boolean => {
    for (const group of groups) {
      for (let place = 1; place < group.length; place++) {
        if (wordAt(words, group[place - 1]) > wordAt(words, group[place])) return false;
      }
    }
    return true;
  };
  return (state, words) => {
    encodeState(state, words);
    if (!isOrdered(words)) encodeState(renumber(state, newNumbers(words, scene, groups)), words);
  };
}

const wordAt = (words: Int32Array, session: number | undefined): number =>
  words[session as number] as number;

/** By old number, the new one. */
function newNumbers(
  words: Int32Array,
  { sessions }: Scene,
  groups: readonly (readonly number[])[],
): readonly number[] {
  const numbers = sessions.map((_, at) => at);
  for (const group of groups) {
    const sorted = [...group].sort((a, b) => wordAt(words, a) - wordAt(words, b));
    sorted.forEach((old, place) => (numbers[old] = group[place] as number));
  }
  return numbers;
}

/** The state with other numbers for its sessions, wherever they are named. */
export function renumber(state: State, numbers: readonly number[]): State {
  const newOf = (at: number): number => numbers[at] as number;
  const bitsOf = (bits: number): number =>
    numbers.reduce((sum, to, from) => ((bits & (1 << from)) === 0 ? sum : sum | (1 << to)), 0);
  const sessions = state.sessions.slice();
  state.sessions.forEach((session, at) => {
    const copyOf = session.copyOf < 0 ? -1 : newOf(session.copyOf);
    sessions[newOf(at)] = { ...session, copyOf, spends: bitsOf(session.spends) };
  });
  const terminals = state.terminals.map((terminal) => ({
    ...terminal,
    uploads: terminal.uploads.map((one) => ({ ...one, session: newOf(one.session) })),
  }));
  return { ...state, sessions, terminals };
}
