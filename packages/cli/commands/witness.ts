import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { lookAtLog } from '@coinbox/log';
import type { Look, ReadLogFile } from '@coinbox/log';
import { Fault, formatKeyId, formatNoteKey, logKeyOf, parseNoteKey } from '@coinbox/protocol';
import type { Instant, NoteKey, Signer } from '@coinbox/protocol';
import {
  createKeys,
  lockFolder,
  makeFolder,
  openKeys,
  readEnrolment,
  readJsonFile,
  writeFileDurably,
  writeJsonFile,
} from '@coinbox/storage';
import { issuerClient, orFail } from '../enrol.ts';
import { FileError } from '../exit-codes.ts';

const CONFIG_FILE = 'witness.json';
const KEY_NAME = 'witness';
/** The checkpoint of the log that was signed last. */
const SEEN_FILE = 'seen';
export const EVIDENCE_FILE = 'evidence.json';

/** What `witness.json` says. Keys as c2sp.org/signed-note writes them. */
type WitnessConfig = {
  readonly issuerUrl: string;
  /** The key of the log. */
  readonly log: string;
  /** The key of this witness, with its name. */
  readonly key: string;
};

export type InitWitness = {
  /** Address of the issuer whose log is to be watched. */
  readonly log: string;
  /** Name of the witness: a URL without `https://`. Default: `witness/` and the id of its key. */
  readonly name?: string;
  /** The root key that the issuer must name, base64url. */
  readonly root?: string;
};

const now = (): Instant => Date.now() as Instant;

/**
 * Makes the folder of a witness: its key, and the key of the log as the issuer's certificate has
 * it. Answers with the key of the witness, to hand on. Throws Fault, FileError, RefusedError.
 */
export async function makeWitness(folder: string, { log, name, root }: InitWitness) {
  const discovery = orFail(await issuerClient(log).discover(), 'discover');
  if (root !== undefined && root !== discovery.root.bytes) {
    throw new FileError(`the issuer names another root key: ${discovery.root.bytes}`);
  }
  const told = readEnrolment('the issuer', { ...discovery, issuerUrl: log }, now());
  const { publicKey } = told.pin(discovery.certificates[1] ?? '', 'issuer').body;
  makeFolder(folder);
  const signer = createKeys(folder, { [KEY_NAME]: 'EdDSA' }).signer(KEY_NAME);
  const key = formatNoteKey({
    name: name ?? `witness/${formatKeyId(signer.keyId)}`,
    type: 'cosignature',
    publicKey: signer.publicKey.bytes,
  });
  const logKey = formatNoteKey(logKeyOf(discovery.network, publicKey.bytes));
  const config: WitnessConfig = { issuerUrl: log, log: logKey, key };
  writeJsonFile(folder, CONFIG_FILE, config);
  return { key, log: logKey, root: discovery.root.bytes };
}

type WitnessFolder = { readonly url: string; readonly log: NoteKey; readonly key: NoteKey };

function readWitness(folder: string): WitnessFolder & { readonly signer: Signer } {
  const config = readJsonFile(folder, CONFIG_FILE) as Partial<WitnessConfig>;
  const [log, key] = [config.log, config.key].map((text) => parseNoteKey(String(text)));
  if (!log?.ok || !key?.ok || typeof config.issuerUrl !== 'string') {
    throw new Fault('config-invalid', `${join(folder, CONFIG_FILE)} names no log and key`);
  }
  const signer = openKeys(folder).signer(KEY_NAME);
  return { url: config.issuerUrl, log: log.value, key: key.value, signer };
}

const MOST_FILE_BYTES = 65_536;

/** Reads files of a log over HTTP. Throws Fault unreachable. */
const readFrom =
  (url: string): ReadLogFile =>
  async (path) => {
    const unreachable = (cause: unknown): never => {
      throw new Fault('unreachable', `${url}/log/${path}`, cause);
    };
    const signal = AbortSignal.timeout(10_000);
    const answer = await fetch(`${url}/log/${path}`, { signal }).catch(unreachable);
    if (answer.status === 404) return undefined;
    if (answer.status !== 200) return unreachable(`status ${answer.status}`);
    const bytes = new Uint8Array(await answer.arrayBuffer().catch(unreachable));
    return bytes.length > MOST_FILE_BYTES ? undefined : bytes;
  };

/** A witness over its folder, which is its own until it is closed. */
export type Witness = {
  /** The key that others check its signatures with. */
  readonly key: string;
  /** What the last look has come to; undefined before the first. */
  readonly last: () => Look | undefined;
  /** Looks at the log once. With evidence in the folder it looks no more. */
  look(): Promise<Look>;
  close(): void;
};

/** Opens a witness. Throws Fault: not-initialised, config-invalid, already-running. */
export function openWitness(folder: string): Witness {
  const { url, log, key, signer } = readWitness(folder);
  const lock = lockFolder(folder);
  const [seen, evidence] = [join(folder, SEEN_FILE), join(folder, EVIDENCE_FILE)];
  const read = readFrom(url);
  let last: Look | undefined;

  async function lookOnce(): Promise<Look> {
    if (existsSync(evidence)) {
      return { kind: 'evidence', evidence: readJsonFile(folder, EVIDENCE_FILE) as never };
    }
    try {
      return await lookAtLog({
        log,
        key,
        signer,
        read,
        last: () => (existsSync(seen) ? readFileSync(seen, 'utf8') : undefined),
        keep: (note) => writeFileDurably(seen, note),
        now: () => Math.floor(now() / 1000),
      });
    } catch (failure) {
      if (!(failure instanceof Fault) || failure.code !== 'unreachable') throw failure;
      return { kind: 'nothing', why: `${failure.code}: ${failure.message}` };
    }
  }
  return {
    key: formatNoteKey(key),
    last: () => last,
    async look() {
      last = await lookOnce();
      if (last.kind === 'evidence' && !existsSync(evidence)) {
        writeJsonFile(folder, EVIDENCE_FILE, last.evidence);
      }
      return last;
    },
    close: () => lock.release(),
  };
}

/** What a look has come to, as JSON. */
export function lookJson(look: Look | undefined): Record<string, unknown> {
  if (!look) return { state: 'starting' };
  if (look.kind === 'nothing') return { state: 'waiting', why: look.why };
  if (look.kind === 'evidence') return { state: 'evidence', ...look.evidence };
  const { origin, size, root } = look.checkpoint;
  return { state: 'signed', origin, size, root: Buffer.from(root).toString('base64') };
}

export type RunningWitness = {
  readonly url: string;
  close(): Promise<void>;
};

/**
 * Serves what a witness has seen: `/` says how it stands, `/checkpoint` is the checkpoint that was
 * signed last, with both signatures. Fault unreachable where the port cannot be used.
 */
export async function serveWitness(
  witness: Witness,
  host: string,
  port: number,
): Promise<RunningWitness> {
  const server = createServer((request, response) => answer(witness, request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  }).catch((cause: unknown) => {
    throw new Fault('unreachable', `cannot listen on ${host}:${port}`, cause);
  });
  const { port: used } = server.address() as AddressInfo;
  return { url: `http://${host}:${used}`, close: () => closeServer(server) };
}

function answer(witness: Witness, { method, url }: IncomingMessage, response: ServerResponse) {
  const last = witness.last();
  const send = (status: number, type: string, body: string): void => {
    response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' });
    response.end(body);
  };
  const isRead = method === 'GET' || method === 'HEAD';
  if (isRead && url === '/') {
    const body = JSON.stringify({ key: witness.key, ...lookJson(last) });
    return send(last?.kind === 'evidence' ? 409 : 200, 'application/json', `${body}\n`);
  }
  if (isRead && url === '/checkpoint' && last?.kind === 'signed') {
    return send(200, 'text/plain; charset=utf-8', last.note);
  }
  return send(isRead ? 404 : 405, 'text/plain; charset=utf-8', 'nothing here\n');
}

const closeServer = (server: Server): Promise<void> => {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
};
