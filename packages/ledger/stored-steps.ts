import type { Money } from '@coinbox/protocol';
import type { Step } from './group.ts';

/** Steps as an engine stores them: JSON that SQL can look into, amounts as decimal strings. */
export const stepsToText = (steps: readonly Step[]): string =>
  JSON.stringify(
    steps.map((step) => ('amount' in step ? { ...step, amount: step.amount.toString() } : step)),
  );

/** The steps again. Throws where the text is not what `stepsToText` has written. */
export function stepsFromText(text: string): Step[] {
  const stored = JSON.parse(text) as (Step & { amount?: string })[];
  return stored.map((step) =>
    step.amount === undefined ? step : { ...step, amount: BigInt(step.amount) as Money },
  ) as Step[];
}
