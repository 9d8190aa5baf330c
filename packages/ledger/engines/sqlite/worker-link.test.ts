import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { Fault } from '@coinbox/protocol';
import { startWorker } from './worker-link.ts';

describe('the thread of the SQLite engine', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'link-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  test('an opening that fails is a fault and leaves no thread behind', async () => {
    await writeFile(join(folder, 'file'), '');
    const failed = (error: unknown) => error instanceof Fault && error.code === 'storage-failed';
    await assert.rejects(startWorker({ folder: join(folder, 'file', 'inside') }), failed);
  });

  test('a bug in an answer reaches who asked, and the thread goes on', async () => {
    const link = await startWorker({ folder });
    const bug = (error: unknown) => error instanceof Error && !(error instanceof Fault);
    await assert.rejects(link.ask('accounts', { limit: 0 }), bug);
    assert.deepEqual(await link.ask('series', 's'), 0);
    await link.ask('close');
    await link.ended;
  });

  test('answers come in the order of the questions, and after the end there are none', async () => {
    const link = await startWorker({ folder });
    const order: number[] = [];
    const asked = [1, 2, 3].map(async (n) => {
      await link.ask('head');
      order.push(n);
    });
    await Promise.all(asked);
    assert.deepEqual(order, [1, 2, 3]);
    await link.ask('close');
    await link.ended;
    const closed = (error: unknown) => error instanceof Fault && error.code === 'closed';
    await assert.rejects(link.ask('head'), closed);
  });
});
