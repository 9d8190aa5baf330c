import { Fault } from '@coinbox/protocol';
import type { Clock } from '@coinbox/protocol';
import type { Ledger } from '@coinbox/ledger';
import { Worker } from 'node:worker_threads';
import type { Issuer } from '../issuer.ts';
import type { Api } from '../operations/api.ts';
import type { Opening, Question, Reply, ThreadOptions } from './calls.ts';
import { errorOf } from './failure.ts';
import { answerOf, failureIn, packParts, unpackParts } from './packed.ts';
import type { Part } from './packed.ts';

/** What of a ledger can be asked from another thread. */
export type LedgerReads = Omit<Ledger, 'post' | 'close'>;

/** An issuer in a thread of its own. */
export type RemoteIssuer = Pick<
  Issuer,
  'submit' | 'submitRun' | 'call' | 'summary' | 'follow' | 'close'
> & {
  readonly ledger: LedgerReads;
  /** The last entry that it had seen when it was opened. */
  readonly openedAt: number;
};

type Pending = { resolve(value: never): void; reject(error: unknown): void };

/**
 * Starts the issuer of `folder` in a thread and resolves when it takes requests. Messages that come
 * in one turn go over together. Throws as openFolder and createIssuer do.
 */
export async function startIssuerThread(folder: string, clock: Clock): Promise<RemoteIssuer> {
  const options: ThreadOptions = { folder, at: clock.now() };
  const worker = new Worker(new URL('./issuer-thread.ts', import.meta.url), {
    workerData: options,
  });
  const { next, expect, ended, isOpen, checkOpen } = callsTo(worker);
  let messages: Part[] = [];
  const send = (): void => {
    const packed = packParts(messages);
    messages = [];
    const question: Question = { kind: 'messages', at: clock.now(), packed };
    worker.postMessage(question, [packed.buffer]);
  };
  async function ask<T>(method: string, ...args: unknown[]): Promise<T> {
    checkOpen();
    const call = next();
    const answer = expect<T>(call);
    worker.postMessage({ kind: 'ask', at: clock.now(), call, method, args } satisfies Question);
    return answer;
  }

  const { index } = await expect<Opening>(0).catch(async (cause: unknown) => {
    await ended;
    throw cause;
  });
  return {
    openedAt: index,
    async submit(bytes) {
      checkOpen();
      const call = next();
      if (messages.length === 0) setImmediate(send);
      messages.push({ call, text: '', bytes });
      return expect(call);
    },
    submitRun: (run) => ask('submitRun', run),
    call: (name, call) => ask('call', name, call) as ReturnType<Api[typeof name]>,
    summary: () => ask('summary'),
    follow: () => ask('follow'),
    ledger: ledgerReads((method, args) => ask('ledger', method, args)),
    async close() {
      if (isOpen()) await ask('close');
      await ended;
    },
  };
}

type Calls = {
  /** A number for a new call. */
  next(): number;
  /** The answer to a call, or what it failed with. */
  expect<T>(call: number): Promise<T>;
  isOpen(): boolean;
  /** Throws what the thread has ended with. */
  checkOpen(): void;
  /** Resolves when the thread has ended. */
  readonly ended: Promise<void>;
};

/** The calls that are under way in a thread. When it ends, they fail. */
function callsTo(worker: Worker): Calls {
  const pending = new Map<number, Pending>();
  let calls = 0;
  let over: Fault | undefined;
  const expect = <T>(call: number): Promise<T> =>
    new Promise((resolve, reject) => pending.set(call, { resolve, reject }));
  const settle = (call: number, how: (waiting: Pending) => void): void => {
    const waiting = pending.get(call);
    pending.delete(call);
    if (waiting) how(waiting);
  };
  const failAll = (fault: Fault): void => {
    over ??= fault;
    for (const { reject } of pending.values()) reject(over);
    pending.clear();
  };
  const takeAnswer = (part: Part): void =>
    settle(part.call, ({ resolve, reject }) => {
      const failure = failureIn(part);
      if (failure) reject(errorOf(failure));
      else resolve(answerOf(part) as never);
    });
  worker.on('message', (reply: Reply) => {
    if (reply.kind === 'answers') return unpackParts(reply.packed).forEach(takeAnswer);
    settle(reply.call, ({ resolve, reject }) => {
      if (reply.kind === 'failure') reject(errorOf(reply.failure));
      else resolve(reply.value as never);
    });
  });
  worker.on('error', (cause) => failAll(new Fault('closed', 'the issuer has crashed', cause)));
  const ended = new Promise<void>((resolve) => {
    worker.on('exit', () => {
      failAll(new Fault('closed', 'the issuer was closed'));
      resolve();
    });
  });

  return {
    next: () => (calls += 1),
    expect,
    isOpen: () => over === undefined,
    checkOpen() {
      if (over) throw over;
    },
    ended,
  };
}

const READS = [
  'outcome',
  'entry',
  'entryOf',
  'account',
  'standing',
  'statement',
  'hold',
  'claim',
  'series',
  'accounts',
  'entries',
  'sumOf',
  'head',
] as const satisfies readonly (keyof LedgerReads)[];

const ledgerReads = (
  ask: (method: string, args: readonly unknown[]) => Promise<unknown>,
): LedgerReads =>
  Object.fromEntries(
    READS.map((method) => [method, (...args: readonly unknown[]) => ask(method, args)]),
  ) as unknown as LedgerReads;
