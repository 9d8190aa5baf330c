import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ACCEPT, money, readOwn } from '@coinbox/protocol';
import { tokenFile } from '@coinbox/issuer';
import { httpCarrier } from '@coinbox/payer';
import { startGateway } from '@coinbox/terminal';
import { PEOPLE } from '../commands/issuer.ts';
import { TARIFF, deliver, startSite, until } from './site.ts';
import type { Site } from './site.ts';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));
type Said = { readonly code: number; readonly out: string; readonly errors: string };

const coinbox = (...words: readonly string[]): Promise<Said> =>
  new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...words], { timeout: 30_000 }, (error, out, errors) =>
      resolve({ code: Number(error?.code ?? 0), out: out.trim(), errors }),
    );
  });

describe('a terminal that enrols itself by a code', () => {
  let site: Site;
  before(async () => {
    site = await startSite();
  });
  after(() => site.close());
  const token = (person: 0 | 1): string => tokenFile(join(site.folder, 'issuer'), PEOPLE[person]);

  test('is proposed by one, approved by another, claims its wallets, and is paid', async () => {
    const tariff = join(site.folder, 'tariff.json');
    writeFileSync(tariff, TARIFF);
    const at = ['--issuer', site.issuer.url];
    const [maker, checker] = [token(0), token(1)].map((file) => [...at, '--token-file', file]);
    assert.ok(maker && checker);
    const sale = ['--broker', site.broker.url, '--tariff', tariff, '--most', '50.00'];
    const propose = ['enrolment', 'propose', '--provider', site.provider, ...sale];
    const asked = await coinbox(...propose, ...maker);
    assert.deepEqual([asked.code, asked.errors], [0, '']);
    const own = await coinbox('enrolment', 'approve', asked.out, ...maker);
    assert.deepEqual([own.code, own.out], [77, '']);
    assert.match(own.errors, /approval-same-person/);
    const shown = await coinbox('enrolment', 'approve', asked.out, ...checker);
    assert.equal(shown.code, 0);
    assert.match(shown.out, /^[0-9A-Z]{26}(-[0-9A-Z]{4}){4}$/);

    const folder = join(site.folder, 'claimed');
    const claim = ['terminal', 'claim', folder, ...at, '--code'];
    const wrong = await coinbox(...claim, shown.out.slice(0, -4) + 'ZZZZ');
    assert.equal(wrong.code, 77);
    assert.match(wrong.errors, /claim-code-unknown/);
    const claimed = await coinbox(...claim, ` ${shown.out.toLowerCase()} `);
    assert.deepEqual([claimed.code, claimed.errors], [0, '']);
    assert.match(claimed.out, /^wal_/);
    const again = await coinbox(...claim, shown.out);
    assert.equal(again.code, 78);
    const other = await coinbox('terminal', 'claim', `${folder}-2`, ...at, '--code', shown.out);
    assert.equal(other.code, 77);
    assert.match(other.errors, /claim-code-used/);

    const gateway = await startGateway({
      folders: [folder],
      host: '127.0.0.1',
      port: 0,
      onFault: () => undefined,
    });
    const carrier = httpCarrier(`${gateway.url}/${claimed.out}/carrier`, fetch);
    const offer = await site.payer.askOffer(carrier, money(2_000n));
    assert.ok(offer.ok, 'an offer');
    const paid = await site.payer.pay(carrier, offer.value, { amount: money(2_000n) });
    assert.ok(paid.ok && paid.value.payment.messages.accept, 'paid');
    const { session } = readOwn(ACCEPT, paid.value.payment.messages.accept).body;
    await deliver({ ...site, gateway, terminal: offer.value.body.terminal }, session, 12_340n);
    const refunded = await until(async () => {
      const view = await site.payer.refresh(carrier, offer.value.body.offer);
      return view.ok && view.value.stage === 'closed' ? view.value.payment.refunded : undefined;
    });
    assert.equal(refunded, 766n);
    await gateway.close();
  });
});
