import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** The daemon's own place for its socket: there is one of them on a machine. */
const DAEMON_SOCKET = '/run/pcscd/pcscd.comm';
const DRIVER = '/usr/lib/pcsc/drivers/serial/libifdvpcd.so';
const DAEMON = '/usr/sbin/pcscd';
/** Debian's gcc, or any other. */
export const COMPILER = '/usr/bin/cc';

/** Why there can be no virtual reader here; undefined when there can. */
export function noVirtualReader(): string | undefined {
  for (const file of [DAEMON, DRIVER, COMPILER]) if (!existsSync(file)) return `no ${file}`;
  if (existsSync(DAEMON_SOCKET)) return `no room: a pcscd of somebody else has ${DAEMON_SOCKET}`;
  return process.getuid?.() === 0 ? undefined : 'pcscd needs root';
}

/** A card reader without hardware: a real PC/SC daemon with the driver of vsmartcard. */
export type VirtualReader = {
  /** What the name of the reader begins with. */
  readonly name: string;
  /** Puts a card on the reader: the socket that the reader speaks to it over. Ended, it is gone. */
  insert(): Promise<Socket>;
  close(): Promise<void>;
};

/** Starts the daemon as a process of its own, on loopback alone. */
export async function startVirtualReader(): Promise<VirtualReader> {
  const folder = mkdtempSync(join(tmpdir(), 'coinbox-reader-'));
  const shim = compileShim('loopback-shim.c', folder);
  const port = await freePort();
  const number = `0x${port.toString(16).toUpperCase()}`;
  const name = 'Coinbox Test';
  const config = [
    `FRIENDLYNAME "${name}"`,
    `DEVICENAME /dev/null:${number}`,
    `LIBPATH ${DRIVER}`,
    `CHANNELID ${number}`,
  ];
  const configFolder = join(folder, 'config');
  mkdirSync(configFolder);
  writeFileSync(join(configFolder, 'reader'), `${config.join('\n')}\n`);
  const daemon = spawn(DAEMON, ['--foreground', '--error', '--config', configFolder], {
    stdio: 'ignore',
    env: { ...process.env, LD_PRELOAD: shim },
  });
  const close = async (): Promise<void> => {
    await end(daemon);
    rmSync(folder, { recursive: true });
  };
  try {
    await isReachable(daemon, DAEMON_SOCKET);
  } catch (fault) {
    await close();
    throw fault;
  }
  return { name, insert: () => open({ port, host: '127.0.0.1' }), close };
}

/** Makes what a program is preloaded with out of a source beside this file. Gives its path. */
export function compileShim(source: string, folder: string): string {
  const shim = join(folder, source.replace(/c$/, 'so'));
  const from = join(import.meta.dirname, source);
  execFileSync(COMPILER, ['-O2', '-shared', '-fPIC', '-o', shim, from, '-ldl']);
  return shim;
}

/** A port that is free, and the one after it too: the reader has two slots. */
async function freePort(): Promise<number> {
  for (;;) {
    const first = createServer();
    const port = await listen(first, 0);
    const second = createServer();
    const isFree = await listen(second, port + 1).catch(() => 0);
    for (const server of [first, second]) await closed(server);
    if (isFree !== 0) return port;
  }
}

const listen = (server: ReturnType<typeof createServer>, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });

/** One that never listened is closed already. */
const closed = (server: ReturnType<typeof createServer>): Promise<unknown> =>
  new Promise((resolve) => server.close(resolve));

const open = (where: { port: number; host: string } | { path: string }): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = connect(where, () => resolve(socket));
    socket.once('error', reject);
  });

/** Until the program takes connections on its socket. */
export async function isReachable(program: ChildProcess, path: string): Promise<void> {
  for (const last = performance.now() + 10_000; performance.now() < last; await sleep(20)) {
    if (program.exitCode !== null) throw new Error(`it ended with ${program.exitCode}`);
    const socket = await open({ path }).catch(() => undefined);
    socket?.destroy();
    if (socket) return;
  }
  throw new Error(`nobody listens at ${path}`);
}

/** Ends a program that was started here. */
export async function end(program: ChildProcess): Promise<void> {
  if (program.exitCode !== null || program.signalCode !== null) return;
  const gone = new Promise((resolve) => program.once('exit', resolve));
  program.kill();
  await gone;
}
