import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { languageOf } from '@coinbox/protocol';
import type { Language } from '@coinbox/protocol';
import { PAGE_TEXTS } from './texts.ts';

/** What the page shows. Amounts are plain decimals of the currency. */
export type PageState = {
  readonly currency: string;
  readonly outstanding: string;
  readonly payers: string;
  readonly holding: string;
  readonly settlement: string;
  readonly providers: string;
  readonly difference: string;
  readonly payments: number;
  readonly settlements: number;
  readonly refunds: number;
  readonly as_of_index: number;
  readonly terminals: readonly {
    readonly terminal: string;
    readonly openSessions: number;
    readonly holding: string;
    readonly inSettlement: string;
    readonly linkConnected: boolean;
  }[];
};

export type PageServer = { readonly url: string; close(): Promise<void> };

const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:";
const files: Readonly<Record<string, readonly [name: string, type: string]>> = {
  '/page.js': ['page.js', 'text/javascript; charset=utf-8'],
  '/page.css': ['page.css', 'text/css; charset=utf-8'],
};

/** Serves the status page on loopback. `read` gives the state; where it fails, the page says so. */
export async function startPage(read: () => Promise<PageState>, port: number): Promise<PageServer> {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const file = files[url.pathname];
    if (url.pathname === '/state.json') {
      read()
        .then((state) => send(response, 200, 'application/json', JSON.stringify(state)))
        .catch(() => send(response, 503, 'application/json', '{}'));
    } else if (file) {
      send(response, 200, file[1], readFileSync(new URL(file[0], import.meta.url)));
    } else if (url.pathname === '/') {
      const asked = url.searchParams.get('lang') ?? request.headers['accept-language'];
      send(response, 200, 'text/html; charset=utf-8', renderPage(languageOf(asked ?? undefined)));
    } else send(response, 404, 'text/plain; charset=utf-8', 'not found');
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function send(response: ServerResponse, status: number, type: string, body: string | Buffer): void {
  response.writeHead(status, {
    'content-type': type,
    'content-security-policy': policy,
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
  });
  response.end(body);
}

/** The page without its state. The texts travel as JSON in a block that no browser runs. */
export function renderPage(language: Language): string {
  const texts = PAGE_TEXTS[language];
  const other: Language = language === 'en' ? 'zh' : 'en';
  return `<!doctype html>
<html lang="${language === 'zh' ? 'zh-Hans' : 'en'}">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>${texts.title}</title>
    <link rel="stylesheet" href="/page.css" />
    <link rel="icon" href="data:," />
    <script type="application/json" id="texts">${JSON.stringify(texts)}</script>
    <script type="module" src="/page.js"></script>
  </head>
  <body>
    <header>
      <h1>${texts.title}</h1>
      <a href="/?lang=${other}" lang="${other === 'zh' ? 'zh-Hans' : 'en'}">${texts.language}</a>
    </header>
    <p id="stale" class="bad" role="status" hidden>${texts.stale}</p>
    <main id="state" aria-live="off"></main>
  </body>
</html>
`;
}
