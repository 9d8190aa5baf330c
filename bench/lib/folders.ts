import type { Algorithm } from '@coinbox/protocol';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runChild, startServer } from './processes.ts';
import type { Server } from './processes.ts';

/** What a prepared issuer holds: payments that are applied, and the SETTLEs to come, signed. */
export type Plan = {
  readonly algorithm: Algorithm;
  /** Each is one lane. */
  readonly terminals: number;
  /** SETTLEs of each terminal. */
  readonly each: number;
  /** How many providers the terminals are mapped to, in turn. */
  readonly providers: number;
  /** Wallets that nobody uses, beside those. */
  readonly idleWallets?: number;
};

/** Folders inside a prepared one. */
export const ISSUER_FOLDER = 'issuer';

/** Calls `use` with a prepared folder that is deleted afterwards. */
export async function withPrepared<T>(plan: Plan, use: (folder: string) => Promise<T>): Promise<T> {
  return withFolder(async (folder) => {
    await runChild('prepare', { ...plan, folder });
    return use(folder);
  });
}

/** Starts a server over a copy of what was prepared, so that each run begins with the same. */
export async function withServer<T>(
  prepared: string,
  use: (server: Server, folder: string) => Promise<T>,
): Promise<T> {
  return withFolder(async (folder) => {
    cpSync(join(prepared, ISSUER_FOLDER), folder, { recursive: true });
    const server = await startServer(folder);
    try {
      return await use(server, folder);
    } finally {
      await server.stop();
    }
  });
}

/** Calls `use` with an empty folder that is deleted afterwards. */
export async function withFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'coinbox-bench-'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
