import { CONSOLE_FOLDER, isConsoleBuilt } from '@coinbox/console';
import { initIssuer, startIssuer, tokenFile } from '@coinbox/issuer';
import type { Clock, Instant } from '@coinbox/protocol';
import { readTextFile, stayUp } from './run.ts';
import type { RunOptions } from './run.ts';

const clock: Clock = { now: () => Date.now() as Instant };

/** The two operators of a new issuer: what the one proposes, the other approves. */
export const PEOPLE = ['maker', 'checker'] as const;

/**
 * Makes the data folder of an issuer and names the files with the operators' tokens. `database`:
 * address of a PostgreSQL database for the ledger; without it the ledger is a file in the folder.
 */
export function makeIssuer(
  folder: string,
  network: string,
  asset: string,
  database?: string,
): string[] {
  const ledger = database === undefined ? {} : { database };
  initIssuer(folder, { network, asset, clock, people: PEOPLE, ...ledger });
  return PEOPLE.map((person) => tokenFile(folder, person));
}

/** An operator's token, out of the file that `init` has written. */
export const readToken = (file: string): string => readTextFile(file).trim();

export async function runIssuer(
  folder: string,
  { host, port, json, webhooksAnywhere = false }: RunOptions & { webhooksAnywhere?: boolean },
): Promise<void> {
  const pages = isConsoleBuilt() ? { consoleFolder: CONSOLE_FOLDER } : {};
  const running = await startIssuer({ folder, host, port, webhooksAnywhere, ...pages });
  await stayUp('issuer', running, json);
}
