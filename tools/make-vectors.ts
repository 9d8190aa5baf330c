import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { vectorFiles } from './vectors/files.ts';

// Writes spec/vectors/*.json, always the same. A change of the protocol begins with them.

const folder = join(import.meta.dirname, '..', 'spec', 'vectors');
mkdirSync(folder, { recursive: true });
for (const [name, text] of Object.entries(vectorFiles())) {
  writeFileSync(join(folder, name), text);
  process.stdout.write(`spec/vectors/${name}\n`);
}
