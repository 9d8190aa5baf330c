// Keeps the payer's page for when there is no network: its files, never an answer of a party.
const SHELF = 'coinbox-pay-1';

/** The page and all that it names: what was loaded before this worker was there is kept too. */
const keepPage = async () => {
  const shelf = await caches.open(SHELF);
  const page = await fetch('./', { cache: 'no-cache' });
  const html = await page.clone().text();
  const named = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, name]) => name);
  await shelf.put(new URL('./', self.location.href).href, page);
  await shelf.addAll(named.map((name) => new URL(name, self.location.href).href));
  await self.skipWaiting();
};

self.addEventListener('install', (event) => event.waitUntil(keepPage()));
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

const isOwnFile = ({ method, url }) => {
  const { origin, pathname } = new URL(url);
  if (method !== 'GET' || origin !== self.location.origin) return false;
  const base = new URL('../', self.location.href).pathname;
  return pathname.startsWith(base) && !pathname.startsWith(`${base}v1/`);
};

/** From the network where there is one; what it gives is kept for when there is none. */
const answer = async (request) => {
  const shelf = await caches.open(SHELF);
  try {
    const fresh = await fetch(request);
    if (fresh.ok) await shelf.put(request, fresh.clone());
    return fresh;
  } catch (cause) {
    const kept = await shelf.match(request, { ignoreSearch: true });
    if (kept) return kept;
    throw cause;
  }
};

self.addEventListener('fetch', (event) => {
  if (isOwnFile(event.request)) event.respondWith(answer(event.request));
});
