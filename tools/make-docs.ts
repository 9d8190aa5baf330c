import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { rejectionsPage } from './docs/rejections-page.ts';
import { withExamples } from './docs/spec-example.ts';

// Writes the generated pages of docs/ and the examples of spec/. Tests compare them with what this
// would write.

const root = join(import.meta.dirname, '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const vectorsOf = (file: string) => JSON.parse(read(`spec/vectors/${file}`));
const specPages = readdirSync(join(root, 'spec')).filter((name) => name.endsWith('.md'));

// The command line is nobody's library: it prints its own page.
const manual = execFileSync(process.execPath, ['packages/cli/main.ts', 'manual'], {
  cwd: root,
  encoding: 'utf8',
});

const pages: readonly (readonly [path: string, text: string])[] = [
  ['docs/reference/rejections.md', rejectionsPage()],
  ['docs/reference/cli.md', manual],
  ...specPages.map((name) => {
    const path = `spec/${name}`;
    return [path, withExamples(read(path), vectorsOf)] as const;
  }),
];

for (const [path, text] of pages) {
  const full = join(root, path);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, text);
  process.stdout.write(`${path}\n`);
}
