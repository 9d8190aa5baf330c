import assert from 'node:assert/strict';
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
