// pure
import { CAN_RESOLVE, explore } from './explore.ts';
import type { Exploration, Finding } from './explore.ts';
import { MUTATIONS } from './mutations.ts';
import type { Mutation } from './mutations.ts';
import { PROPERTIES } from './properties.ts';
import { RULES, protocolOf, stepsOf, wordsOfStep } from './protocol.ts';
import type { Step } from './protocol.ts';
import type { Rule } from './rule.ts';
import { PAIRS } from './scenes.ts';
import type { Scene, Way } from './state.ts';

/** What exploring a scene has come to. */
export type SceneResult = { readonly scene: Scene; readonly exploration: Exploration };

/** What a mutation is refuted by, online and offline; undefined where it does no harm. */
export type Refutation = {
  readonly mutation: Mutation;
  readonly findings: Readonly<Record<Way, Finding | undefined>>;
};

/** Looks for the shortest trace against each mutation. */
export const refuteAll = (): readonly Refutation[] =>
  MUTATIONS.map((mutation) => ({
    mutation,
    findings: {
      online: explore(protocolOf(PAIRS.online, mutation.rules)).finding,
      offline: explore(protocolOf(PAIRS.offline, mutation.rules)).finding,
    },
  }));

/** A trace in words, a line for each step. */
export const traceInWords = (
  { property, steps }: Finding,
  scene: Scene,
  rules: readonly Rule[] = RULES,
): readonly string[] => {
  const all = stepsOf(scene, rules);
  return [
    ...steps.map((step, at) => `${`${at + 1}`.padStart(4)}  ${wordsOfStep(all[step] as Step)}`),
    `      broken: ${property}`,
  ];
};

const row = (...cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
const head = (...cells: readonly string[]): readonly string[] => [
  row(...cells),
  `|${cells.map(() => '---|').join('')}`,
];

const grouped = (count: number): string => count.toLocaleString('en-US');

/** The numbers of the scenes, as a table. */
export const scenesTable = (results: readonly SceneResult[]): readonly string[] => [
  ...head('Scene', 'What', 'States', 'Transitions', 'Depth', 'At rest'),
  ...results.map(({ scene, exploration }) =>
    row(
      scene.name,
      scene.about,
      grouped(exploration.states),
      grouped(exploration.transitions),
      `${exploration.depth}`,
      grouped(exploration.resolved),
    ),
  ),
];

/** What is checked, as a list. */
export const propertiesList = (): readonly string[] => [
  ...PROPERTIES.map(({ name, says }) => `- **${name}**: ${says}`),
  `- **${CAN_RESOLVE}**: from every state some way leads to one where nothing is left to do`,
];

const refutedBy = (finding: Finding | undefined): readonly string[] =>
  finding ? [finding.property, `${finding.steps.length}`] : ['does no harm', ''];

/** What each mutation is refuted by, and in how many steps, as a table. */
export const mutationsTable = (refutations: readonly Refutation[]): readonly string[] => [
  ...head('Mutation', 'What is broken', 'Found online by', 'Steps', 'Found offline by', 'Steps'),
  ...refutations.map(({ mutation, findings }) =>
    row(
      mutation.name,
      mutation.says,
      ...refutedBy(findings.online),
      ...refutedBy(findings.offline),
    ),
  ),
];

const linkTo = (source: string): string => {
  const [path, name] = source.split('#') as [string, string?];
  return `[\`${name ?? path.split('/').at(-1)}\`](../../${path})`;
};

/** Every rule beside the code that does it, as a table. */
export const rulesTable = (): readonly string[] => [
  ...head('Rule', 'Party', 'Takes', 'What it does', 'In the product'),
  ...RULES.map(({ name, party, takes, says, choices, source }) =>
    row(`\`${name}\``, party, takes ?? '', choices ? `${says} n` : says, linkTo(source)),
  ),
];

const END = '<!-- end -->';

/** What stands between the markers of a section. */
export function sectionOf(page: string, name: string): string | undefined {
  const begin = `<!-- model: ${name} -->\n`;
  const from = page.indexOf(begin);
  const to = page.indexOf(END, from);
  return from < 0 || to < 0 ? undefined : page.slice(from + begin.length, to).trim();
}

/** The page with other lines between the markers of a section; as it was where it has none. */
export function withSection(page: string, name: string, lines: readonly string[]): string {
  const begin = `<!-- model: ${name} -->\n`;
  const from = page.indexOf(begin);
  const to = page.indexOf(END, from);
  if (from < 0 || to < 0) return page;
  return `${page.slice(0, from)}${begin}\n${lines.join('\n')}\n\n${page.slice(to)}`;
}
