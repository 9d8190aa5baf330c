import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createOfflineFixture } from '@coinbox/issuer/testing/offline';
import type { OfflineFixture } from '@coinbox/issuer/testing/offline';
import type { TestTerminal, TestWallet } from '@coinbox/issuer/testing';
import { EPOCH_MS, Fault, METER, accept, money, openMessage } from '@coinbox/protocol';
import type { BeaconJson, IssuerClient, MappingJson } from '@coinbox/protocol';
import { createMemoryStore, createPayer, purseOf } from '@coinbox/payer';
import {
  createJournalMemory,
  createSimulatedDevice,
  openMemoryJournal,
  startAgent,
} from '@coinbox/terminal';
import type { Agent, LinkOrder } from '@coinbox/terminal';
import { bookOf, terminalFolder } from './genesis.ts';
import type { Genesis } from './genesis.ts';

const genesisOf = (s: OfflineFixture): Genesis => ({ ports: s.ports }) as unknown as Genesis;
const gone = (): never => {
  throw new Fault('unreachable', 'there is no link');
};

/** A client of the issuer that can be cut off. */
function clientOf(s: OfflineFixture, isCut: () => boolean): IssuerClient {
  const call = async (name: 'getMapping' | 'getBeacon', parameter?: string) =>
    isCut()
      ? gone()
      : s.issuer.call(name, { query: {}, person: '', ...(parameter && { parameter }) });
  return {
    async submit(message: Uint8Array) {
      const answer = isCut() ? gone() : await s.issuer.submit(message);
      return answer.ok ? accept(answer.value.receipt) : answer;
    },
    submitRun: async (run: Uint8Array) => (isCut() ? gone() : s.issuer.submitRun(run)),
    beacon: async () => call('getBeacon') as Promise<{ ok: true; value: BeaconJson }>,
    mapping: async (terminal: string) =>
      call('getMapping', terminal) as Promise<{ ok: true; value: MappingJson }>,
  } as unknown as IssuerClient;
}

/** A real terminal on a journal in memory, with timers that a test lets go off. */
async function startTerminal(s: OfflineFixture, terminal: TestTerminal, isCut: () => boolean) {
  let waiting: (() => void)[] = [];
  let order: LinkOrder | undefined;
  const device = createSimulatedDevice();
  const faults: unknown[] = [];
  const journal = openMemoryJournal(createJournalMemory());
  const agent: Agent = await startAgent({
    folder: terminalFolder(genesisOf(s), terminal),
    journal,
    clock: s.clock,
    timers: {
      after(_, work) {
        waiting.push(work);
        return () => void (waiting = waiting.filter((one) => one !== work));
      },
    },
    random: () => Uint8Array.from(Buffer.from(s.newId('session').slice(4, 20))),
    issuer: clientOf(s, isCut),
    openLink: (wanted) => {
      order = wanted;
      const close = async (): Promise<void> => undefined;
      return { connected: true, dropped: 0, wake: () => undefined, close };
    },
    device,
    onFault: (fault) => void faults.push(fault),
  });
  return {
    agent,
    device,
    journal,
    faults,
    order: () => order as LinkOrder,
    async tick() {
      for (const work of waiting.splice(0)) work();
      for (let i = 0; i < 20; i++) await new Promise(setImmediate);
    },
  };
}

function walletOf(s: OfflineFixture, payer: TestWallet) {
  const { signer, certificate } = payer;
  const parts = { signer, certificate, asset: s.ports.asset, clock: s.clock };
  const book = bookOf(genesisOf(s), [payer]);
  return createPayer({ ...parts, book, store: createMemoryStore() });
}

it('a payer, a terminal and an issuer settle what was paid without any link', async () => {
  const s = await createOfflineFixture();
  const funded = await s.openFloat(5_000n, 3_000n);
  let cut = false;
  const machine = await startTerminal(s, s.terminal, () => cut);
  cut = true;
  const carrier = { exchange: (request: Uint8Array) => machine.agent.exchange(request) };
  const payer = walletOf(s, funded);
  const heard = { epoch: Math.floor(s.clock.now() / EPOCH_MS), loaded: money(3_000n) };
  const offer = await payer.askOffer(carrier, money(1_000n));
  assert.ok(offer.ok);
  const paid = await payer.pay(carrier, offer.value, {
    amount: money(1_000n),
    purse: purseOf(heard, payer.payments()),
  });
  assert.ok(paid.ok, paid.ok ? '' : paid.rejection.code);
  const { session } = paid.value.payment;
  assert.ok(session);
  assert.equal(paid.value.payment.stage, 'done');
  // Two readings, the last of them final: the machine has delivered something.
  const at = s.clock.now();
  const readings = [
    { at, phase: 'active' as const, energyWh: 0n },
    { at, phase: 'idle' as const, energyWh: 20_000n },
  ];
  assert.equal(machine.device.play(session, readings), 'played');
  const meters = machine.journal.pending('provider').map(({ bytes }) => bytes);
  const trust = bookOf(genesisOf(s), [s.terminal.holding]);
  const last = openMessage(METER, meters.at(-1) as Uint8Array, trust, s.clock.now());
  assert.ok(last.ok && last.value.body.final);
  const bill = s.messages.bill(s.provider, s.terminal, session, 600n, {
    tariffHash: offer.value.body.tariffHash,
    meterHash: last.value.hash,
  });
  const { handler } = machine.order();
  handler.receive(s.provider.wallet, bill.bytes, [s.provider.certificate.bytes]);
  const told = await payer.refresh(carrier, offer.value.body.offer);
  assert.ok(told.ok);
  assert.deepEqual([told.value.payment.stage, told.value.payment.refunded], ['refunded', 400n]);
  assert.equal(purseOf(heard, payer.payments()).available, 2_400n);
  assert.equal(await s.floatOf(funded), 3_000n);
  // The link is there again: everything comes in one run.
  cut = false;
  for (let i = 0; i < 5; i++) await machine.tick();
  assert.equal(machine.agent.status().openSessions, 0);
  assert.equal(machine.journal.pending('upload').length, 0);
  assert.equal(await s.floatOf(funded), 2_400n);
  assert.equal((await s.balanceOf(s.provider)).balance, 600n);
  assert.deepEqual(await s.balanceOf(s.terminal.holding), { balance: 0n, held: 0n });
  assert.equal((await s.issuer.summary()).difference, '0');
  assert.deepEqual(machine.faults, []);
  const seen = await payer.refresh(carrier, offer.value.body.offer);
  assert.ok(seen.ok && seen.value.payment.messages.receipt, 'the issuer has receipted the refund');
  await machine.agent.close();
});
