import { readFileSync } from 'node:fs';
import { printJson, tell, untilStopped } from '../output.ts';
import { UsageError } from '../exit-codes.ts';

/** What every long-running command takes. */
export type RunOptions = { readonly host: string; readonly port: number; readonly json: boolean };

type Running = { readonly url: string; close(): Promise<void> };

/** Says where it listens, and stays until it is told to end. */
export async function stayUp(name: string, running: Running, json: boolean): Promise<void> {
  if (json) printJson({ ready: true, url: running.url });
  else tell(`${name} listens on ${running.url}. Ctrl-C ends it.`);
  await untilStopped();
  await running.close();
}

/** A fault of a running program: told, not hidden, and the program goes on. */
export const reportFault = (fault: unknown): void =>
  tell(fault instanceof Error ? `${fault.name}: ${fault.message}` : String(fault));

const unreadable: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'its owner does not allow it',
  EISDIR: 'it is a folder',
};

/** The text of a file that the user named. Throws UsageError. */
export function readTextFile(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const { code = '' } = cause as NodeJS.ErrnoException;
    throw new UsageError(`cannot read ${file}: ${unreadable[code] ?? (cause as Error).message}`);
  }
}

/** Only loopback: nothing of Coinbox is offered to a network by mistake. */
export function checkLoopback(host: string): string {
  if (host === '127.0.0.1' || host === 'localhost' || host === '::1') return host;
  throw new UsageError(`--host ${host}: only loopback addresses; put a TLS proxy before it`);
}
