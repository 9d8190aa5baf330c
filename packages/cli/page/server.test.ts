import assert from 'node:assert/strict';
import { request } from 'node:http';
import { test } from 'node:test';
import { startPage } from './server.ts';
import { PAGE_TEXTS } from './texts.ts';

test('the status page speaks both languages and takes nothing from outside', async () => {
  const page = await startPage(() => Promise.reject(new Error('away')), 0);
  try {
    const english = await fetch(page.url);
    assert.match(await english.text(), /<html lang="en">/);
    assert.match(english.headers.get('content-security-policy') ?? '', /default-src 'none'/);
    const chinese = await fetch(`${page.url}/?lang=zh`);
    assert.ok((await chinese.text()).includes(PAGE_TEXTS.zh.title));
    assert.equal((await fetch(`${page.url}/state.json`)).status, 503);
    assert.equal((await fetch(`${page.url}/other`)).status, 404);
  } finally {
    await page.close();
  }
});

const links = {
  console: 'http://x/console/#/a?b=1&c=2',
  pay: 'http://x/pay/',
  face: 'http://x/face/',
};
const extras = {
  links: () => links,
  desk: { client: {} as never, asset: 'CNY/2', gift: 1n, origin: 'http://x' },
} as const;

/** The answer to a request that was made by this name. */
const askedBy = (url: string, host: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const asking = request(url, { headers: { host } }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    asking.once('error', reject).end();
  });

test('the demo page links to the other pages, and has a desk', async () => {
  const page = await startPage(() => Promise.reject(new Error('away')), 0, extras);
  try {
    const html = await (await fetch(page.url)).text();
    assert.match(html, /href="http:\/\/x\/console\/#\/a\?b=1&amp;c=2"/);
    assert.ok(html.includes(PAGE_TEXTS.en.signedIn));
    assert.equal((await fetch(`${page.url}/wallets`, { method: 'POST' })).status, 403);
  } finally {
    await page.close();
  }
});

test('the demo page answers to names of this machine only', async () => {
  const page = await startPage(() => Promise.reject(new Error('away')), 0, extras);
  try {
    const { host } = new URL(page.url);
    const rows: [string, number][] = [
      [host, 200],
      ['localhost', 200],
      ['evil.example', 421],
      [`127.0.0.1.evil.example`, 421],
    ];
    for (const [name, status] of rows) assert.equal(await askedBy(page.url, name), status, name);
  } finally {
    await page.close();
  }
});
