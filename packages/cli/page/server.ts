import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { languageOf } from '@coinbox/protocol';
import type { Language } from '@coinbox/protocol';
import { serveDesk } from './desk.ts';
import type { Desk } from './desk.ts';
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

/** Other pages of the demo, and what they need. */
export type PageLinks = {
  readonly console: string;
  readonly pay: string;
  readonly face: string;
};

export type PageServer = { readonly url: string; close(): Promise<void> };

const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:";
const files: Readonly<Record<string, readonly [name: string, type: string]>> = {
  '/page.js': ['page.js', 'text/javascript; charset=utf-8'],
  '/page.css': ['page.css', 'text/css; charset=utf-8'],
};

/** What the demo adds to its page: links, and a desk for visitors. */
export type PageExtras = {
  readonly links: (own: string) => PageLinks;
  readonly desk: Desk;
};

/**
 * Serves the status page on loopback. `read` gives the state; where it fails, the page says so.
 * With `extras` there are links to the other pages, and a desk at /wallets.
 */
export async function startPage(
  read: () => Promise<PageState>,
  port: number,
  extras?: PageExtras,
): Promise<PageServer> {
  let own = '';
  const server = createServer((request, response) => {
    if (!isLoopback(request.headers.host)) {
      return send(response, 421, 'text/plain; charset=utf-8', 'not here');
    }
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const file = files[url.pathname];
    if (url.pathname === '/wallets' && extras) {
      serveDesk(extras.desk, request, response).catch(() => response.destroy());
    } else if (url.pathname === '/state.json') {
      read()
        .then((state) => send(response, 200, 'application/json', JSON.stringify(state)))
        .catch(() => send(response, 503, 'application/json', '{}'));
    } else if (file) {
      send(response, 200, file[1], readFileSync(new URL(file[0], import.meta.url)));
    } else if (url.pathname === '/') {
      const asked = url.searchParams.get('lang') ?? request.headers['accept-language'];
      const page = renderPage(languageOf(asked ?? undefined), extras?.links(own));
      send(response, 200, 'text/html; charset=utf-8', page);
    } else send(response, 404, 'text/plain; charset=utf-8', 'not found');
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  own = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: own,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/**
 * Was it asked by a name of this machine? The page has an operator's token on it: a site whose name
 * was turned to this address must not read it (DNS rebinding).
 */
const isLoopback = (host = ''): boolean =>
  /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?$/.test(host);

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
export function renderPage(language: Language, links?: PageLinks): string {
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
${links ? renderLinks(links, language) : ''}
    <p id="stale" class="bad" role="status" hidden>${texts.stale}</p>
    <main id="state" aria-live="off"></main>
  </body>
</html>
`;
}

function renderLinks(links: PageLinks, language: Language): string {
  const texts = PAGE_TEXTS[language];
  const line = (name: keyof PageLinks): string =>
    `      <a href="${links[name].replaceAll('&', '&amp;')}">${texts[`${name}Link`]}</a>\n`;
  return `    <nav aria-label="${texts.pages}">
      <p>${texts.signedIn}</p>
${line('console')}${line('pay')}${line('face')}    </nav>
`;
}
