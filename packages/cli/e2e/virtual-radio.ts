import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { COMPILER, compileShim, end, isReachable } from './virtual-reader.ts';

const PROGRAM = '/usr/bin/btvirt';
/** Where btvirt listens: there is one of them on a machine. Every client is a controller. */
const SOCKETS = ['bredr', 'bredrle', 'le', 'amp', 'mon'].map((kind) => `/tmp/bt-server-${kind}`);
const LOW_ENERGY = '/tmp/bt-server-le';

/** Why there can be no virtual radio here; undefined when there can. */
export const noVirtualRadio = (): string | undefined =>
  [PROGRAM, COMPILER].map((file) => (existsSync(file) ? undefined : `no ${file}`)).find(Boolean);

/** The controllers of BlueZ's emulator, in one air, as a process of its own. */
export type VirtualRadio = { readonly path: string; close(): Promise<void> };

export async function startVirtualRadio(): Promise<VirtualRadio> {
  const folder = mkdtempSync(join(tmpdir(), 'coinbox-radio-'));
  const shim = compileShim('no-crypto-shim.c', folder);
  // Sockets that a program which was killed has left.
  for (const socket of SOCKETS) rmSync(socket, { force: true });
  const program = spawn(PROGRAM, ['-s'], {
    stdio: 'ignore',
    env: { ...process.env, LD_PRELOAD: shim },
  });
  const close = async (): Promise<void> => {
    await end(program);
    for (const socket of SOCKETS) rmSync(socket, { force: true });
    rmSync(folder, { recursive: true });
  };
  try {
    await isReachable(program, LOW_ENERGY);
  } catch (fault) {
    await close();
    throw fault;
  }
  return { path: LOW_ENERGY, close };
}
