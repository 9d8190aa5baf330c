import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import {
  accept,
  ACCEPT,
  METER,
  RECEIPT,
  REFUND,
  REFUSAL,
  SETTLE,
  money,
  readOwn,
} from '@coinbox/protocol';
import type { SessionId } from '@coinbox/protocol';
import { createMemoryLinks } from '@coinbox/link';
import type { AgentParts } from './agent.ts';
import { readTerminalReport } from './report.ts';
import {
  KIT_BILLED,
  createSimulatedProvider,
  createWorld,
  found,
  kitBill,
  kitParties,
  kitPay,
  kitReadings,
  kitStranger,
  kitTerminal,
  payRequest,
} from './testing/kit.ts';
import type { World, WorldOptions } from './testing/kit.ts';

const worlds: World[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close();
});
const open = async (options: WorldOptions = {}): Promise<World> => {
  const world = await createWorld(options);
  worlds.push(world);
  return world;
};
type Paid = { readonly request: Uint8Array; readonly session: SessionId };
async function paid(world: World): Promise<Paid> {
  const request = payRequest(kitPay((await world.offer()).hash).bytes);
  const reply = await world.exchange(request);
  return { request, session: readOwn(ACCEPT, found(reply.messages[0])).body.session };
}
const { payer, provider } = kitParties;
const balances = ({ issuer }: World) => ({
  payer: issuer.balance(payer.wallet),
  provider: issuer.balance(provider.wallet),
  held: issuer.held(),
});
const stageOf = async (world: World, { request }: Paid) => (await world.exchange(request)).stage;
const outbox = ({ journal }: World): number =>
  (['issuer', 'upload', 'provider'] as const).flatMap((to) => journal.pending(to)).length;
const causes = ({ issuer }: World): string[] =>
  issuer.posted(REFUND.typ).map(({ bytes }) => readOwn(REFUND, bytes).body.cause);

describe('a session', () => {
  it('goes from PAY to close: billed to the provider, the rest to the payer', async () => {
    const world = await open();
    const session = await paid(world);
    assert.deepEqual(balances(world), { payer: 98_000n, provider: 0n, held: 2_000n });
    assert.equal(world.device.play(session.session, kitReadings()), 'played');
    await world.run();
    assert.equal(await stageOf(world, session), 'closed');
    assert.deepEqual(balances(world), { payer: 98_766n, provider: 1_234n, held: 0n });
    assert.equal(outbox(world), 0);
    assert.equal(world.provider.taken(METER.typ).length, 1);
    const [receipt, ...more] = world.provider.taken(RECEIPT.typ);
    const { subjectTyp, result, bill } = readOwn(RECEIPT, found(receipt)).body;
    assert.deepEqual([subjectTyp, result, more.length], [SETTLE.typ, 'posted', 0]);
    const [sale] = readTerminalReport(world.folder).sessions;
    assert.equal(bill, found(sale).bill);
    assert.equal(world.provider.unacknowledged, 0);
    assert.deepEqual(world.faults, []);
    assert.deepEqual(world.agent.status(), {
      terminal: kitTerminal,
      openSessions: 0,
      openOffers: 0,
      holding: '0',
      inSettlement: '0',
      linkConnected: true,
      mapped: true,
    });
  });

  it('ends with a bill of nothing: everything goes back, nothing is settled', async () => {
    const world = await open();
    world.provider.billFor = ({ body: { session }, hash }) =>
      kitBill({ session, meterHash: hash }, { amount: money(0n), lines: [] });
    const session = await paid(world);
    world.device.play(session.session, kitReadings());
    await world.run();
    assert.equal(await stageOf(world, session), 'closed');
    assert.deepEqual(balances(world), { payer: 100_000n, provider: 0n, held: 0n });
    assert.equal(world.issuer.posted(SETTLE.typ).length, 0);
    assert.equal(world.provider.taken(RECEIPT.typ).length, 0);
  });

  it('gives everything back ten minutes after the delivery when no bill comes', async () => {
    const world = await open();
    world.provider.billFor = () => undefined;
    const session = await paid(world);
    world.device.play(session.session, kitReadings());
    await world.run(599_000);
    assert.equal(await stageOf(world, session), 'awaiting-bill');
    await world.run(2_000);
    assert.equal(await stageOf(world, session), 'closed');
    assert.deepEqual(balances(world), { payer: 100_000n, provider: 0n, held: 0n });
    assert.deepEqual(causes(world), ['no-bill']);
  });

  it('refuses a bill that comes after that, so that the provider stops asking', async () => {
    const world = await open();
    let late: ReturnType<typeof kitBill> | undefined;
    world.provider.billFor = ({ body: { session }, hash }) =>
      void (late = kitBill({ session, meterHash: hash }));
    const session = await paid(world);
    world.device.play(session.session, kitReadings());
    await world.run(601_000);
    world.provider.send(found(late));
    await world.run(1_000);
    assert.equal(world.provider.unacknowledged, 0);
    const [refusal] = world.provider.taken(REFUSAL.typ);
    assert.equal(readOwn(REFUSAL, found(refusal)).body.code, 'session-closed');
    assert.equal(world.issuer.posted(SETTLE.typ).length, 0);
    assert.equal(world.issuer.posted(REFUSAL.typ).length, 1);
  });

  it('goes on after a bill that is too high: refused, and the right one is paid', async () => {
    const world = await open();
    world.provider.billFor = ({ body: { session }, hash }) => {
      const on = { session, meterHash: hash };
      world.provider.send(kitBill(on, { amount: money(KIT_BILLED + 1n) }));
      return kitBill(on, { sequence: 2 });
    };
    const session = await paid(world);
    world.device.play(session.session, kitReadings());
    await world.run();
    assert.equal(await stageOf(world, session), 'closed');
    const [refusal] = world.provider.taken(REFUSAL.typ);
    assert.equal(readOwn(REFUSAL, found(refusal)).body.code, 'bill-over-ceiling');
    assert.equal(world.issuer.posted(REFUSAL.typ).length, 1);
    assert.deepEqual(balances(world), { payer: 98_766n, provider: 1_234n, held: 0n });
  });

  it('gives everything back when the device fails', async () => {
    const world = await open();
    const session = await paid(world);
    assert.equal(world.device.fail(session.session), 'played');
    await world.run();
    assert.equal(await stageOf(world, session), 'closed');
    assert.deepEqual(balances(world), { payer: 100_000n, provider: 0n, held: 0n });
    assert.deepEqual(causes(world), ['no-start']);
  });

  it('gives everything back when the device does not begin, and calls it off', async () => {
    const world = await open();
    const session = await paid(world);
    await world.run(301_000);
    assert.equal(await stageOf(world, session), 'closed');
    assert.deepEqual(causes(world), ['no-start']);
    assert.equal(world.device.play(session.session, kitReadings()), 'unknown');
    assert.deepEqual(balances(world), { payer: 100_000n, provider: 0n, held: 0n });
  });

  it('bills what was metered when the device falls silent in the middle', async () => {
    let tell: ((session: SessionId) => unknown) | undefined;
    const stopped: SessionId[] = [];
    const wrap: WorldOptions['wrap'] = (parts: AgentParts) => ({
      ...parts,
      device: {
        connect(events) {
          tell = (session) => events.delivered(session, kitReadings(), false);
        },
        start: () => undefined,
        stop: (session) => void stopped.push(session),
      },
    });
    const world = await open({ wrap, bounds: { silentWithinMs: 10_000 } });
    const session = await paid(world);
    tell?.(session.session);
    await world.run(9_000);
    assert.equal(await stageOf(world, session), 'delivering');
    await world.run(2_000);
    assert.equal(await stageOf(world, session), 'closed');
    assert.deepEqual(stopped, [session.session]);
    assert.deepEqual(balances(world), { payer: 98_766n, provider: 1_234n, held: 0n });
  });

  it('waits a minute after a start for bills that could not come while it was away', async () => {
    const world = await open();
    const session = await paid(world);
    world.links.setConnected(provider.wallet, false);
    world.device.play(session.session, kitReadings());
    await world.run();
    await world.agent.close();
    await world.run(3_600_000);
    await world.restart();
    await world.run(59_000);
    assert.equal(await stageOf(world, session), 'awaiting-bill');
    world.links.setConnected(provider.wallet, true);
    world.links.retry();
    await world.run();
    assert.equal(await stageOf(world, session), 'closed');
    assert.deepEqual(balances(world), { payer: 98_766n, provider: 1_234n, held: 0n });
  });

  it('does not wait for longer', async () => {
    const world = await open();
    world.provider.billFor = () => undefined;
    const session = await paid(world);
    world.device.play(session.session, kitReadings());
    await world.run();
    await world.agent.close();
    await world.run(3_600_000);
    await world.restart();
    await world.run(61_000);
    assert.equal(await stageOf(world, session), 'closed');
    assert.deepEqual(causes(world), ['no-bill']);
  });

  it('survives that the issuer is away while the money goes back', async () => {
    const world = await open();
    const session = await paid(world);
    world.issuer.interfere = () => 'lost';
    world.device.play(session.session, kitReadings());
    await world.run(30_000);
    assert.equal(await stageOf(world, session), 'drawn');
    world.issuer.interfere = () => undefined;
    await world.run(10_000);
    assert.equal(await stageOf(world, session), 'closed');
    assert.deepEqual(balances(world), { payer: 98_766n, provider: 1_234n, held: 0n });
  });

  it('stays with the provider of its offer when the mapping changes in the middle', async () => {
    const world = await open();
    const session = await paid(world);
    const other = kitStranger('provider');
    world.issuer.mapped = { version: 4, provider: other };
    await world.run(31_000);
    world.device.play(session.session, kitReadings());
    await world.run();
    assert.equal(await stageOf(world, session), 'closed');
    assert.deepEqual(balances(world), { payer: 98_766n, provider: 1_234n, held: 0n });
    const { provider: next, mappingVersion } = (await world.offer()).body;
    assert.deepEqual([next, mappingVersion], [other.wallet, 4]);
  });

  it('runs beside others, each with its own money', async () => {
    const world = await open();
    const one = await paid(world);
    const two = payRequest(kitPay((await world.offer()).hash, { sequence: 2 }).bytes);
    const reply = await world.exchange(two);
    const { session } = readOwn(ACCEPT, found(reply.messages[0])).body;
    world.device.play(one.session, kitReadings());
    await world.run();
    assert.equal(world.agent.status().holding, '2000');
    world.device.fail(session);
    await world.run();
    assert.deepEqual(balances(world), { payer: 98_766n, provider: 1_234n, held: 0n });
  });
});

describe('startAgent()', () => {
  it('holds a link to the mapped provider before anybody has paid', async () => {
    const links = createMemoryLinks();
    const opened: string[] = [];
    const wrap: WorldOptions['wrap'] = (parts) => ({
      ...parts,
      openLink(order) {
        opened.push(...order.peers);
        return links.open({ ...order, side: 'terminal' });
      },
    });
    const world = await open({ wrap });
    assert.deepEqual(opened, [provider.wallet]);
    world.issuer.mapped = { version: 4, provider: kitStranger('provider') };
    await world.run(30_000);
    assert.deepEqual(opened, [provider.wallet, kitStranger('provider').wallet]);
  });

  it('listens to providers of earlier mappings after a restart: they may still send', async () => {
    const world = await open();
    const former = kitStranger('provider');
    const rows = [former, kitParties.provider].map(({ wallet, certificate }, at) => ({
      version: at + 1,
      provider: wallet,
      certificate: Buffer.from(certificate.bytes).toString('base64url'),
      index: at + 1,
      proposal: '',
    }));
    world.issuer.mapping = async (terminal) => accept({ terminal, versions: rows, as_of_index: 2 });
    const opened: string[] = [];
    await world.restart({
      openLink(order) {
        opened.push(...order.peers);
        return createMemoryLinks().open({ ...order, side: 'terminal' });
      },
    });
    assert.deepEqual(opened, [provider.wallet, former.wallet]);
  });

  it('starts without an issuer, and sells when there is one', async () => {
    const world = await open();
    await world.agent.close();
    const { mapping } = world.issuer;
    world.issuer.mapping = () => Promise.reject(new Error('nobody there'));
    await world.restart();
    assert.equal(world.agent.status().mapped, false);
    world.issuer.mapping = mapping;
    await world.run(30_000);
    assert.equal(world.agent.status().mapped, true);
  });

  it('says why an upload does not move', async () => {
    const world = await open();
    const { session } = await paid(world);
    world.issuer.interfere = ({ typ }) =>
      typ === REFUND.typ ? { code: 'terminal-suspended' } : undefined;
    world.device.fail(session);
    await world.run();
    assert.deepEqual(world.agent.status().blocked, { code: 'terminal-suspended' });
  });

  it('delivers over a network that repeats everything', async () => {
    const links = createMemoryLinks();
    const world = await open();
    assert.ok(links);
    const session = await paid(world);
    world.device.play(session.session, kitReadings());
    for (let n = 0; n < 5; n++) {
      world.links.retry();
      await world.run();
    }
    assert.equal(await stageOf(world, session), 'closed');
    assert.equal(world.issuer.posted(SETTLE.typ).length, 1);
    assert.equal(createSimulatedProvider(links).unacknowledged, 0);
  });
});
