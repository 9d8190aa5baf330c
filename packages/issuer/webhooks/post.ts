import { lookup } from 'node:dns/promises';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import type { LookupFunction } from 'node:net';
import type { Attempt } from './retry.ts';
import type { WebhookRequest } from './signed-request.ts';
import { isPublicAddress } from './target.ts';

/**
 * Sends a request to an endpoint once. It never throws: what goes wrong is the answer, and so is
 * that `signal` has ended it.
 */
export type Post = (url: URL, request: WebhookRequest, signal?: AbortSignal) => Promise<Attempt>;

export type PostOptions = {
  /** Addresses that are not public may be connected to. */
  readonly anywhere?: boolean;
  readonly timeoutMs?: number;
  /** All addresses of a name. Default: the machine's resolver. */
  readonly resolve?: (host: string) => Promise<readonly string[]>;
};

const TIMEOUT_MS = 15_000;

const resolveAll = async (host: string): Promise<readonly string[]> =>
  (await lookup(host, { all: true, verbatim: true })).map(({ address }) => address);

/**
 * Resolves the name, looks at every address that it leads to, and connects to one of these: so a
 * name that leads elsewhere a moment later leads nowhere. A redirection is not followed, and
 * nothing of the answer is read but its status.
 */
export function createPost(options: PostOptions = {}): Post {
  const { anywhere = false, timeoutMs = TIMEOUT_MS, resolve = resolveAll } = options;
  return async (url, { headers, body }, signal) => {
    const host = url.hostname.replace(/^\[|\]$/g, '');
    let addresses: readonly string[];
    try {
      addresses = isIP(host) === 0 ? await resolve(host) : [host];
    } catch {
      return { error: 'the name leads nowhere' };
    }
    const isOpen = addresses.length > 0 && (anywhere || addresses.every(isPublicAddress));
    if (!isOpen) return { error: 'the name leads to an address that is not public' };
    const timeout = AbortSignal.timeout(timeoutMs);
    const ending = signal ? AbortSignal.any([signal, timeout]) : timeout;
    return send(url, addresses[0] as string, { headers, body }, ending);
  };
}

function send(
  url: URL,
  address: string,
  { headers, body }: WebhookRequest,
  signal: AbortSignal,
): Promise<Attempt> {
  const pinned: LookupFunction = (_host, options, callback) => {
    const family = isIP(address);
    if (options.all === true) callback(null, [{ address, family }]);
    else callback(null, address, family);
  };
  const request = url.protocol === 'https:' ? requestHttps : requestHttp;
  return new Promise((resolve) => {
    const sending = request(url, {
      method: 'POST',
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      lookup: pinned,
      agent: false,
      signal,
    });
    sending.once('response', (answer) => {
      resolve({ status: answer.statusCode ?? 0 });
      answer.destroy();
    });
    // After an answer there may be an error of the connection that we have cut off.
    sending.on('error', (cause) => resolve({ error: cause.message.slice(0, 200) }));
    sending.end(body);
  });
}
