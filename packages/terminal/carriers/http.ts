import type { IncomingMessage, ServerResponse } from 'node:http';
import { CARRIER_MEDIA_TYPE, MAX_MESSAGE_BYTES, problemOf } from '@coinbox/protocol';
import type { RejectionCode } from '@coinbox/protocol';
import type { CarrierDoor } from '../carrier-door.ts';

/**
 * The Internet carrier: one CarrierRequest as the body of a POST, one CarrierReply as the body of
 * the answer. Nothing is added to what goes over NFC and Bluetooth.
 */
export async function serveCarrier(
  door: CarrierDoor,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method !== 'POST') return refuse(response, 'method-not-allowed', { allow: 'POST' });
  if (request.headers['content-type'] !== CARRIER_MEDIA_TYPE) {
    return refuse(response, 'unsupported-media-type');
  }
  const body = await readBody(request, MAX_MESSAGE_BYTES);
  if (!body) return refuse(response, 'too-large', { connection: 'close' });
  const reply = await door.exchange(body);
  response.writeHead(200, {
    'content-type': CARRIER_MEDIA_TYPE,
    'content-length': reply.length,
    'cache-control': 'no-store',
  });
  response.end(reply);
}

/** The body of a request; undefined when it has more than `most` bytes. */
export async function readBody(
  request: IncomingMessage,
  most: number,
): Promise<Uint8Array | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > most) return undefined;
  const parts: Uint8Array[] = [];
  let size = 0;
  // Left early, an iterator closes the connection, and the answer with it.
  const arriving = request.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>;
  for await (const part of arriving) {
    size += part.length;
    if (size > most) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** Answers with a problem document. */
export function refuse(
  response: ServerResponse,
  code: RejectionCode,
  headers: Record<string, string> = {},
): void {
  const problem = problemOf({ code });
  response.writeHead(problem.status, { 'content-type': 'application/problem+json', ...headers });
  response.end(JSON.stringify(problem));
}
