import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Fetch } from '@coinbox/protocol';

/** No answer of a party is longer. */
const MOST_ANSWER_BYTES = 4 << 20;

/**
 * `fetch` over connections that are kept open: what a party needs of it and no more. It costs half
 * of the processor time of the global one, which matters on a small machine and with many requests.
 * It follows no redirect: signed messages go where the configuration says. A request that met the
 * end of a connection kept from an earlier one is sent again: what Coinbox sends has one outcome
 * however often it arrives.
 */
export function keepAliveFetch(): Fetch {
  const http = new HttpAgent({ keepAlive: true });
  const https = new HttpsAgent({ keepAlive: true });
  const send: Fetch = (url, request) =>
    new Promise((resolve, reject) => {
      const { method, headers, body, signal } = request;
      const bytes = typeof body === 'string' ? Buffer.from(body) : body;
      const options = {
        method,
        headers: { ...headers, ...(bytes && { 'content-length': bytes.length }) },
        ...(signal && { signal }),
      };
      const answered = (answer: IncomingMessage): void => {
        const status = answer.statusCode ?? 0;
        const header = (name: string): string | null => {
          const value = answer.headers[name.toLowerCase()];
          return Array.isArray(value) ? value.join(', ') : (value ?? null);
        };
        readAll(answer).then(
          (content) =>
            resolve({ status, headers: { get: header }, arrayBuffer: async () => content }),
          reject,
        );
      };
      const sending = url.startsWith('https:')
        ? httpsRequest(url, { ...options, agent: https }, answered)
        : httpRequest(url, { ...options, agent: http }, answered);
      sending.on('error', (cause: NodeJS.ErrnoException) => {
        if (sending.reusedSocket && cause.code === 'ECONNRESET') resolve(send(url, request));
        else reject(cause);
      });
      sending.end(bytes);
    });
  return send;
}

function readAll(answer: IncomingMessage): Promise<ArrayBuffer> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let size = 0;
    answer.on('data', (part: Buffer) => {
      parts.push(part);
      size += part.length;
      if (size > MOST_ANSWER_BYTES) answer.destroy(new Error('the answer is too long'));
    });
    answer.on('end', () => resolve(Uint8Array.from(Buffer.concat(parts, size)).buffer));
    answer.on('error', reject);
    answer.on('close', () => reject(new Error('the answer was cut off')));
  });
}
