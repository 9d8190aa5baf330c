import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { softwareSigner } from '@coinbox/protocol';
import type { EventJson, Instant } from '@coinbox/protocol';
import { RETRY_WAITS } from '../webhooks/retry.ts';
import { signedRequest } from '../webhooks/signed-request.ts';

const page = readFileSync(join(import.meta.dirname, '../../../spec/34-events.md'), 'utf8');
const blocks = [...page.matchAll(/```\w+\n([^`]*)```/g)].map(([, content = '']) => content);

describe('spec/34-events.md', () => {
  test('begins with an event, and the webhook that it is sent as', () => {
    const [stream = '', headers = ''] = blocks;
    const [, , ...lines] = stream.split('\n');
    const data = lines.join('').replace(/^data: /, '');
    const event = JSON.parse(data) as EventJson;
    assert.ok(stream.startsWith(`id: ${event.id}\nevent: ${event.type}\n`));
    const signer = softwareSigner('EdDSA', new Uint8Array(32).fill(7));
    const at = Date.parse(event.timestamp) as Instant;
    const sent = signedRequest(event, at, signer);
    const told = headers
      .trim()
      .split('\n')
      .map((line) => line.split(': '));
    assert.deepEqual(Object.fromEntries(told) as object, sent.headers);
    assert.equal(sent.body, data);
  });

  test('names the waits between attempts', () => {
    const hours = RETRY_WAITS.slice(3).map((wait) => wait / 3_600_000);
    assert.deepEqual(RETRY_WAITS.slice(0, 3), [5_000, 300_000, 1_800_000]);
    assert.ok(page.includes(`5 s, 5 min, 30 min, ${hours.slice(0, -1).join(', ')} and 24 h`));
    assert.equal(hours.at(-1), 24);
  });
});
