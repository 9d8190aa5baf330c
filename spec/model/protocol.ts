// pure
import { wordsOf } from './encode.ts';
import type { System } from './explore.ts';
import { brokenProperty, isResolved } from './properties.ts';
import type { Rule } from './rule.ts';
import { ISSUER_RULES } from './rules/issuer.ts';
import { PAYER_RULES } from './rules/payer.ts';
import { TERMINAL_RULES } from './rules/terminal.ts';
import { firstState } from './state.ts';
import type { Scene, State } from './state.ts';
import { encoderOf } from './symmetry.ts';

/** Everything that the parties of the protocol may do. */
export const RULES: readonly Rule[] = [...PAYER_RULES, ...TERMINAL_RULES, ...ISSUER_RULES];

/** One rule about one session with one choice; its place in the list is the step's number. */
export type Step = { readonly rule: Rule; readonly at: number; readonly choice: number };

/** Every step that some state of the scene may allow. */
export const stepsOf = (scene: Scene, rules: readonly Rule[]): readonly Step[] =>
  rules.flatMap((rule) =>
    scene.sessions.flatMap((_, at) =>
      rule.applies?.(scene, at) === false
        ? []
        : (rule.choices ?? [0]).map((choice) => ({ rule, at, choice })),
    ),
  );

/**
 * The protocol in one scene, ready to be explored. States that differ only in the numbers of
 * sessions of one kind are one state.
 */
export function protocolOf(scene: Scene, rules: readonly Rule[] = RULES): System<State> {
  const steps = stepsOf(scene, rules);
  return {
    first: firstState(scene),
    words: wordsOf(scene),
    encode: encoderOf(scene),
    next(state, reach) {
      for (let number = 0; number < steps.length; number++) {
        const { rule, at, choice } = steps[number] as Step;
        const next = rule.step(state, at, scene, choice);
        if (next) reach(next, number);
      }
    },
    broken: (state) => brokenProperty(state, scene),
    isResolved: (state) => isResolved(state, scene),
  };
}

/** A step in words. Sessions are counted from 1. */
export function wordsOfStep({ rule, at, choice }: Step): string {
  return `session ${at + 1}: ${rule.choices ? `${rule.says} ${choice}` : rule.says}`;
}
