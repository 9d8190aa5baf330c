import { signal } from '@preact/signals';
import { rejectionOfProblem, rejectionRow } from '@coinbox/protocol';
import { language } from '../shared/speech.ts';

const KEPT = 'coinbox-token';

/** The operator's token; it leaves with the window. */
export const token = signal(sessionStorage.getItem(KEPT) ?? '');

token.subscribe((value) => {
  if (value) sessionStorage.setItem(KEPT, value);
  else sessionStorage.removeItem(KEPT);
});

/** A "no" of the issuer, or no answer, in words. */
export class Refusal extends Error {}

/** Words for a query; what is empty is left out. */
export function queryOf(words: Readonly<Record<string, string | number | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(words)) {
    if (value !== undefined && value !== '') query.set(name, String(value));
  }
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}

const headers = (shown: string): Record<string, string> => ({
  accept: 'application/json',
  authorization: `Bearer ${shown}`,
});

/** Reads a JSON answer of the issuer. Throws Refusal. */
export async function read<T>(path: string): Promise<T> {
  const answer = await fetch(path, { headers: headers(token.value) });
  if (answer.status === 401) token.value = '';
  return answerOf(answer);
}

/**
 * Asks the issuer for a change; `key` makes it happen once. `shown`: the token of somebody else who
 * is here for this one act. Throws Refusal.
 */
export async function change<T>(
  path: string,
  body: unknown,
  key: string,
  shown = token.value,
): Promise<T> {
  const answer = await fetch(path, {
    method: 'POST',
    headers: { ...headers(shown), 'content-type': 'application/json', 'idempotency-key': key },
    body: JSON.stringify(body),
  });
  return answerOf(answer);
}

async function answerOf<T>(answer: Response): Promise<T> {
  if (answer.ok) return (await answer.json()) as T;
  const problem = rejectionOfProblem(await answer.json().catch(() => undefined));
  const said = problem ? rejectionRow(problem.code)[language.value] : String(answer.status);
  throw new Refusal(problem?.detail ? `${said} (${problem.detail})` : said);
}

/** Opens the stream of events after an index; undefined where there is none. */
export async function openStream(
  after: number,
  signal: AbortSignal,
): Promise<ReadableStream<Uint8Array> | undefined> {
  const answer = await fetch(`/v1/events/stream${queryOf({ after })}`, {
    headers: { authorization: `Bearer ${token.value}` },
    signal,
  });
  return answer.ok ? (answer.body ?? undefined) : undefined;
}
