import assert from 'node:assert/strict';
import { RULES } from '../protocol.ts';
import type { Rule } from '../rule.ts';
import { firstState } from '../state.ts';
import type { Scene, State } from '../state.ts';

const ruleOf = (name: string, rules: readonly Rule[]): Rule => {
  const rule = rules.find((one) => one.name === name);
  assert.ok(rule, `there is a rule ${name}`);
  return rule;
};

/** `RULE SESSION [CHOICE]`, sessions from 1: `pays-bill 1 2` is a bill of 2 for session 1. */
export function take(state: State, scene: Scene, said: string): State | undefined {
  const [name, session, choice] = said.split(' ');
  const rule = ruleOf(name as string, RULES);
  const at = Number(session) - 1;
  return rule.applies?.(scene, at) === false
    ? undefined
    : rule.step(state, at, scene, Number(choice ?? 0));
}

/** The state after steps that must all be allowed. */
export function walk(scene: Scene, steps: readonly string[]): State {
  let state = firstState(scene);
  for (const said of steps) {
    const next = take(state, scene, said);
    assert.ok(next, `${said} is allowed`);
    state = next;
  }
  return state;
}

/** May the step be taken after those before it? */
export const allows = (scene: Scene, steps: readonly string[], said: string): boolean =>
  take(walk(scene, steps), scene, said) !== undefined;

/** The steps of one session up to where its bill is awaited, with so many units delivered. */
export const deliveredSteps = (
  scene: Scene,
  session: number,
  delivered: number,
): readonly string[] => {
  const accepted =
    scene.sessions[session - 1]?.way === 'offline'
      ? ['pays-offline', 'accepts-offline']
      : ['pays-online', 'presents-pay', 'posts-pay', 'accepts-posted'];
  const deliveries = Array.from({ length: delivered }, () => 'delivers');
  return [...accepted, 'takes-accept', ...deliveries, 'ends-delivery'].map(
    (name) => `${name} ${session}`,
  );
};
