import { Fault } from '@coinbox/protocol';
import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** The check of a whole file, which goes on beside its ledger. */
export interface FileCheck {
  /** Why the ledger must not go on; undefined while nothing was found. */
  readonly fault: Fault | undefined;
  /** Resolves when the check has ended, whatever it found. */
  readonly ended: Promise<void>;
  /** Ends it at once. */
  stop(): void;
}

/** How the process says what it has found, on its standard output. */
export const WHOLE = 'whole';

const CHILD = join(import.meta.dirname, 'file-check-child.ts');

/**
 * Checks the structure of every page of a ledger file (quick_check) in a process of its own, at the
 * lowest priority: that takes seconds for each gigabyte, and a thread in the middle of it could not
 * be ended. A check that cannot be made says nothing of the file; it is warned of.
 */
export function checkFileBeside(file: string): FileCheck {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', CHILD, file], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let said = '';
  let fault: Fault | undefined;
  let isStopped = false;
  child.stdout.on('data', (chunk: Buffer) => (said = `${said}${chunk}`.slice(0, 500)));
  child.once('error', () => undefined);
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => {
      const verdict = said.trim();
      if (verdict !== '' && verdict !== WHOLE) fault = new Fault('ledger-corrupt', verdict);
      if (verdict === '' && !isStopped) process.emitWarning(`${file} could not be checked`);
      resolve();
    });
  });
  return {
    get fault() {
      return fault;
    },
    ended,
    stop() {
      isStopped = true;
      child.kill('SIGKILL');
    },
  };
}
