import { Fault } from '@coinbox/protocol';
import { Worker } from 'node:worker_threads';
import { packChecks } from './packed-checks.ts';
import type { Check } from './present.ts';
import type { Verifier } from './verifier.ts';

/** Messages that a thread gets at once, at most. */
const MOST_AT_ONCE = 64;
/** So few messages are not spread over several threads: handing over costs more than it gains. */
const WORTH_SPREADING = 16;

type Waiting = {
  readonly checks: readonly Check[];
  resolve(valid: readonly boolean[]): void;
  reject(fault: unknown): void;
};

type Thread = { readonly worker: Worker; underWay: Waiting[] };

/**
 * Verifies in `size` threads of their own. A thread has one batch at a time: what comes in while
 * all are at work is the next batch, so that batches grow with the load and an idle thread waits
 * for nothing. How much waits is bounded by whoever lets messages in.
 */
export function createVerifierPool(size: number): Verifier {
  const waiting: Waiting[] = [];
  const threads: Thread[] = [];
  let over: Fault | undefined;
  let isAwake = false;

  function failAll(fault: Fault): void {
    over ??= fault;
    for (const { underWay } of threads) for (const one of underWay.splice(0)) one.reject(over);
    for (const one of waiting.splice(0)) one.reject(over);
  }

  function handOver(): void {
    isAwake = false;
    const free = threads.filter(({ underWay }) => underWay.length === 0);
    const share = Math.max(WORTH_SPREADING, Math.ceil(waiting.length / Math.max(1, free.length)));
    for (const thread of free) {
      if (waiting.length === 0) return;
      thread.underWay = waiting.splice(0, Math.min(share, MOST_AT_ONCE));
      const packed = packChecks(thread.underWay.map(({ checks }) => checks));
      thread.worker.postMessage(packed, [packed.buffer]);
    }
  }

  /** `verdicts`: a byte for each check, in order. */
  function take(thread: Thread, verdicts: Uint8Array): void {
    const answered = thread.underWay;
    thread.underWay = [];
    handOver();
    let at = 0;
    for (const { checks, resolve } of answered) {
      resolve(checks.map(() => verdicts[at++] === 1));
    }
  }

  for (let i = 0; i < size; i++) {
    const worker = new Worker(new URL('./pool-worker.ts', import.meta.url));
    const thread: Thread = { worker, underWay: [] };
    threads.push(thread);
    worker.on('message', (verdicts: Uint8Array) => take(thread, verdicts));
    worker.on('error', (cause) => failAll(new Fault('closed', 'a verifying thread failed', cause)));
    worker.on('exit', () => failAll(new Fault('closed', 'the verifying threads have ended')));
  }

  return {
    verify: (checks) =>
      new Promise((resolve, reject) => {
        if (over) return reject(over);
        waiting.push({ checks, resolve, reject });
        // Once at the end of the turn, with all that has come in it.
        if (!isAwake) setImmediate(handOver);
        isAwake = true;
      }),
    async close() {
      await Promise.all(threads.map(({ worker }) => worker.terminate()));
    },
  };
}
