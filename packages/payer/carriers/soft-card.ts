import type { Socket } from 'node:net';
import { concatBytes } from '@coinbox/protocol';
import type { CardPort } from './card.ts';

// The protocol of vpcd, the virtual reader of vsmartcard: two bytes of length and so many bytes,
// in both directions. One byte alone is a control code; anything longer is a command.

const CONTROL = { off: 0, on: 1, reset: 2, askAtr: 4 } as const;

/**
 * Answer to reset of a contactless card without historical bytes, as PC/SC part 3, 3.1.3.2.3 makes
 * it: what a reader sees of a phone.
 */
const ATR: Uint8Array = Uint8Array.of(0x3b, 0x80, 0x80, 0x01, 0x01);

/**
 * Lets a virtual reader see this card for as long as the socket is open. The socket is the
 * caller's; closed, it is a card taken away.
 */
export function attachSoftCard(socket: Socket, card: CardPort): void {
  socket.setNoDelay(true);
  let received: Uint8Array = new Uint8Array();
  let before: Promise<void> = Promise.resolve();
  const take = async (frame: Uint8Array): Promise<void> => {
    if (frame.length > 1) return send(socket, await card.command(frame));
    if (frame[0] === CONTROL.askAtr) send(socket, ATR);
    else card.deactivate();
  };
  socket.on('data', (chunk: Uint8Array) => {
    const { frames, rest } = framesIn(concatBytes(received, chunk));
    received = rest;
    for (const frame of frames) before = before.then(() => take(frame));
  });
  // What goes wrong with the socket closes it.
  socket.on('error', () => undefined);
  socket.on('close', () => card.deactivate());
}

function send(socket: Socket, bytes: Uint8Array): void {
  if (socket.destroyed) return;
  socket.write(concatBytes(Uint8Array.of(bytes.length >> 8, bytes.length & 0xff), bytes));
}

/** Every whole frame, and what has come of the next one. */
export function framesIn(bytes: Uint8Array): { frames: Uint8Array[]; rest: Uint8Array } {
  const frames: Uint8Array[] = [];
  let from = 0;
  for (;;) {
    const [high, low] = bytes.subarray(from) as unknown as number[];
    const end = from + 2 + (((high ?? 0) << 8) | (low ?? 0));
    if (low === undefined || bytes.length < end) return { frames, rest: bytes.slice(from) };
    frames.push(bytes.slice(from + 2, end));
    from = end;
  }
}
