import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { concatBytes, toHex } from '@coinbox/protocol';
import type { CardPort } from './card.ts';
import { attachSoftCard, framesIn } from './soft-card.ts';

const server = createServer();
before(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
after(() => void server.close());

/** A card that is told what a reader says to it, at the other end of the reader's socket. */
async function insert(card: CardPort): Promise<{ reader: Socket; socket: Socket }> {
  const accepted = once(server, 'connection');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  attachSoftCard(socket, card);
  const [reader] = (await accepted) as [Socket];
  return { reader, socket };
}
const frame = (...bytes: number[]) => Uint8Array.of(0, bytes.length, ...bytes);
async function read(reader: Socket, bytes: number): Promise<string> {
  let seen: Uint8Array = new Uint8Array();
  for await (const chunk of reader.iterator({ destroyOnReturn: false })) {
    seen = concatBytes(seen, chunk as Uint8Array);
    if (seen.length >= bytes) break;
  }
  return toHex(seen);
}

describe('attachSoftCard()', () => {
  it('answers a question after the ATR, and commands in their order', async () => {
    const card = {
      command: async (bytes: Uint8Array) => {
        // The first one takes longer than the second.
        await new Promise((resolve) => setTimeout(resolve, bytes[0] === 1 ? 10 : 0));
        return Uint8Array.of(bytes[0] as number, 0x90, 0);
      },
      deactivate: () => undefined,
    };
    const { reader, socket } = await insert(card);
    reader.write(concatBytes(frame(4), frame(1, 1), frame(2, 2)));
    assert.equal(await read(reader, 17), '0005' + '3b80800101' + '0003019000' + '0003029000');
    socket.destroy();
  });

  it('takes off, on and reset, and the end of the socket, as a card taken away', async () => {
    let gone = 0;
    const commands: number[] = [];
    const { reader, socket } = await insert({
      command: async (bytes) => {
        commands.push(bytes.length);
        return Uint8Array.of(0x90, 0);
      },
      deactivate: () => void (gone += 1),
    });
    reader.write(concatBytes(frame(0), frame(1), frame(2), frame(1, 2, 3)));
    await read(reader, 4);
    assert.deepEqual([gone, commands], [3, [3]]);
    reader.destroy();
    await once(socket, 'close');
    assert.equal(gone, 4);
  });
});

describe('framesIn()', () => {
  it('finds whole frames however the bytes arrive', () => {
    const all = concatBytes(frame(4), frame(1, 2, 3), frame());
    for (let cut = 0; cut <= all.length; cut++) {
      const first = framesIn(all.slice(0, cut));
      const second = framesIn(concatBytes(first.rest, all.slice(cut)));
      const frames = [...first.frames, ...second.frames].map(toHex);
      assert.deepEqual(frames, ['04', '010203', '']);
      assert.equal(second.rest.length, 0);
    }
  });
});
