import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { SessionId } from '@coinbox/protocol';
import { readBookMessages } from '@coinbox/provider';
import { openDatabaseReader, readJsonFile, storageFault } from '@coinbox/storage';
import type { EnrolmentConfig } from '@coinbox/storage';
import { readSessionMessages } from '@coinbox/terminal';
import { FileError } from '../exit-codes.ts';
import { readAll } from './found.ts';
import { isIssuerLog, issuerEntries } from './issuer-log.ts';
import type { Trusted } from './issuer-log.ts';

/** What is at hand about a session, from folders of parties and exports of an issuer. */
export type Material = {
  readonly messages: readonly Uint8Array[];
  readonly certificates: readonly Uint8Array[];
  /** Network, root key and the issuer's certificates, as the sources have them. */
  readonly trust: readonly Trusted[];
};

type Mutable = { messages: Uint8Array[]; certificates: Uint8Array[]; trust: Trusted[] };

/**
 * Reads what the sources hold about a session: folders of terminals, providers, payers and issuers,
 * and files that `coinbox export` has written. Nothing is checked here. Throws FileError, Fault.
 */
export async function collect(sources: readonly string[], session: SessionId): Promise<Material> {
  const material: Mutable = { messages: [], certificates: [], trust: [] };
  for (const source of sources) {
    if (!existsSync(source)) throw new FileError(`${source} does not exist`);
    if (isIssuerLog(source)) await readLog(source, session, material);
    else readParty(source, session, material);
  }
  return material;
}

const CONFIGS = ['terminal.json', 'provider.json', 'payer.json'];
const bytesOf = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'base64url'));

/** A folder of a terminal, a provider or a payer. */
function readParty(folder: string, session: SessionId, material: Mutable): void {
  const config = CONFIGS.find((name) => existsSync(join(folder, name)));
  if (config === undefined) throw new FileError(`${folder} is not the folder of a party`);
  const told = readJsonFile(folder, config) as EnrolmentConfig & Record<string, unknown>;
  material.trust.push({ ...told, source: join(folder, config) });
  for (const [name, value] of Object.entries(told)) {
    if (!/certificate$/i.test(name) || typeof value !== 'string') continue;
    material.certificates.push(bytesOf(value));
  }
  const { messages } = material;
  if (existsSync(join(folder, 'journal.db')))
    messages.push(...readSessionMessages(folder, session));
  if (existsSync(join(folder, 'book.db'))) messages.push(...readBookMessages(folder, session));
  if (existsSync(join(folder, 'payments.db'))) messages.push(...readPayments(folder, session));
}

const PAYER_MESSAGES = ['offer', 'pay', 'accept', 'bill', 'refund', 'receipt'];

function readPayments(folder: string, session: SessionId): Uint8Array[] {
  const database = openDatabaseReader(join(folder, 'payments.db'));
  try {
    const columns = PAYER_MESSAGES.map((name) => `message_${name}`).join(', ');
    const rows = database.prepare(`SELECT ${columns} FROM payment WHERE session = ?`).all(session);
    return rows.flatMap((row) => Object.values(row)).filter((part) => part instanceof Uint8Array);
  } catch (cause) {
    throw storageFault(cause);
  } finally {
    database.close();
  }
}

/**
 * The log of an issuer, twice: what is about the session, then the payments and the wallets that
 * this names.
 */
async function readLog(source: string, session: SessionId, material: Mutable): Promise<void> {
  const found: Uint8Array[] = [];
  for await (const { memo } of issuerEntries(source, (trusted) => material.trust.push(trusted))) {
    if (memo.session === session && memo.request.length > 0) found.push(memo.request);
  }
  if (found.length === 0) return;
  const payments = new Set(found.flatMap((message) => namesIn(message, 'pay_')));
  const certified: { readonly wallet: string; readonly bytes: Uint8Array }[] = [];
  for await (const { id, memo } of issuerEntries(source)) {
    if (payments.has(id)) found.push(memo.request);
    const { wallet } = memo;
    if (wallet && memo.request.length > 0) certified.push({ wallet, bytes: memo.request });
  }
  const wallets = new Set(found.flatMap((message) => namesIn(message, 'wal_')));
  const needed = certified.filter(({ wallet }) => wallets.has(wallet));
  material.messages.push(...found);
  material.certificates.push(...needed.map(({ bytes }) => bytes));
}

/** The ids of one kind that a message names, and those that it carries. */
function namesIn(message: Uint8Array, prefix: string): readonly string[] {
  return readAll([message]).flatMap(({ body }) =>
    Object.values(body as Record<string, unknown>)
      .flat()
      .filter((part) => typeof part === 'string')
      .filter((part) => part.startsWith(prefix)),
  );
}
