import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createEventReader } from './server-events.ts';

test('events come out of a stream however it is cut', () => {
  const text =
    ': beat\n\nid: 7\nevent: x\ndata: {"a":\ndata: 1}\n\nid: 8\r\ndata: b:c\r\n\r\nid: 9\ndata';
  for (const size of [1, 2, 5, 7, 1000]) {
    const read = createEventReader();
    const found = [];
    for (let at = 0; at < text.length; at += size) found.push(...read(text.slice(at, at + size)));
    assert.deepEqual(
      found,
      [
        { id: '7', data: '{"a":\n1}' },
        { id: '8', data: 'b:c' },
      ],
      `in pieces of ${size}`,
    );
  }
});
