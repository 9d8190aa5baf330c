import { assert } from '@coinbox/protocol';
import { parentPort } from 'node:worker_threads';
import { unpackChecks } from './packed-checks.ts';
import { verifyChecks } from './verifier.ts';

// A thread that does nothing but verify: a buffer of checks in, a byte for each out.

const port = parentPort;
assert(port, 'pool-worker.ts runs as a worker only');
port.on('message', (packed: Uint8Array) => {
  const valid = unpackChecks(packed).flatMap(verifyChecks);
  const verdicts = Uint8Array.from(valid, Number);
  port.postMessage(verdicts, [verdicts.buffer]);
});
