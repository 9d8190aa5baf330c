import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { openBrowser, openWindow } from './browser.ts';
import type { Look } from './browser.ts';
import { buildPages, startDemo } from './demo.ts';
import type { RunningDemo } from './demo.ts';

// Takes pictures of every page of a running demo: `npm run screenshots -- FOLDER`. What a README
// shows comes from here, and so cannot go stale.

const WIDTHS = [360, 768, 1440] as const;
const PAGES = ['overview', 'terminals', 'payments', 'mappings', 'tariff', 'verify'] as const;
const SETTLE_MS = 700;
const DEMO_SESSIONS = 20;

const folder = process.argv[2] ?? 'screenshots';
mkdirSync(folder, { recursive: true });

async function shoot(page: Page, name: string, look: Look): Promise<void> {
  await page.waitForTimeout(SETTLE_MS);
  const { width, theme, language } = look;
  await page.screenshot({ path: join(folder, `${name}-${width}-${theme}-${language}.png`) });
}

async function shootAll(browser: Browser, { links }: RunningDemo, look: Look): Promise<void> {
  const context = await openWindow(browser, look);
  const page = await context.newPage();
  await page.goto(links.console);
  await page.getByTestId('conservation').waitFor();
  const base = links.console.split('#')[0] as string;
  const session = await page.locator('main td a').first().getAttribute('href');
  for (const name of PAGES) {
    await page.goto(`${base}#/${name}`);
    await shoot(page, name, look);
  }
  await page.goto(base + (session ?? ''));
  await page.locator('.arrows').waitFor();
  await shoot(page, 'session', look);
  await page.goto(links.face);
  await page.locator('svg.qr').waitFor();
  await shoot(page, 'face', look);
  await page.goto(links.pay);
  await page.locator('button.main').click();
  await page.locator('form').waitFor();
  await shoot(page, 'pay', look);
  await page.locator('button.main').click();
  await page.locator('button.danger:enabled').waitFor();
  await page.waitForTimeout(3 * SETTLE_MS);
  await shoot(page, 'pay-live', look);
  await page.locator('button.danger').click();
  await page.getByTestId('refund').locator('.good').waitFor();
  await shoot(page, 'pay-receipt', look);
  await context.close();
}

buildPages();
const demo = await startDemo(DEMO_SESSIONS);
const browser = await openBrowser();
try {
  for (const width of WIDTHS) {
    for (const theme of ['light', 'dark'] as const) {
      for (const language of ['en', 'zh'] as const) {
        await shootAll(browser, demo, { width, theme, language });
      }
    }
  }
} finally {
  await browser.close();
  await demo.stop();
}
