import { randomBytes, timingSafeEqual } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { problemOf, reject } from '@coinbox/protocol';
import type { Reading, Rejection, Result, SessionId } from '@coinbox/protocol';
import { checkSecretFile, writeFileDurably } from '@coinbox/storage';
import type { Provider } from './agent.ts';
import { readBillLines } from './own-bill.ts';
import type { SessionState } from './state.ts';

const TOKEN_FILE = 'billing.token';

/** The token with which a provider's own system bills: made once, and kept in its folder. */
export function openBillingToken(folder: string): string {
  const file = join(folder, TOKEN_FILE);
  if (!existsSync(file)) writeFileDurably(file, `${randomBytes(32).toString('base64url')}\n`);
  checkSecretFile(file);
  return readFileSync(file, 'utf8').trim();
}

export type JsonQuestion = {
  readonly method: string;
  /** Below the provider's wallet: `/sessions`, `/sessions/ses_…/bill`. */
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: string;
};
export type JsonAnswer = { readonly status: number; readonly body: object };

/**
 * Billing by JSON: `GET /sessions` lists what waits for a bill, `POST /sessions/ID/bill` with
 * `{ "lines": [ … ] }` bills one. A rejection is a problem document of RFC 9457.
 */
export function answerJson(provider: Provider, token: string, question: JsonQuestion): JsonAnswer {
  const { method, path, authorization, body } = question;
  if (!isAllowed(authorization, token)) return { status: 401, body: { title: 'Unauthorized' } };
  if (method === 'GET' && path === '/sessions') {
    return { status: 200, body: { sessions: provider.waiting().map(sessionJson) } };
  }
  const session = /^\/sessions\/(ses_[0-9A-Z]+)\/bill$/.exec(path)?.[1] as SessionId | undefined;
  if (method !== 'POST' || !session) return refusal(reject('not-found').rejection);
  const lines = readLines(body);
  const bill = lines.ok ? provider.bill(session, lines.value) : lines;
  return bill.ok ? { status: 200, body: { bill: bill.value } } : refusal(bill.rejection);
}

function refusal(rejection: Rejection): JsonAnswer {
  const problem = problemOf(rejection);
  return { status: problem.status, body: problem };
}

function isAllowed(authorization: string | undefined, token: string): boolean {
  const given = Buffer.from(authorization ?? '');
  const wanted = Buffer.from(`Bearer ${token}`);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

function readLines(body: string): Result<NonNullable<Parameters<Provider['bill']>[1]>> {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return reject('malformed-json');
  }
  if (typeof json !== 'object' || json === null) return reject('malformed-json');
  const { lines, ...others } = json as { lines?: unknown };
  const [stranger] = Object.keys(others);
  if (stranger !== undefined) return reject('malformed-value', `unknown field ${stranger}`);
  return readBillLines(lines);
}

const sessionJson = ({ session, terminal, readings }: SessionState) => ({
  session,
  terminal,
  readings: readings.map(readingJson),
});

const readingJson = (reading: Reading): object =>
  Object.fromEntries(
    Object.entries(reading).map(([name, value]) => [
      name,
      typeof value === 'bigint' ? value.toString() : value,
    ]),
  );
