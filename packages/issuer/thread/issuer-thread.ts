import { assert } from '@coinbox/protocol';
import type { ApiOperationName, Instant } from '@coinbox/protocol';
import { availableParallelism } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import type { Call } from '../context.ts';
import { openFolder } from '../folder.ts';
import { createIssuer } from '../issuer.ts';
import type { Issuer } from '../issuer.ts';
import { createVerifierPool } from '../verification/pool.ts';
import type { Opening, Question, Reply, ThreadOptions } from './calls.ts';
import { failureOf } from './failure.ts';
import { packParts, partOf, partOfFailure, unpackParts } from './packed.ts';
import type { Part } from './packed.ts';

// The thread of the issuer: it owns the ledger, the records and the verifying threads, and holds no
// socket. A commit, which waits for the disk, makes nobody wait but those who wait for it.

const MOST_VERIFYING_THREADS = 8;

const port = parentPort;
assert(port, 'issuer-thread.ts runs as a worker only');
const { folder, at } = workerData as ThreadOptions;
let now: Instant = at;
const clock = { now: () => now };
const reply = (said: Reply): void => port.postMessage(said);

const verifier = createVerifierPool(Math.min(MOST_VERIFYING_THREADS, availableParallelism()));

function serve(issuer: Issuer): void {
  /** Answers that go out together when this turn has come to its end. */
  let answers: Part[] = [];
  const send = (part: Part): void => {
    if (answers.length === 0) process.nextTick(sendAll);
    answers.push(part);
  };
  const sendAll = (): void => {
    const packed = packParts(answers);
    answers = [];
    port?.postMessage({ kind: 'answers', packed } satisfies Reply, [packed.buffer]);
  };
  const submit = ({ call, bytes }: Part): void =>
    void issuer.submit(bytes).then(
      (answer) => send(partOf(call, answer)),
      (failure: unknown) => send(partOfFailure(call, failure)),
    );
  const methods: Readonly<Record<string, (...args: never[]) => Promise<unknown>>> = {
    submitRun: (run: Uint8Array) => issuer.submitRun(run),
    call: (name: ApiOperationName, call: Call) => issuer.call(name, call),
    summary: () => issuer.summary(),
    follow: () => issuer.follow(),
    ledger: (name: 'head', args: []) => issuer.ledger[name](...args),
    async close() {
      await issuer.close();
      await verifier.close();
    },
  };
  port?.on('message', (question: Question) => {
    now = question.at;
    if (question.kind === 'messages') return unpackParts(question.packed).forEach(submit);
    const { call, method, args } = question;
    const ask = methods[method] as (...args: readonly unknown[]) => Promise<unknown>;
    const answered = ask(...args).then(
      (value) => reply({ kind: 'answer', call, value }),
      (failure: unknown) => reply({ kind: 'failure', call, failure: failureOf(failure) }),
    );
    if (method === 'close') void answered.then(() => port?.close());
  });
}

try {
  const issuer = await createIssuer({ ...(await openFolder(folder, clock)), verifier });
  serve(issuer);
  const value: Opening = { index: issuer.registry.appliedIndex };
  reply({ kind: 'answer', call: 0, value });
} catch (failure) {
  reply({ kind: 'failure', call: 0, failure: failureOf(failure) });
  await verifier.close();
  port.close();
}
