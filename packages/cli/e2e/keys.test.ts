import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { ACCEPT, Fault, money, readOwn } from '@coinbox/protocol';
import type { OfferId, WalletId } from '@coinbox/protocol';
import { startIssuer, tokenFile } from '@coinbox/issuer';
import type { RunningIssuer } from '@coinbox/issuer';
import { httpCarrier } from '@coinbox/payer';
import { hasSoftToken, isRequired, makeSoftToken } from '@coinbox/storage/testing';
import { readTerminalFolder, startGateway } from '@coinbox/terminal';
import type { AgentStatus, Gateway } from '@coinbox/terminal';
import { pino } from 'pino';
import { PEOPLE, readToken } from '../commands/issuer.ts';
import { rotateSettlementKey } from '../rotate-key.ts';
import type { RotatedKey } from '../rotate-key.ts';
import { clock, deliver, startSite, until } from './site.ts';
import type { Site } from './site.ts';

const root = mkdtempSync(join(tmpdir(), 'coinbox-keys-'));
after(() => rmSync(root, { recursive: true, force: true }));
const skip =
  hasSoftToken() || isRequired('softhsm') ? false : 'skipped: no SoftHSM on this machine';

type Agent = { readonly site: Site; gateway: Gateway };
const pathOf = (site: Site): string => join(site.folder, 'terminal');
const open = (site: Site): Promise<Gateway> =>
  startGateway({
    folders: [pathOf(site)],
    host: '127.0.0.1',
    port: 0,
    onFault: () => undefined,
  });
const carrierOf = ({ site, gateway }: Agent) =>
  httpCarrier(`${gateway.url}/${site.terminal}/carrier`, fetch);

/** Pays 20.00; `meanwhile` happens before 12.34 is delivered. */
async function pay(agent: Agent, meanwhile = async () => {}): Promise<OfferId> {
  const { site, gateway } = agent;
  const carrier = carrierOf(agent);
  const offer = await site.payer.askOffer(carrier, money(2_000n));
  assert.ok(offer.ok, 'an offer');
  const paid = await site.payer.pay(carrier, offer.value, { amount: money(2_000n) });
  assert.ok(paid.ok && paid.value.payment.messages.accept, 'paid');
  const { session } = readOwn(ACCEPT, paid.value.payment.messages.accept).body;
  await meanwhile();
  await deliver({ ...site, gateway }, session, 12_340n);
  return offer.value.body.offer;
}

const ended = (agent: Agent, offer: OfferId): Promise<bigint> =>
  until(async () => {
    const view = await agent.site.payer.refresh(carrierOf(agent), offer);
    return view.ok && view.value.stage === 'closed' ? view.value.payment.refunded : undefined;
  });

/** What the terminal says of itself, on loopback. */
const statusOf = async ({ gateway }: Agent) =>
  ((await (await fetch(`${gateway.url}/status`)).json()) as AgentStatus[])[0];

/** One of the issuer's two people acts on a wallet. */
async function act(site: Site, person: 0 | 1, what: string, wallet: WalletId): Promise<void> {
  const token = readToken(tokenFile(join(site.folder, 'issuer'), PEOPLE[person]));
  const answer = await fetch(`${site.issuer.url}/v1/wallets/${wallet}/${what}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'idempotency-key': what,
    },
    body: '{}',
  });
  assert.ok(answer.ok, `${what}: ${answer.status}`);
}

describe('a terminal with its keys on a token', { skip }, () => {
  let agent: Agent;
  let issuer: RunningIssuer;
  let rotated: RotatedKey;
  before(async () => {
    const keys = { token: makeSoftToken(root, 'charger 1') };
    const site = await startSite({ keys });
    agent = { site, gateway: site.gateway };
    issuer = site.issuer;
  });
  after(async () => {
    await agent.site.agent?.close();
    await agent.gateway.close();
    await agent.site.broker.close();
    await issuer.close();
    rmSync(agent.site.folder, { recursive: true });
  });

  test('is paid, settles and gives the rest back', async () => {
    assert.equal(await ended(agent, await pay(agent)), 766n);
  });

  test('does not change its key while the agent runs', async () => {
    const { site } = agent;
    await assert.rejects(
      rotateSettlementKey(pathOf(site), site.maker),
      (thrown) => thrown instanceof Fault && thrown.code === 'already-running',
    );
  });

  test('changes its key with a settlement under way: both keys are good', async () => {
    const { site } = agent;
    const { port } = new URL(site.issuer.url);
    const waiting = await pay(agent, () => issuer.close());
    await until(async () => ((await statusOf(agent))?.inSettlement === '1234' ? true : undefined));
    await agent.gateway.close();
    const before = readTerminalFolder(pathOf(site), clock.now()).keys.settlement;
    issuer = await startIssuer({
      folder: join(site.folder, 'issuer'),
      port: Number(port),
      log: pino({ level: 'silent' }),
    });
    rotated = await rotateSettlementKey(pathOf(site), site.maker);
    const after = readTerminalFolder(pathOf(site), clock.now()).keys.settlement;
    assert.notDeepEqual(after.keyId, before.keyId);
    agent.gateway = await open(site);
    assert.equal(await ended(agent, waiting), 766n);
    assert.equal(await ended(agent, await pay(agent)), 766n);
  });

  test('goes on with the new key when the old one is revoked by two people', async () => {
    await act(agent.site, 0, 'freeze', rotated.replaces);
    await act(agent.site, 1, 'revoke', rotated.replaces);
    assert.equal(await ended(agent, await pay(agent)), 766n);
    assert.equal((await statusOf(agent))?.blocked, undefined);
  });
});
