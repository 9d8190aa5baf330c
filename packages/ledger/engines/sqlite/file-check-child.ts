import { constants, setPriority } from 'node:os';
import { DatabaseSync } from 'node:sqlite';
import { checkStructure } from './check.ts';
import { WHOLE } from './file-check.ts';

// Run by file-check.ts: file-check-child.ts FILE. Prints `whole`, or what is wrong with the file.

const [file = ''] = process.argv.slice(2);
setPriority(constants.priority.PRIORITY_LOW);
const db = new DatabaseSync(file, { readOnly: true, timeout: 5000 });
let verdict = WHOLE;
try {
  checkStructure(db);
} catch (error) {
  verdict = (error as Error).message;
} finally {
  db.close();
}
process.stdout.write(`${verdict}\n`);
