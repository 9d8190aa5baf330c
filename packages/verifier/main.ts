import { readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { fromBase64url, keyOf, verify } from './index.ts';

// node packages/verifier/main.ts FILE --root KEY [--receipt FILE]…: prints the verdict as JSON and
// ends with 0 where everything holds, else with 65.

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { root: { type: 'string' }, receipt: { type: 'string', multiple: true } },
});
const file = await open(positionals[0] ?? '');
const receipts = (values.receipt ?? []).map((file) => readFileSync(file));
const verdict = await verify(file.readLines(), keyOf(fromBase64url(values.root)), receipts);
const text = (_: string, part: unknown): unknown =>
  part instanceof Map ? Object.fromEntries(part) : typeof part === 'bigint' ? `${part}` : part;
process.stdout.write(`${JSON.stringify(verdict, text, 2)}\n`);
process.exitCode = verdict.ok ? 0 : 65;
