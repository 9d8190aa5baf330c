import assert from 'node:assert/strict';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ACCEPT, money, readOwn } from '@coinbox/protocol';
import { httpCarrier } from '@coinbox/payer';
import { startGateway } from '@coinbox/terminal';
import type { AgentStatus, Gateway } from '@coinbox/terminal';
import { balances, deliver, startSite, until } from './site.ts';
import type { Site } from './site.ts';

const pathOf = (site: Site): string => join(site.folder, 'terminal');

/** A session of 20.00; gives whether the terminal took it, and waits for its end if told to. */
async function session(site: Site, gateway: Gateway, toTheEnd: boolean): Promise<boolean> {
  const carrier = httpCarrier(`${gateway.url}/${site.terminal}/carrier`, fetch);
  const offer = await site.payer.askOffer(carrier, money(2_000n));
  if (!offer.ok) return false;
  const paid = await site.payer.pay(carrier, offer.value, { amount: money(2_000n) });
  const accepted = paid.ok ? paid.value.payment.messages.accept : undefined;
  if (!accepted) return false;
  await deliver({ ...site, gateway }, readOwn(ACCEPT, accepted).body.session, 12_340n);
  if (!toTheEnd) return true;
  await until(async () => {
    const view = await site.payer.refresh(carrier, offer.value.body.offer);
    return view.ok && view.value.stage === 'closed' ? true : undefined;
  });
  return true;
}

const statusOf = async (gateway: Gateway): Promise<AgentStatus | undefined> =>
  ((await (await fetch(`${gateway.url}/status`)).json()) as AgentStatus[])[0];

test('a terminal that is put back to an old image of its disk is suspended', async () => {
  const site = await startSite();
  const open = (): Promise<Gateway> =>
    startGateway({ folders: [pathOf(site)], host: '127.0.0.1', port: 0, onFault: () => undefined });
  await site.gateway.close();
  let gateway = await open();
  assert.ok(await session(site, gateway, true));
  await gateway.close();
  const image = join(site.folder, 'image');
  cpSync(pathOf(site), image, { recursive: true });
  gateway = await open();
  assert.ok(await session(site, gateway, true));
  await gateway.close();
  const before = await balances(site);
  assert.deepEqual(before, { payer: 7_532n, terminal: 0n, provider: 2_468n });

  rmSync(pathOf(site), { recursive: true });
  cpSync(image, pathOf(site), { recursive: true });
  gateway = await open();
  // Its next upload has a number that the issuer has seen with another content.
  assert.ok(await session(site, gateway, false));
  const blocked = await until(async () => (await statusOf(gateway))?.blocked?.code);
  assert.match(blocked, /^(?:counter-rollback|counter-conflict|terminal-suspended)$/);
  assert.equal(await session(site, gateway, false), false, 'it takes no more payments');
  const after = await balances(site);
  assert.equal(after.provider, before.provider, 'nobody is paid by an old image');
  assert.equal(after.payer + after.terminal, before.payer, 'what was paid in is held');
  await gateway.close();
  await site.agent?.close();
  await site.broker.close();
  await site.issuer.close();
  rmSync(site.folder, { recursive: true });
});
