import { globSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';

// The runner behind `npm test`: `node --test` over every test file below the working folder.
// `npm test -- ledger cbor` runs the files whose path holds one of the words.
// Fails where a test fails, and where none has run.

const root = process.cwd();
const folders = ['packages', 'tools', 'spec', 'e2e', 'examples', 'bench'];
/** These take longer; `npm test` leaves them to `npm run test:long`, and says so. */
const LONG = [
  'packages/console/e2e/',
  'packages/cli/e2e/bluetooth',
  'packages/cli/e2e/disk-faults',
  'packages/cli/e2e/kill',
  'packages/cli/e2e/power-loss',
  'packages/simulator/planted-bugs',
  'examples/',
];
const isLongRun = process.argv.includes('--long');
const words = process.argv.slice(2).filter((word) => word !== '--long');
const isLong = (path: string): boolean => LONG.some((start) => path.startsWith(start));
const wanted = (path: string): boolean =>
  words.length === 0 ? isLong(path) === isLongRun : words.some((word) => path.includes(word));

const files = folders
  .flatMap((folder) => globSync(`${folder}/**/*.test.ts`, { cwd: root }))
  .filter((path) => !path.includes('node_modules') && wanted(path))
  .sort()
  .map((path) => resolve(root, path));

/** A test that hangs is a test that fails. */
const TEST_TIMEOUT_MS = 120_000;

// Every file is a process of its own, and loads the same sources: they are compiled once.
process.env.NODE_COMPILE_CACHE ??= join(root, 'node_modules', '.cache', 'compiled');

if (words.length === 0 && !isLongRun) {
  process.stdout.write('left to `npm run test:long`: ' + LONG.join(', ') + '\n');
}
if (files.length === 0) {
  process.stderr.write(`no test file matches ${words.join(' ') || 'anything'}\n`);
  process.exit(1);
}

let passed = 0;
let failed = 0;
// A file without tests counts as one passed test of its own name: that is no test.
const named = new Set(files);
const stream = run({ files, concurrency: 2, timeout: TEST_TIMEOUT_MS, cwd: root })
  .on('test:pass', ({ name, details }) => {
    if (details.type !== 'suite' && !named.has(resolve(root, name))) passed++;
  })
  .on('test:fail', () => {
    failed++;
  });

stream.compose(spec).pipe(process.stdout);
stream.on('end', () => {
  process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
});
process.on('exit', () => {
  if (passed + failed === 0) process.stderr.write('no test has run\n');
});
