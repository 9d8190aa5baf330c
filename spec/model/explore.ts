// pure
import { createNumberList, createVisited } from './visited.ts';
import type { NumberList } from './visited.ts';

/** Anything that goes from state to state. `S` is plain and immutable. */
export type System<S> = {
  readonly first: S;
  /** How many words `encode` writes; equal words mean equal states. */
  readonly words: number;
  readonly encode: (state: S, words: Int32Array) => void;
  /** Calls `reach` for each step that may be taken, with the step's number. */
  readonly next: (state: S, reach: (next: S, step: number) => void) => void;
  /** The property that a state breaks; undefined where all hold. */
  readonly broken: (state: S) => string | undefined;
  /** Is nothing left to do in this state? */
  readonly isResolved: (state: S) => boolean;
};

/** A property that does not hold, and the steps from the first state to where it does not. */
export type Finding = { readonly property: string; readonly steps: readonly number[] };

export type Exploration = {
  readonly states: number;
  readonly transitions: number;
  /** Steps on the longest of the shortest ways from the first state. */
  readonly depth: number;
  readonly resolved: number;
  /** The first finding in breadth-first order: no shorter trace leads to one. */
  readonly finding: Finding | undefined;
};

export const CAN_RESOLVE = 'every state can still resolve';

/** Called for each state, once, in the order in which they are found. */
export type Visitor<S> = (state: S) => void;

/**
 * Reaches every state, breadth first, and stops at the first that breaks a property. Where none
 * does, looks for a state from which no resolved one can be reached. Memory: about 40 bytes a state
 * and 8 a transition.
 */
export function explore<S>(system: System<S>, visit: Visitor<S> = () => undefined): Exploration {
  const visited = createVisited();
  const graph = createGraph();
  const resolved = createNumberList();
  const words = new Int32Array(system.words);
  let found: S[] = [];
  let broken: Exploration['finding'];

  const meet = (state: S, from: number, step: number): number => {
    system.encode(state, words);
    const before = visited.size;
    const number = visited.add(words);
    if (number < before) return number;
    graph.addState(from, step);
    found.push(state);
    visit(state);
    if (system.isResolved(state)) resolved.push(number);
    const property = broken ? undefined : system.broken(state);
    if (property !== undefined) broken = { property, steps: graph.stepsTo(number) };
    return number;
  };
  meet(system.first, 0, 0);
  let current = 0;
  let depth = -1;
  const reach = (next: S, step: number): void => graph.addEdge(meet(next, current, step));
  while (found.length > 0 && !broken) {
    depth++;
    const layer = found;
    found = [];
    for (const state of layer) {
      graph.leave();
      system.next(state, reach);
      current++;
      if (broken) break;
    }
  }
  const finding = broken ?? findStuck(graph, resolved);
  const { transitions } = graph;
  return { states: visited.size, transitions, depth, resolved: resolved.length, finding };
}

/** The first state from which no resolved one can be reached. */
function findStuck(graph: Graph, resolved: NumberList): Finding | undefined {
  const stuck = graph.canReach(resolved).indexOf(0);
  if (stuck < 0) return undefined;
  return { property: CAN_RESOLVE, steps: graph.stepsTo(stuck) };
}

interface Graph {
  readonly transitions: number;
  /** A new state, found from another by a step. */
  addState(from: number, step: number): void;
  /** The edges that follow leave the next state. */
  leave(): void;
  addEdge(to: number): void;
  /** The steps by which a state was found. */
  stepsTo(state: number): readonly number[];
  /** By state: 1 where one of `goals` can be reached, else 0. */
  canReach(goals: NumberList): Uint8Array;
}

function createGraph(): Graph {
  const parents = createNumberList();
  const steps = createNumberList();
  /** Where the edges of a state begin in `targets`. */
  const begins = createNumberList();
  const targets = createNumberList();
  return {
    get transitions() {
      return targets.length;
    },
    addState(from, step) {
      parents.push(from);
      steps.push(step);
    },
    leave: () => begins.push(targets.length),
    addEdge: (to) => targets.push(to),
    stepsTo(state) {
      const path: number[] = [];
      for (let at = state; at !== 0; at = parents.at(at)) path.push(steps.at(at));
      return path.reverse();
    },
    canReach: (goals) => canReach(turnRound(begins, targets), goals),
  };
}

/** For each state, the states that lead to it: `sources` from `begins[n]` to `begins[n + 1]`. */
type Backwards = { readonly begins: Uint32Array; readonly sources: Uint32Array };

function turnRound(begins: NumberList, targets: NumberList): Backwards {
  const states = begins.length;
  const starts = new Uint32Array(states + 1);
  for (let edge = 0; edge < targets.length; edge++) increase(starts, targets.at(edge) + 1);
  for (let state = 0; state < states; state++) {
    starts[state + 1] = (starts[state] as number) + (starts[state + 1] as number);
  }
  const free = starts.slice();
  const sources = new Uint32Array(targets.length);
  for (let state = 0; state < states; state++) {
    const end = state + 1 < states ? begins.at(state + 1) : targets.length;
    for (let edge = begins.at(state); edge < end; edge++) {
      sources[increase(free, targets.at(edge))] = state;
    }
  }
  return { begins: starts, sources };
}

function increase(counts: Uint32Array, at: number): number {
  const before = counts[at] as number;
  counts[at] = before + 1;
  return before;
}

function canReach({ begins, sources }: Backwards, goals: NumberList): Uint8Array {
  const marks = new Uint8Array(begins.length - 1);
  const open = createNumberList();
  const mark = (state: number): void => {
    if (marks[state] === 1) return;
    marks[state] = 1;
    open.push(state);
  };
  for (let goal = 0; goal < goals.length; goal++) mark(goals.at(goal));
  for (let next = 0; next < open.length; next++) {
    const state = open.at(next);
    const end = begins[state + 1] as number;
    for (let at = begins[state] as number; at < end; at++) mark(sources[at] as number);
  }
  return marks;
}
