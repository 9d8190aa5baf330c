import type { IncomingMessage, ServerResponse } from 'node:http';
import { fromHex } from '@coinbox/protocol';
import type { Display } from '../display.ts';
import { refuse } from './http.ts';

/**
 * Lets pages of any origin ask: a terminal knows no cookie and no password, so that a page can do
 * no more than its reader could (Fetch standard, CORS protocol). True where the request was only
 * the question whether it may ask.
 */
export function letPagesAsk(request: IncomingMessage, response: ServerResponse): boolean {
  response.setHeader('access-control-allow-origin', '*');
  if (request.method !== 'OPTIONS') return false;
  response.writeHead(204, {
    'access-control-allow-methods': 'GET, POST',
    'access-control-allow-headers': 'content-type',
    'access-control-max-age': '86400',
  });
  response.end();
  return true;
}

/** What pages may see of a terminal: `words` are what follows its id in the path. */
export function serveDisplay(
  display: Display,
  words: readonly string[],
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const [what, name = '', act] = words;
  const hash = fromHex(name);
  const method = act === 'stop' ? 'POST' : 'GET';
  if (request.method !== method) return refuse(response, 'method-not-allowed', { allow: method });
  if (what === 'display') return sendText(response, JSON.stringify(display.machine()));
  if (hash?.length !== 32) return refuse(response, 'parameter-invalid');
  if (what === 'tariffs') {
    const tariff = display.tariff(hash);
    return tariff === undefined ? refuse(response, 'not-found') : sendText(response, tariff);
  }
  if (act === 'stop') {
    return sendText(response, JSON.stringify({ stopped: display.stop(hash) }));
  }
  const session = display.session(hash);
  if (!session) return refuse(response, 'session-unknown');
  return sendText(response, JSON.stringify(session));
}

function sendText(response: ServerResponse, json: string): void {
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(json);
}
