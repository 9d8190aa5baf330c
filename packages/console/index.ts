import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The folder of the built pages: `index.html`, `pay/`, `face/` and what they load. */
export const CONSOLE_FOLDER: string = join(import.meta.dirname, 'dist');

/** Have the pages been built (`npm run build:console`)? */
export const isConsoleBuilt = (): boolean => existsSync(join(CONSOLE_FOLDER, 'index.html'));
