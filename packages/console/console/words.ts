import { speechOf } from '../shared/speech.ts';
import { CONSOLE_TEXTS } from '../texts/console.ts';

/** The texts of the console. */
export const t = speechOf(CONSOLE_TEXTS);
