import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { OFFER, openEnvelope, readPayload } from '@coinbox/protocol';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { CONSOLE_FOLDER } from '../index.ts';
import { readPayLink } from '../pay/link.ts';
import { canBrowse, collectTroubles, openBrowser, openWindow } from '../testing/browser.ts';
import type { Look } from '../testing/browser.ts';
import { buildPages, startDemo } from '../testing/demo.ts';
import type { RunningDemo } from '../testing/demo.ts';

buildPages();

/** Page, most script and style at the first load: gzipped bytes. */
const budgets: readonly [page: string, script: number, style: number][] = [
  ['index.html', 90_000, 20_000],
  ['pay/index.html', 60_000, 20_000],
  ['face/index.html', 60_000, 20_000],
];

/** What the browser loads before anything is clicked: what the page itself names. */
function firstLoad(page: string, ending: string): number {
  const html = readFileSync(join(CONSOLE_FOLDER, page), 'utf8');
  const names = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, name]) => name as string);
  return names
    .filter((name) => name.endsWith(ending))
    .map((name) => readFileSync(join(CONSOLE_FOLDER, page, '..', name)))
    .reduce((sum, file) => sum + gzipSync(file, { level: 9 }).length, 0);
}

describe('the first load', () => {
  for (const [page, script, style] of budgets) {
    it(`of ${page} is at most ${script} bytes of script and ${style} of style`, () => {
      const [scripts, styles] = [firstLoad(page, '.js'), firstLoad(page, '.css')];
      assert.ok(scripts > 1_000 && scripts <= script, `${scripts} bytes of script`);
      assert.ok(styles > 500 && styles <= style, `${styles} bytes of style`);
    });
  }
});

describe('the pages', { skip: !canBrowse() && 'skipped: no /usr/bin/chromium' }, () => {
  let browser: Browser;
  let demo: RunningDemo;
  let phone: Page;
  let session = '';
  const troubles: string[] = [];
  const contexts: BrowserContext[] = [];
  const open = async (link: string, look: Look = {}): Promise<Page> => {
    const context = await openWindow(browser, look);
    contexts.push(context);
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    const seen = collectTroubles(page);
    page.on('close', () => troubles.push(...seen));
    await page.goto(link);
    return page;
  };
  /** Takes out what a test has brought about itself. */
  const forgive = (what: RegExp): void => {
    troubles.splice(0, troubles.length, ...troubles.filter((text) => !what.test(text)));
  };
  const base = (): string => demo.links.console.split('#')[0] as string;

  before(async () => {
    demo = await startDemo();
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    await demo?.stop();
  });

  it('let a person pay by keyboard, follow, stop, and see receipt and refund', async () => {
    phone = await open(demo.links.pay, { width: 360, height: 740 });
    const press = async (name: string | RegExp): Promise<void> => {
      const button = phone.getByRole('button', { name });
      await button.focus();
      await phone.keyboard.press('Enter');
    };
    await press('Get a demo wallet');
    await phone.getByText('Taxes included').waitFor();
    const prices = await phone.locator('table.prices td.number').allInnerTexts();
    assert.deepEqual(
      prices.map((text) => text.split(' per ')[1]),
      ['kWh', 'kWh', 'kWh', 'kWh', 'minute'],
    );
    await phone.getByLabel('Amount to pay in (CNY)').fill('15.00');
    await phone.keyboard.press('Enter');
    await phone.getByText('The machine is delivering.').waitFor();
    await phone.waitForFunction(() => {
      const shown = document.querySelector('[data-testid="cost"]')?.textContent ?? '0';
      return Number.parseFloat(shown) >= 0.1;
    });
    await press('Stop');
    await phone.getByText('Finished.').waitFor();
    const [net = 0, tax = 0, gross = 0] = await amounts('[data-testid="totals"] dd');
    assert.equal(net + tax, gross);
    const [back = 0] = await amounts('[data-testid="refund"] p');
    assert.equal(back + gross, 1_500);
    const refund = await phone.getByTestId('refund').innerText();
    assert.match(refund, /came back on \d+\/\d+\/\d+, \d+:\d\d:\d\d/);
    assert.equal(await phone.getByText('valid', { exact: true }).count(), 6);
  });

  /** The first amount in each element, in hundredths. */
  async function amounts(selector: string): Promise<number[]> {
    const texts = await phone.locator(selector).allInnerTexts();
    return texts.map((text) => Number(/(\d+)\.(\d\d)/.exec(text)?.slice(1).join('')));
  }

  it('let an operator follow the same session to its last arrow', async () => {
    const page = await open(demo.links.console);
    await page.getByText('all accounts add up to 0').waitFor();
    assert.doesNotMatch(page.url(), /token/);
    await page.goto(`${base()}#/refunds?limit=500`);
    session = (await page.locator('main td a').last().innerText()).trim();
    await page.locator('main td a').last().click();
    await page.getByText('8. RECEIPT ✓').waitFor();
    assert.deepEqual(
      (await page.locator('.arrows text').allTextContents()).filter((text) => /\d\./.test(text)),
      ['PAY', 'RECEIPT', 'BILL', 'DRAW', 'SETTLE', 'RECEIPT', 'REFUND', 'RECEIPT'].map(
        (name, n) => `${n + 1}. ${name} ✓`,
      ),
    );
    await page.locator('details.message').first().locator('summary').click();
    const message = await page.locator('details.message').first().innerText();
    assert.match(message, /amount\s+1500/);
    const raw = await page.locator('details.message pre').first().innerText();
    await checkMessage(page, raw, '✓ signature valid');
    await checkMessage(
      page,
      raw.replace(/.$/, (one) => (one === '0' ? '1' : '0')),
      'NOT valid',
    );
    await page.close();
  });

  async function checkMessage(page: Page, raw: string, says: string): Promise<void> {
    await page.goto(`${base()}#/verify`);
    await page.getByLabel('Message').fill(raw);
    await page.getByRole('button', { name: 'Check', exact: true }).click();
    await page.getByText(says).waitFor();
  }

  it('let two people change a mapping, and nobody alone', async () => {
    const page = await open(demo.links.console);
    await page.goto(`${base()}#/terminals`);
    await page.locator('main td a').first().click();
    await page.getByRole('heading', { name: 'History of the mapping' }).waitFor();
    const terminal = decodeURIComponent(page.url().split('/').at(-1) as string);
    const provider = await page.locator('main section td.id').first().innerText();
    await page.goto(`${base()}#/mappings`);
    await page.getByLabel('Terminal').fill(terminal);
    await page.getByLabel('Provider').fill(provider);
    await page.getByRole('button', { name: 'Propose' }).click();
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.getByText('Not possible').waitFor();
    await page.getByLabel("The second person's token").fill(demo.secondToken);
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.getByText('checker').first().waitFor();
    await page.goto(`${base()}#/terminal/${terminal}`);
    await page.getByRole('cell', { name: '2', exact: true }).first().waitFor();
    await page.close();
    // The attempt alone is answered with 403, which a browser reports.
    forgive(/403/);
  });

  it('let an operator freeze a terminal, and lift the freeze', async () => {
    const page = await open(demo.links.console);
    page.on('dialog', (dialog) => void dialog.accept());
    await page.goto(`${base()}#/terminals`);
    await page.locator('main td a').first().click();
    await page.getByRole('button', { name: 'Freeze' }).click();
    await page.getByText('frozen', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Lift the freeze' }).click();
    await page.getByRole('button', { name: 'Freeze' }).waitFor();
    await page.close();
  });

  it('let a person scan the display and pay in Chinese, without Ed25519', async () => {
    const face = await open(demo.links.face);
    await face.getByText(/This code is good for \d+ s/).waitFor();
    const opened = face.getByRole('link', { name: 'Open the payment page' });
    const scanned = (await opened.getAttribute('href')) ?? '';
    const page = await open('about:blank', { width: 768, language: 'zh', theme: 'dark' });
    await page.addInitScript(() => {
      const make = crypto.subtle.generateKey.bind(crypto.subtle) as (...all: unknown[]) => unknown;
      crypto.subtle.generateKey = ((how: { name: string }, ...rest: unknown[]) => {
        if (how.name === 'Ed25519') return Promise.reject(new Error('not here'));
        return make(how, ...rest);
      }) as never;
    });
    await page.goto(scanned);
    await page.getByText('ES256').waitFor();
    await page.getByRole('button', { name: '领取演示钱包' }).click();
    await page.getByRole('button', { name: '支付 20.00 CNY' }).click();
    await page.getByText('机器正在提供服务。').waitFor();
    await face.getByText('In use').waitFor();
    await page.getByRole('button', { name: '停止' }).click();
    await face.getByText('Thank you').waitFor();
    await page.getByText('已完成。').waitFor();
    await page.getByText('退还').first().waitFor();
    await page.getByRole('button', { name: '全部付款' }).click();
    const paid = await page.locator('ul.payments .id').innerText();
    assert.equal(paid, offerIn(scanned));
    await page.close();
    await face.close();
  });

  /** The id of the offer that a scanned code is for. */
  function offerIn(scanned: string): string {
    const envelope = openEnvelope(readPayLink(new URL(scanned).hash)?.offer ?? new Uint8Array());
    assert.ok(envelope.ok);
    const body = readPayload(OFFER, envelope.value);
    return body.ok ? body.value.offer : '';
  }

  it('say that they hear nothing, and go on when they hear again', async () => {
    const page = await open(demo.links.console);
    await page.getByText('● Live').waitFor();
    await page.context().setOffline(true);
    await page.getByText('This is the last known state').waitFor();
    await page.context().setOffline(false);
    await page.getByText('● Live').waitFor();
    await page.close();
    forgive(/DISCONNECTED/);
  });

  it('have no serious or critical barrier on any page, in any theme and language', async () => {
    const barriers: string[] = [];
    const operator = await open(demo.links.console, { width: 768 });
    await operator.getByTestId('conservation').waitFor();
    const lists = 'terminals,payments,settlements,refunds,bills,mappings,verify,tariff';
    for (const name of ['overview', ...lists.split(','), `session/${session}`]) {
      await operator.goto(`${base()}#/${name}`);
      await operator.locator('main h1').waitFor();
      await operator.locator('main p[role="status"]').waitFor({ state: 'detached' });
      barriers.push(...(await barriersInAllLooks(operator, name)));
    }
    await operator.close();
    const payer = await open(demo.links.pay, { width: 360 });
    await payer.getByRole('button', { name: 'Get a demo wallet' }).waitFor();
    barriers.push(...(await barriersInAllLooks(payer, 'pay without a wallet')));
    await payer.getByRole('button', { name: 'Get a demo wallet' }).click();
    await payer.getByText('Taxes included').waitFor();
    barriers.push(...(await barriersInAllLooks(payer, 'pay')));
    await payer.close();
    const face = await open(demo.links.face);
    await face.locator('svg.qr').waitFor();
    barriers.push(...(await barriersInAllLooks(face, 'face')));
    await face.close();
    assert.deepEqual(barriers, []);
  });

  it("have none on the payer's receipt either, which is there without a network", async () => {
    assert.deepEqual(await barriersInAllLooks(phone, 'receipt'), []);
    await phone.context().setOffline(true);
    await phone.reload();
    await phone.getByRole('button', { name: 'All payments' }).click();
    await phone.locator('ul.payments a').click();
    await phone.getByText('came back on').waitFor();
    assert.equal(await phone.getByText('valid', { exact: true }).count(), 6);
    await phone.close();
    forgive(/DISCONNECTED/);
  });

  it('reported no error, and nothing that their policy had to keep out', () => {
    assert.deepEqual(troubles, []);
  });
});

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** In both languages, and the colours of both themes; the page is left as it was. */
async function barriersInAllLooks(page: Page, name: string): Promise<string[]> {
  const turn = (to: string): Promise<void> => page.getByRole('button', { name: to }).click();
  const found = await barriersOf(page, `${name}, en`, {});
  await page.emulateMedia({ colorScheme: 'dark' });
  found.push(...(await barriersOf(page, `${name}, dark`, { runOnly: ['color-contrast'] })));
  await page.emulateMedia({ colorScheme: 'light' });
  await turn('中文');
  found.push(...(await barriersOf(page, `${name}, zh`, {})));
  await turn('English');
  return found;
}

/**
 * Serious and critical findings of axe-core on what the page shows now. Between light and dark only
 * colours differ, and no colour depends on the language.
 */
async function barriersOf(
  page: Page,
  name: string,
  rules: { readonly runOnly?: readonly string[] },
): Promise<string[]> {
  if (await page.evaluate(() => !('axe' in globalThis))) await page.evaluate(axe);
  const found = await page.evaluate(async (only) => {
    type Violation = { id: string; impact: string; nodes: { html: string }[] };
    type Axe = { run(options: object): Promise<{ violations: Violation[] }> };
    const { axe: checker } = globalThis as unknown as { axe: Axe };
    const { violations } = await checker.run({ ...only, resultTypes: ['violations'] });
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 120)}`);
  }, rules);
  return found.map((text) => `${name}: ${text}`);
}
