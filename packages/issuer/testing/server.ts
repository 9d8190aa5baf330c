import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { readConfig } from '../config.ts';
import { initIssuer, tokenFile } from '../init.ts';
import { startIssuer } from '../server.ts';
import type { RunningIssuer } from '../server.ts';
import type { RemoteIssuer } from '../thread/remote-issuer.ts';
import { TEST_ASSET, TEST_NETWORK, fixtureOf } from './fixture.ts';
import type { RunningFixture } from './fixture.ts';
import { createTestClock, createTestRandom } from './wallets.ts';

/** An answer over HTTP, read to its end. */
export type HttpAnswer = {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Buffer;
  /** The body as JSON; undefined where it is none. */
  readonly json: Record<string, unknown> | undefined;
};

export type Asking = {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
  /** Whose token goes along. */
  readonly as?: string;
  /** Idempotency-Key. */
  readonly key?: string;
  /** A body as JSON. */
  readonly json?: unknown;
};

/** A real server on 127.0.0.1 with a folder of its own. */
export type ServerFixture = RunningFixture<RemoteIssuer> & {
  readonly url: string;
  readonly folder: string;
  ask(path: string, asking?: Asking): Promise<HttpAnswer>;
  /** POST /v1/messages. */
  send(message: Uint8Array): Promise<HttpAnswer>;
  tokenOf(person: string): string;
  /** Stops the server and starts it again over the same folder. */
  restart(between?: () => void): Promise<void>;
  close(): Promise<void>;
};

const silent = pino({ level: 'silent' });

export async function createServerFixture(): Promise<ServerFixture> {
  const folder = mkdtempSync(join(tmpdir(), 'coinbox-issuer-'));
  const clock = createTestClock();
  const random = createTestRandom(folder);
  initIssuer(folder, { network: TEST_NETWORK, asset: TEST_ASSET, clock });
  const start = (): Promise<RunningIssuer> => startIssuer({ folder, clock, log: silent });
  let running = await start();
  const fixture = (): RunningFixture<RemoteIssuer> =>
    fixtureOf(
      running.issuer,
      { ...readConfig(folder), ledger: running.issuer.ledger },
      clock,
      random,
    );
  const tokenOf = (person: string): string =>
    readFileSync(tokenFile(folder, person), 'utf8').trim();

  async function ask(path: string, asking: Asking = {}): Promise<HttpAnswer> {
    const { method = 'GET', as, key, json, body } = asking;
    const headers: Record<string, string> = {
      ...(json !== undefined && { 'content-type': 'application/json' }),
      ...(as !== undefined && { authorization: `Bearer ${tokenOf(as)}` }),
      ...(key !== undefined && { 'idempotency-key': key }),
      ...asking.headers,
    };
    const sent = json === undefined ? body : JSON.stringify(json);
    const answer = await fetch(running.url + path, {
      method,
      headers,
      ...(sent !== undefined && { body: sent as string }),
    });
    const bytes = Buffer.from(await answer.arrayBuffer());
    const isJson = (answer.headers.get('content-type') ?? '').includes('json');
    return {
      status: answer.status,
      headers: answer.headers,
      bytes,
      json: isJson && bytes.length > 0 ? JSON.parse(bytes.toString()) : undefined,
    };
  }

  const server: ServerFixture = {
    ...fixture(),
    get url() {
      return running.url;
    },
    folder,
    ask,
    send: (message) =>
      ask('/v1/messages', {
        method: 'POST',
        headers: { 'content-type': 'application/cose; cose-type="cose-sign1"' },
        body: message,
      }),
    tokenOf,
    async restart(between) {
      await running.close();
      between?.();
      running = await start();
      Object.assign(server, fixture());
    },
    async close() {
      await running.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return server;
}
