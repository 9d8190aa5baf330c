import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkImports, findCycles, importsOf } from './imports.ts';
import type { Packages } from './imports.ts';
import { sourceOf } from './source.ts';

const packages: Packages = new Map(
  ['protocol', 'ledger', 'issuer', 'terminal', 'link', 'cli'].map((name) => [
    name,
    { exports: { '.': './index.ts', ...(name === 'link' && { './testing': './testing.ts' }) } },
  ]),
);

const complaints = (path: string, text: string): readonly string[] =>
  checkImports([sourceOf(path, text)], packages);

describe('importsOf()', () => {
  it('finds every form of import, and none in comments or strings', () => {
    const text = [
      "import { a } from './a.ts';",
      "import type { B } from './b.ts';",
      "export * from './c.ts';",
      "import './d.ts';",
      "const e = await import('./e.ts');",
      'import {',
      '  f,',
      "} from './f.ts';",
      "// import { g } from './g.ts';",
      'const h = "import \'./h.ts\'";',
      "type I = import('./i.ts').I;",
      "export const j = 'from';",
    ].join('\n');
    assert.deepEqual(importsOf(sourceOf('x.ts', text)), [
      { specifier: './a.ts', line: 1 },
      { specifier: './b.ts', line: 2 },
      { specifier: './c.ts', line: 3 },
      { specifier: './d.ts', line: 4 },
      { specifier: './e.ts', line: 5 },
      { specifier: './f.ts', line: 8 },
      { specifier: './i.ts', line: 11 },
    ]);
  });
});

/** The file, its import, and what the complaint says of it. */
const refused: readonly [string, string, RegExp][] = [
  ['packages/protocol/a.ts', '@coinbox/ledger', /protocol, which may not import ledger/],
  ['packages/terminal/a.ts', '@coinbox/issuer', /terminal, which may not import issuer/],
  ['packages/issuer/a.ts', '@coinbox/cli', /nobody may/],
  ['tools/a.ts', '@coinbox/cli', /nobody may/],
  ['packages/issuer/a.ts', '@coinbox/ledger/decide.ts', /does not export/],
  ['packages/issuer/a.ts', '../ledger/index.ts', /by its path/],
  ['tools/a.ts', '../packages/protocol/ids.ts', /by its path/],
  ['packages/issuer/a.ts', './b', /without the ending/],
  ['packages/terminal/a.ts', '@coinbox/link/testing', /outside of a test/],
  ['packages/protocol/a.ts', '@coinbox/protocol', /its own package/],
  ['packages/verifier/a.ts', '@coinbox/protocol', /verifier, which may not import protocol/],
];

const taken: readonly [string, string][] = [
  ['packages/verifier/a.test.ts', '@coinbox/issuer'],
  ['packages/verifier/testing/a.ts', '@coinbox/ledger'],
  ['packages/issuer/a.ts', '@coinbox/ledger'],
  ['packages/issuer/operations/a.ts', '../server.ts'],
  ['packages/terminal/a.test.ts', '@coinbox/link/testing'],
  ['packages/cli/a.ts', '@coinbox/issuer'],
  ['e2e/a.test.ts', '@coinbox/terminal'],
  ['packages/protocol/a.ts', '#primitives'],
  ['packages/issuer/a.ts', 'fastify'],
];

describe('checkImports()', () => {
  for (const [path, specifier, says] of refused) {
    it(`refuses ${specifier} in ${path}, as value and as type`, () => {
      for (const form of ['import', 'import type', 'export']) {
        const [first, ...more] = complaints(path, `\n${form} { A } from '${specifier}';\n`);
        assert.match(first ?? '', says);
        assert.ok(first?.startsWith(`${path}:2 `));
        assert.deepEqual(more, []);
      }
    });
  }

  for (const [path, specifier] of taken) {
    it(`takes ${specifier} in ${path}`, () => {
      assert.deepEqual(complaints(path, `import { a } from '${specifier}';\n`), []);
    });
  }
});

describe('findCycles()', () => {
  const file = (path: string, ...specifiers: string[]) =>
    sourceOf(path, specifiers.map((one) => `import type { A } from '${one}';\n`).join(''));

  it('finds a cycle of type imports', () => {
    const sources = [
      file('packages/ledger/a.ts', './b/b.ts'),
      file('packages/ledger/b/b.ts', '../c.ts'),
      file('packages/ledger/c.ts', './a.ts', './d.ts'),
      file('packages/ledger/d.ts'),
    ];
    assert.deepEqual(findCycles(sources, packages), [
      'packages/ledger/a.ts:1 is in an import cycle: ' +
        'packages/ledger/a.ts packages/ledger/b/b.ts packages/ledger/c.ts',
    ]);
  });

  it('finds a cycle through packages and a file that imports itself', () => {
    const sources = [
      file('packages/ledger/index.ts', '@coinbox/protocol'),
      file('packages/protocol/index.ts', '@coinbox/ledger'),
      file('packages/protocol/a.ts', './a.ts'),
    ];
    assert.equal(findCycles(sources, packages).length, 2);
  });

  it('finds a cycle through a private name', () => {
    const withNames: Packages = new Map([
      ['protocol', { exports: {}, imports: { '#a': { node: './a.ts', default: './b.ts' } } }],
    ]);
    const sources = [
      file('packages/protocol/a.ts'),
      file('packages/protocol/b.ts', './c.ts'),
      file('packages/protocol/c.ts', '#a'),
    ];
    assert.equal(findCycles(sources, withNames).length, 1);
  });

  it('lets many files import one', () => {
    const sources = [
      file('packages/ledger/a.ts', './c.ts'),
      file('packages/ledger/b.ts', './a.ts', './c.ts'),
      file('packages/ledger/c.ts'),
    ];
    assert.deepEqual(findCycles(sources, packages), []);
  });
});
