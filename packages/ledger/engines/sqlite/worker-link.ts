import { Fault } from '@coinbox/protocol';
import { Worker } from 'node:worker_threads';
import type { FaultCode } from '@coinbox/protocol';

/** What the thread needs to open its ledger. */
export type WorkerConfig = { readonly folder: string; readonly maxBytes?: number };

/** One question to the thread. Call 0 is the opening, which is never asked but answered. */
export type Ask = { readonly call: number; readonly method: string; readonly args: unknown[] };

/** An error on its way between threads. Without a code it is a bug. */
export type Failure = {
  readonly code?: FaultCode;
  readonly message: string;
  readonly cause: string;
};

export type Answer =
  | { readonly call: number; readonly value: unknown }
  | { readonly call: number; readonly failure: Failure };

/** The other end of the thread that owns a ledger file. */
export interface WorkerLink {
  /** Asks the thread; answers come in the order of the questions. */
  ask<T>(method: string, ...args: unknown[]): Promise<T>;
  /** Resolves when the thread has ended. */
  readonly ended: Promise<void>;
}

type Pending = { resolve(value: unknown): void; reject(error: unknown): void };

/** Starts the thread and resolves when its ledger is open. Throws the fault of the opening. */
export async function startWorker(config: WorkerConfig): Promise<WorkerLink> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: config });
  const pending = new Map<number, Pending>();
  let calls = 0;
  let over: Fault | undefined;

  const expect = <T>(call: number): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      pending.set(call, { resolve: resolve as (value: unknown) => void, reject });
    });
  const failAll = (fault: Fault): void => {
    over ??= fault;
    for (const { reject } of pending.values()) reject(over);
    pending.clear();
  };

  worker.on('message', (answer: Answer) => {
    const waiting = pending.get(answer.call);
    pending.delete(answer.call);
    if ('failure' in answer) waiting?.reject(errorOf(answer.failure));
    else waiting?.resolve(answer.value);
  });
  worker.on('error', (error) => {
    failAll(new Fault('storage-failed', 'the thread of the ledger crashed', error));
  });
  const ended = new Promise<void>((resolve) => {
    worker.on('exit', () => {
      failAll(new Fault('closed', 'the thread of the ledger has ended'));
      resolve();
    });
  });

  try {
    await expect<void>(0);
  } catch (error) {
    await worker.terminate();
    throw error;
  }
  return {
    ended,
    ask(method, ...args) {
      if (over) return Promise.reject(over);
      calls += 1;
      const answer = expect<never>(calls);
      worker.postMessage({ call: calls, method, args } satisfies Ask);
      return answer;
    },
  };
}

function errorOf({ code, message, cause }: Failure): Error {
  if (code !== undefined) return new Fault(code, message, cause === '' ? undefined : cause);
  return cause === '' ? new Error(message) : new Error(message, { cause });
}
