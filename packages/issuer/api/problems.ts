import { Fault, languageOf, problemOf, rejectionRow } from '@coinbox/protocol';
import type { Problem, Rejection } from '@coinbox/protocol';
import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

/**
 * The trace id of a request: of its `traceparent` (W3C Trace Context), else a new one. 32
 * hexadecimal digits.
 */
export function traceIdOf(headers: IncomingHttpHeaders): string {
  const given = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/.exec(
    headers.traceparent?.toString() ?? '',
  )?.[1];
  return given !== undefined && !/^0+$/.test(given) ? given : randomBytes(16).toString('hex');
}

/** Where and for whom a problem is written. */
export type Asking = {
  readonly headers: IncomingHttpHeaders;
  readonly path: string;
  readonly traceId: string;
};

/** The problem document of a rejection, in the language that was asked for. */
export const problemFor = (rejection: Rejection, { headers, path, traceId }: Asking): Problem =>
  problemOf(rejection, languageOf(headers['accept-language']), {
    instance: path.slice(0, 200),
    trace_id: traceId,
  });

/** Headers that go with a rejection. */
export const headersFor = ({ code }: Rejection): Record<string, string> => {
  const busy = rejectionRow(code).status === 503;
  return {
    'content-type': PROBLEM_MEDIA_TYPE,
    'cache-control': 'no-store',
    ...(busy && { 'retry-after': '1' }),
    ...(code === 'credentials-missing' && { 'www-authenticate': 'Bearer' }),
  };
};

/** What a client is told of a failure of ours: nothing but that it may ask again. */
export function rejectionOfFailure(failure: unknown): Rejection {
  const isFull = failure instanceof Fault && failure.code === 'storage-full';
  return { code: isFull ? 'storage-full' : 'internal-error' };
}
