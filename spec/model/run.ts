import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { explore } from './explore.ts';
import { MUTATIONS } from './mutations.ts';
import { protocolOf } from './protocol.ts';
import {
  mutationsTable,
  propertiesList,
  refuteAll,
  rulesTable,
  scenesTable,
  traceInWords,
  withSection,
} from './report.ts';
import type { Refutation, SceneResult } from './report.ts';
import { PAIRS, SCENES } from './scenes.ts';
import type { Scene } from './state.ts';
import { chanceOfMiss } from './visited.ts';

// The command behind `npm run model`. Exit code 1 where a property does not hold, where a mutation
// is not refuted, and where a page has old numbers.

const USAGE = `npm run model                    explores everything
npm run model -- --scene NAME    one scene: ${SCENES.map(({ name }) => name).join(', ')}
npm run model -- --trace NAME    the shortest traces of a mutation, in words
npm run model -- --write-docs    explores everything and writes the numbers into the pages
`;
const root = join(import.meta.dirname, '..', '..');
const say = (...lines: readonly string[]): void =>
  void process.stdout.write(`${lines.join('\n')}\n`);

/** Explores a scene and prints its line, or the trace to what is wrong. */
function runScene(scene: Scene): SceneResult {
  const begun = performance.now();
  const exploration = explore(protocolOf(scene));
  const { states, transitions, depth, finding } = exploration;
  const seconds = (performance.now() - begun) / 1000;
  const numbers = [states, transitions, depth].map((count) => `${count}`.padStart(11)).join(' ');
  const miss = chanceOfMiss(states).toExponential(1);
  say(`${scene.name.padEnd(10)}${numbers} ${seconds.toFixed(1).padStart(9)}  ${miss.padStart(9)}`);
  if (finding) say('', ...traceInWords(finding, scene), '');
  return { scene, exploration };
}

function runScenes(scenes: readonly Scene[]): readonly SceneResult[] {
  say('scene          states transitions       depth   seconds     missed*');
  const results = scenes.map(runScene);
  say('* the chance that two states have one hash of 64 bits', '');
  return results;
}

function runMutations(): readonly Refutation[] {
  const refutations = refuteAll();
  say('mutation                         steps online, offline, and the property that fails');
  for (const { mutation, findings } of refutations) {
    const steps = [findings.online, findings.offline].map((finding) =>
      (finding ? `${finding.steps.length}` : '-').padStart(4),
    );
    const properties = [findings.online, findings.offline].map((found) => found?.property);
    const named = [...new Set(properties.filter((property) => property !== undefined))];
    say(`${mutation.name.padEnd(32)} ${steps.join('')}  ${named.join('; ') || 'NOT REFUTED'}`);
  }
  return refutations;
}

function showTrace(name: string): boolean {
  const mutation = MUTATIONS.find((one) => one.name === name);
  if (!mutation) {
    say(`no such mutation; there are:`, ...MUTATIONS.map((one) => `  ${one.name}`));
    return false;
  }
  say(`${mutation.name}: ${mutation.says}`);
  for (const scene of Object.values(PAIRS)) {
    const { finding } = explore(protocolOf(scene, mutation.rules));
    const trace = finding ? traceInWords(finding, scene, mutation.rules) : ['      does no harm'];
    say('', `${scene.name}: ${scene.about}`, ...trace);
  }
  return true;
}

/** Brings the pages up to date, or only says which are old. True where nothing is old. */
function updatePages(
  results: readonly SceneResult[],
  refutations: readonly Refutation[],
  mayWrite: boolean,
): boolean {
  const sections = [
    ['spec/model/README.md', 'rules', rulesTable()],
    ['spec/model/README.md', 'properties', propertiesList()],
    ['spec/model/README.md', 'scenes', scenesTable(results)],
    ['docs/verification.md', 'scenes', scenesTable(results)],
    ['docs/verification.md', 'mutations', mutationsTable(refutations)],
  ] as const;
  let isNew = true;
  for (const [path, name, lines] of sections) {
    const page = readFileSync(join(root, path), 'utf8');
    const next = withSection(page, name, lines);
    if (next === page) continue;
    if (mayWrite) writeFileSync(join(root, path), next);
    else isNew = false;
    say(`${path}: ${name} ${mayWrite ? 'written' : 'are old: npm run model -- --write-docs'}`);
  }
  return isNew;
}

function runAll(mayWrite: boolean): boolean {
  const results = runScenes(SCENES);
  say('In every state:', ...propertiesList(), '');
  const refutations = runMutations();
  const holds = results.every(({ exploration }) => exploration.finding === undefined);
  const refuted = refutations.every(({ findings }) => findings.online ?? findings.offline);
  if (!holds || !refuted) return false;
  return updatePages(results, refutations, mayWrite);
}

function main(): boolean {
  const { values } = parseArgs({
    options: {
      scene: { type: 'string' },
      trace: { type: 'string' },
      'write-docs': { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.trace !== undefined) return showTrace(values.trace);
  if (values.help) {
    say(USAGE);
    return true;
  }
  if (values.scene === undefined) return runAll(values['write-docs'] ?? false);
  const scenes = SCENES.filter(({ name }) => name === values.scene);
  if (scenes.length === 0) say(USAGE);
  return scenes.length > 0 && runScenes(scenes).every(({ exploration }) => !exploration.finding);
}

process.exitCode = main() ? 0 : 1;
