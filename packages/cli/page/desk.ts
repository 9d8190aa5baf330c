import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { newId } from '@coinbox/protocol';
import type { Asset, Instant, IssuerClient, Result } from '@coinbox/protocol';

/** Who gives wallets and play money to the visitors of a demo. */
export type Desk = {
  /** With the token of an operator. */
  readonly client: Pick<IssuerClient, 'openWallet' | 'issueMoney'>;
  readonly asset: Asset;
  /** What a visitor gets, minor units. */
  readonly gift: bigint;
  /** The origin of the payer's page: no other page may ask. */
  readonly origin: string;
};

const MOST_BYTES = 1_024;

/**
 * `POST /wallets`: opens a wallet for the key of a visitor and puts the gift into it. 201 where it
 * is done, 403 for pages of other origins, 422 for anything else that is no key.
 */
export async function serveDesk(
  desk: Desk,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const answer = (status: number): void => {
    response.writeHead(status, {
      'access-control-allow-origin': desk.origin,
      'access-control-allow-headers': 'content-type',
      'content-type': 'application/json',
      vary: 'origin',
    });
    response.end('{}');
  };
  if (request.headers.origin !== desk.origin) return answer(403);
  if (request.method === 'OPTIONS') return answer(204);
  if (request.method !== 'POST') return answer(405);
  const key = await readKey(request);
  if (!key) return answer(422);
  const given = await giveWallet(desk, key);
  return answer(given.ok ? 201 : 422);
}

type Key = { readonly algorithm: 'EdDSA' | 'ES256'; readonly bytes: string };

async function readKey(request: IncomingMessage): Promise<Key | undefined> {
  let text = '';
  for await (const part of request.setEncoding('utf8')) {
    text += String(part);
    if (text.length > MOST_BYTES) return undefined;
  }
  try {
    const { algorithm, bytes } = JSON.parse(text) as Partial<Key>;
    const isKnown = algorithm === 'EdDSA' || algorithm === 'ES256';
    return isKnown && typeof bytes === 'string' ? { algorithm, bytes } : undefined;
  } catch {
    return undefined;
  }
}

async function giveWallet({ client, asset, gift }: Desk, key: Key): Promise<Result<unknown>> {
  const at = Date.now() as Instant;
  const wallet = newId('wallet', at, randomBytes(10));
  const opened = await client.openWallet({ wallet, role: 'payer', key });
  if (!opened.ok) return opened;
  const id = newId('issuance', at, randomBytes(10));
  return client.issueMoney({ id, wallet, amount: gift.toString(), asset });
}
