import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkPure, checkSize, checkSyntax, isPure } from './rules.ts';
import { sourceOf } from './source.ts';

const size = (path: string, text: string) => checkSize(sourceOf(path, text));

describe('checkSize()', () => {
  const long = (head: string) => `${head}\n${'  a;\n'.repeat(69)}}\n`;

  it('takes a function of 70 lines, refuses one of 71', () => {
    const short = long('function a() {').replace('  a;\n', '');
    assert.deepEqual(size('a.ts', short), []);
    assert.deepEqual(size('a.ts', long('function a() {')), [
      'a.ts:1 begins a function of 71 lines',
    ]);
  });

  it('exempts the outermost callback of a test file, and no other', () => {
    const outer = long("describe('a', () => {").replace(/\}\n$/, '});\n');
    assert.deepEqual(size('a.test.ts', outer), []);
    assert.equal(size('a.ts', outer).length, 1);
    const inner = `describe('a', () => {\n${long("  it('b', () => {")}});\n`;
    assert.deepEqual(size('a.test.ts', inner), ['a.test.ts:2 begins a function of 71 lines']);
  });

  it('exempts the suite of a conformance file', () => {
    const suite = long('export function balances() {');
    assert.deepEqual(size('packages/a/conformance/b.ts', suite), []);
    assert.equal(size('packages/a/b.ts', suite).length, 1);
  });

  it('takes a file of 400 lines, refuses one of 401', () => {
    assert.deepEqual(size('a.ts', 'a;\n'.repeat(400)), []);
    assert.deepEqual(size('a.ts', 'a;\n'.repeat(401)), ['a.ts:401 is a file of 401 lines']);
  });

  it('takes a line of 100 columns, refuses one of 101, comments too', () => {
    assert.deepEqual(size('a.ts', `// ${'x'.repeat(97)}\n`), []);
    assert.deepEqual(size('a.ts', `\n// ${'x'.repeat(98)}\n`), ['a.ts:2 has 101 columns']);
  });
});

describe('isPure()', () => {
  const pure = [
    'packages/protocol/cbor.ts',
    'packages/protocol/messages/pay.ts',
    'packages/tariff/price.ts',
    'packages/ledger/decide.ts',
    'packages/ledger/fold.ts',
    'packages/terminal/step-session.ts',
    'packages/issuer/operations/decide-pay.ts',
  ];
  const impure = [
    'packages/protocol/primitives-node.ts',
    'packages/protocol/client.ts',
    'packages/protocol/cbor.test.ts',
    'packages/ledger/group-commit.ts',
    'packages/terminal/agent.ts',
    'packages/terminal/step-session.test.ts',
  ];
  it('knows the pure core by its paths, and by its first line', () => {
    for (const path of pure) assert.equal(isPure(sourceOf(path, '')), true, path);
    for (const path of impure) assert.equal(isPure(sourceOf(path, '')), false, path);
    assert.equal(isPure(sourceOf('packages/terminal/a.ts', '// pure\n')), true);
  });
});

describe('checkPure()', () => {
  const check = (text: string) => checkPure(sourceOf('packages/a/decide.ts', text));
  const banned = [
    'Date.now()',
    'new Date()',
    'new Date',
    'Math.random()',
    'setTimeout(a, 1)',
    'setInterval(a, 1)',
    'setImmediate(a)',
    'process.env',
    'performance.now()',
    "fetch('a')",
    "console.log('a')",
    'crypto.subtle',
    "import { a } from 'node:fs'",
    "import { a } from 'node:fs/promises'",
    "import { a } from 'fs'",
    "import net from 'node:net'",
    "import http from 'node:http'",
    "import { Worker } from 'node:worker_threads'",
    "import { DatabaseSync } from 'node:sqlite'",
    "import type { DatabaseSync } from 'node:sqlite'",
    "import { a } from 'node:timers/promises'",
  ];
  for (const code of banned) {
    it(`refuses: ${code}`, () => {
      const found = check(`\n${code};\n`);
      assert.equal(found.length, 1);
      assert.match(found[0] as string, /^packages\/a\/decide\.ts:2 /);
    });
  }

  it('takes the same words where they do no harm', () => {
    const harmless = [
      'new Date(at)',
      '// Date.now() is for shells',
      "reject('process.exit')",
      'prefetch(a); options.fetch(a);',
      "import { a } from 'node:crypto';",
      "import { a } from './fs.ts';",
    ];
    for (const code of harmless) assert.deepEqual(check(code), [], code);
  });

  it('asks nothing of other files', () => {
    assert.deepEqual(checkPure(sourceOf('packages/a/server.ts', 'Date.now();')), []);
  });
});

describe('checkSyntax()', () => {
  const banned = [
    'enum A { B }',
    'const enum A { B }',
    'namespace A { }',
    'declare module A { }',
    '@sealed\nclass A {}',
    'class A {\n  @logged b() {}\n}',
    'const a = b as any;',
    '// @ts-ignore',
    '/* @ts-nocheck */',
  ];
  for (const text of banned) {
    it(`refuses: ${JSON.stringify(text)}`, () => {
      assert.equal(checkSyntax(sourceOf('a.ts', text)).length, 1);
    });
  }
  it('takes what only looks like it', () => {
    const text = [
      'const enumerated = a.enum;',
      "const b = 'x@y.example as any';",
      '/** An enum is not used. @ts-ignore neither. */',
      'const c = `// @ts-ignore`;',
    ].join('\n');
    assert.deepEqual(checkSyntax(sourceOf('a.ts', text)), []);
  });
});
