import { MAX_MESSAGE_BYTES, accept, reject, rejectionRow } from '@coinbox/protocol';
import type { Rejection, Result } from '@coinbox/protocol';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Answer, Issuer } from '../issuer.ts';
import { headersFor, problemFor, rejectionOfFailure, traceIdOf } from './problems.ts';

/** Larger bodies are not read to their end. */
export const MAX_BODY_BYTES = 65_536;
/** Messages that are worked on at once. */
const MOST_UNDER_WAY = 4_096;

/** What the door tells of itself. */
export type DoorEvents = {
  /** A message was answered; `code` of a rejection or a refusal. */
  answered(status: number, code: string | undefined, seconds: number): void;
  failed(failure: unknown, traceId: string): void;
};

/**
 * POST /v1/messages, on bare node:http: one signed message in, one receipt out. 200 posted, 202
 * parked, else the status of the code; `coinbox-code` names it.
 */
export function createDoor(issuer: Pick<Issuer, 'submit'>, events: DoorEvents) {
  let underWay = 0;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const began = performance.now();
    const done = (status: number, code?: string): void =>
      events.answered(status, code, (performance.now() - began) / 1000);
    const refuse = (
      rejection: Rejection,
      headers: Record<string, string> = {},
      traceId = traceIdOf(request.headers),
    ): void => {
      const { headers: asked } = request;
      const asking = { headers: asked, path: pathOf(request), traceId };
      const body = JSON.stringify(problemFor(rejection, asking));
      const { status } = rejectionRow(rejection.code);
      response.writeHead(status, {
        ...headersFor(rejection),
        'coinbox-code': rejection.code,
        ...(!request.complete && { connection: 'close' }),
        ...headers,
      });
      response.end(body);
      done(status, rejection.code);
    };
    try {
      if (request.method !== 'POST')
        return refuse({ code: 'method-not-allowed' }, { allow: 'POST' });
      const unfit = checkHeaders(request);
      if (unfit) return refuse(unfit);
      const body = await readBody(request);
      if (!body.ok) return refuse(body.rejection);
      const answered = await issuer.submit(body.value);
      if (!answered.ok) return refuse(answered.rejection);
      done(send(response, answered.value), answered.value.code);
    } catch (failure) {
      if (response.destroyed || request.destroyed) return;
      const traceId = traceIdOf(request.headers);
      events.failed(failure, traceId);
      refuse(rejectionOfFailure(failure), {}, traceId);
    }
  }

  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (underWay >= MOST_UNDER_WAY) {
      const rejection: Rejection = { code: 'overloaded' };
      response.writeHead(503, { ...headersFor(rejection), 'coinbox-code': 'overloaded' });
      const asking = { headers: request.headers, path: pathOf(request), traceId: '' };
      response.end(JSON.stringify(problemFor(rejection, asking)));
      return;
    }
    underWay += 1;
    try {
      await answer(request, response);
    } finally {
      underWay -= 1;
    }
  };
}

export const pathOf = (request: IncomingMessage): string => (request.url ?? '').split('?')[0] ?? '';

/** `cose-type` may be left out; if it is there it names COSE_Sign1 (RFC 9052 §10.2). */
const mediaType = /^application\/cose(?:\s*;\s*cose-type="?cose-sign1"?)?\s*$/i;

function checkHeaders({ url, headers }: IncomingMessage): Rejection | undefined {
  const { 'content-type': type = '', 'content-encoding': encoding = 'identity' } = headers;
  if (url?.includes('?')) return { code: 'parameter-unknown' };
  if (!mediaType.test(type)) return { code: 'unsupported-media-type' };
  if (encoding.toLowerCase() !== 'identity') return { code: 'unsupported-encoding' };
  if (Number(headers['content-length']) > MAX_BODY_BYTES) return { code: 'too-large' };
  return undefined;
}

/**
 * Rejects: too-large; what is over the limit is not kept. By events: an iterator costs as much as
 * the parsing of the whole request.
 */
const readBody = (request: IncomingMessage): Promise<Result<Uint8Array>> =>
  new Promise((resolve, fail) => {
    let chunks: Buffer[] = [];
    let length = 0;
    const take = (chunk: Buffer): void => {
      length += chunk.length;
      if (length <= MAX_MESSAGE_BYTES) chunks.push(chunk);
      else chunks = [];
      if (length <= MAX_BODY_BYTES) return;
      request.off('data', take).pause();
      resolve(reject('too-large'));
    };
    request.on('data', take);
    request.on('end', () => {
      if (length > MAX_MESSAGE_BYTES) return resolve(reject('too-large'));
      resolve(accept(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)));
    });
    request.on('error', fail);
  });

const COSE = 'application/cose; cose-type="cose-sign1"';

function send(
  response: ServerResponse,
  { receipt, status: result, replayed, code }: Answer,
): number {
  const recorded = code === undefined ? 200 : rejectionRow(code).status;
  const status = result === 'parked' ? 202 : recorded;
  response.writeHead(status, {
    'content-type': COSE,
    'content-length': receipt.length,
    'cache-control': 'no-store',
    ...(code && { 'coinbox-code': code }),
    ...(replayed && { 'idempotent-replayed': 'true' }),
  });
  response.end(receipt);
  return status;
}
