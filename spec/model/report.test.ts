import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { explore } from './explore.ts';
import { MUTATIONS } from './mutations.ts';
import { RULES, protocolOf } from './protocol.ts';
import {
  mutationsTable,
  propertiesList,
  refuteAll,
  rulesTable,
  scenesTable,
  sectionOf,
  traceInWords,
  withSection,
} from './report.ts';
import { PAIRS, SCENES } from './scenes.ts';

const root = join(import.meta.dirname, '..', '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const [readme, verification] = [read('spec/model/README.md'), read('docs/verification.md')];

/** The first cells of the rows of a table. */
const firstCells = (table: string | undefined): readonly string[] =>
  (table ?? '')
    .split('\n')
    .slice(2)
    .map((line) => line.split(' | ')[0]?.replace(/^\| /, '') as string);

describe('the pages', () => {
  it('name the mutations of the code, and say what refutes each', () => {
    const section = sectionOf(verification, 'mutations');
    assert.deepEqual(
      firstCells(section),
      MUTATIONS.map(({ name }) => name),
    );
    assert.equal(section, mutationsTable(refuteAll()).join('\n'));
  });

  it('have the rules and the properties of the code', () => {
    assert.equal(sectionOf(readme, 'rules'), rulesTable().join('\n'));
    assert.equal(sectionOf(readme, 'properties'), propertiesList().join('\n'));
  });

  it('have the numbers of every scene, the small ones as they are found here', () => {
    const section = sectionOf(readme, 'scenes');
    assert.deepEqual(
      firstCells(section),
      SCENES.map(({ name }) => name),
    );
    assert.equal(sectionOf(verification, 'scenes'), section);
    const small = SCENES.filter(({ name }) => name === 'copied' || name === 'frozen');
    const found = small.map((scene) => ({ scene, exploration: explore(protocolOf(scene)) }));
    for (const line of scenesTable(found).slice(2)) assert.ok(section?.includes(line), line);
  });
});

describe('traceInWords()', () => {
  it('numbers the steps and ends with the property', () => {
    const pay = RULES.findIndex(({ name }) => name === 'pays-online');
    assert.equal(pay, 0);
    assert.deepEqual(traceInWords({ property: 'peace', steps: [1] }, PAIRS.online), [
      '   1  session 2: the payer stores a PAY',
      '      broken: peace',
    ]);
  });
});

describe('withSection()', () => {
  const page = 'a\n<!-- model: x -->\nold\n<!-- end -->\nb\n';
  it('changes what is between the markers', () => {
    const next = withSection(page, 'x', ['1', '2']);
    assert.equal(next, 'a\n<!-- model: x -->\n\n1\n2\n\n<!-- end -->\nb\n');
    assert.equal(sectionOf(next, 'x'), '1\n2');
    assert.equal(withSection(next, 'x', ['1', '2']), next);
  });

  it('leaves a page alone that has no such section', () => {
    assert.equal(withSection(page, 'y', ['1']), page);
    assert.equal(sectionOf(page, 'y'), undefined);
  });
});

describe('npm run model', () => {
  const run = (...options: readonly string[]) =>
    spawnSync(process.execPath, [join(root, 'spec/model/run.ts'), ...options], {
      encoding: 'utf8',
    });

  it('tells the traces of a mutation', () => {
    const { status, stdout } = run('--trace', 'no VOID');
    assert.equal(status, 0);
    assert.match(stdout, /1 {2}session \d: the payer stores a PAY\n/);
    assert.match(stdout, /broken: every state can still resolve/);
  });

  it('explores one scene', () => {
    const { status, stdout } = run('--scene', 'frozen');
    assert.equal(status, 0);
    assert.match(stdout, /^frozen +\d+ +\d+ +\d+ /m);
  });

  for (const options of [
    ['--scene', 'none'],
    ['--trace', 'none'],
  ]) {
    it(`fails for ${options.join(' ')}`, () => assert.equal(run(...options).status, 1));
  }
});
