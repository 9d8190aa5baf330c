import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';

/** Debian's. */
export const CHROMIUM = '/usr/bin/chromium';

/** Is there a browser, or must there be one (COINBOX_REQUIRE has `chromium`)? */
export const canBrowse = (): boolean =>
  existsSync(CHROMIUM) || (process.env.COINBOX_REQUIRE ?? '').split(',').includes('chromium');

export const openBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });

export type Look = {
  readonly width?: number;
  readonly height?: number;
  readonly language?: 'en' | 'zh';
  readonly theme?: 'light' | 'dark';
};

/** A window of its own, without motion. */
export function openWindow(browser: Browser, look: Look = {}): Promise<BrowserContext> {
  const { width = 1440, height = 900, language = 'en', theme = 'light' } = look;
  return browser.newContext({
    viewport: { width, height },
    locale: language === 'zh' ? 'zh-CN' : 'en-GB',
    colorScheme: theme,
    reducedMotion: 'reduce',
    timezoneId: 'Asia/Shanghai',
  });
}

/** What a page must never say: errors, and what its security policy has kept out. */
export function collectTroubles(page: Page): string[] {
  const troubles: string[] = [];
  page.on('pageerror', (error) => troubles.push(`error: ${error.message}`));
  page.on('console', (message) => {
    const { url } = message.location();
    if (message.type() === 'error') troubles.push(`${message.text()} (${url})`);
  });
  return troubles;
}
