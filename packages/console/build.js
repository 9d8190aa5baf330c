// Builds the pages into dist. Plain JavaScript: it also runs on an old Node after `npm ci`.
// Where the build tools are not installed (npm ci --omit=dev), it says so and does no harm.
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const built = join(here, 'dist');
// Beside the place it goes to, and ignored by everybody: a half-built dist is never seen.
const fresh = join(here, 'node_modules', `.dist-${process.pid}`);
const former = `${fresh}-former`;

const vite = await import('vite').catch(() => undefined);
if (vite === undefined) {
  process.stderr.write('the console is not built: vite is not installed\n');
} else {
  mkdirSync(dirname(fresh), { recursive: true });
  await vite.build({ configFile: join(here, 'vite.config.ts'), build: { outDir: fresh } });
  try {
    renameSync(built, former);
  } catch (cause) {
    if (cause.code !== 'ENOENT') throw cause;
  }
  renameSync(fresh, built);
  rmSync(former, { recursive: true, force: true });
}
