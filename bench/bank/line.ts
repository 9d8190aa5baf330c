import { tokenFile } from '@coinbox/issuer';
import { Fault, createIssuerClient } from '@coinbox/protocol';
import type { IssuerClient, Result } from '@coinbox/protocol';
import { readFileSync } from 'node:fs';
import { startServer } from '../lib/processes.ts';
import type { LogEntry } from './history.ts';

type Operators = { readonly maker: IssuerClient; readonly checker: IssuerClient };

/** What is asked of the issuer, by one of the two operators. */
export type Question<T> = (operators: Operators) => Promise<Result<T>>;

/** An answer, when it was first asked for, when it was asked for last, and when it was had. */
export type Timed<T> = {
  readonly result: Result<T>;
  readonly began: number;
  readonly asked: number;
  readonly ended: number;
};

/** The line to an issuer that is killed now and then. */
export type Line = {
  /** Asks until there is an answer: what was not answered is asked again, unchanged. */
  ask<T>(question: Question<T>): Promise<Timed<T>>;
  /** kill -9, and a start over the same folder. */
  kill(): Promise<void>;
  /** The whole log, page by page. */
  log(): AsyncIterable<LogEntry>;
  close(): Promise<void>;
};

/** Answers that are none: the same question may be answered later. */
const PASSING = new Set(['overloaded', 'internal-error', 'idempotency-in-progress']);

/** Starts the issuer of a folder as a process, and opens a line to it. */
export async function openLine(folder: string): Promise<Line> {
  const tokenOf = (person: string): string =>
    readFileSync(tokenFile(folder, person), 'utf8').trim();
  const connect = async () => {
    const server = await startServer(folder);
    const { url } = server;
    const clientOf = (person: string): IssuerClient =>
      createIssuerClient({ url, fetch: fetch as never, token: tokenOf(person) });
    return { server, operators: { maker: clientOf('maker'), checker: clientOf('checker') } };
  };
  // Replaced at each kill; who asks waits for the new one.
  let connected = connect();
  await connected;

  async function page(cursor: string | undefined) {
    const { server } = await connected;
    const more = cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const headers = { authorization: `Bearer ${tokenOf('maker')}` };
    const answer = await fetch(`${server.url}/v1/entries?limit=500${more}`, { headers });
    if (!answer.ok) throw new Error(`the log cannot be read: ${answer.status}`);
    return (await answer.json()) as { items: LogEntry[]; next?: string };
  }

  return {
    async ask<T>(question: Question<T>): Promise<Timed<T>> {
      const began = performance.now();
      for (;;) {
        const { operators } = await connected;
        const asked = performance.now();
        try {
          const result = await question(operators);
          const isAnswer = result.ok || !PASSING.has(result.rejection.code);
          if (isAnswer) return { result, began, asked, ended: performance.now() };
        } catch (fault) {
          if (!(fault instanceof Fault)) throw fault;
        }
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
    async kill() {
      const { server } = await connected;
      const killed = server.kill();
      connected = killed.then(connect);
      await connected;
    },
    async *log() {
      let cursor: string | undefined;
      do {
        const { items, next } = await page(cursor);
        yield* items;
        cursor = next;
      } while (cursor !== undefined);
    },
    close: async () => (await connected).server.stop(),
  };
}
