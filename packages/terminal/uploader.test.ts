import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import {
  Fault,
  PAY,
  REFUND,
  SETTLE,
  VOID,
  encodeCbor,
  money,
  readOwn,
  typOf,
} from '@coinbox/protocol';
import type { Rejection, RejectionCode } from '@coinbox/protocol';
import {
  KIT_BILLED,
  KIT_PAID,
  createKitCore,
  createPlot,
  createSimulatedIssuer,
  createVirtualTimers,
  found,
  kitReceipt,
  kitStranger,
  offerNamed,
  rest,
} from './testing/kit.ts';
import type { Plot, SimulatedIssuer } from './testing/kit.ts';
import { createUploader } from './uploader.ts';

const closers: (() => void)[] = [];
afterEach(() => closers.splice(0).forEach((close) => close()));

/** An uploader on a core that has the events of a plot. */
function uploading(plot: Plot, issuer: SimulatedIssuer = createSimulatedIssuer()) {
  const { core, journal, clock, close } = createKitCore(plot);
  const timers = createVirtualTimers((ms) => void (clock.afterMs += ms));
  const faults: unknown[] = [];
  let changes = 0;
  const uploader = createUploader({
    core,
    issuer,
    timers,
    random: (bytes) => new Uint8Array(bytes).fill(1),
    onMappingChanged: () => void (changes += 1),
    onFault: (fault) => void faults.push(fault),
  });
  core.listen(() => uploader.wake());
  closers.push(close);
  closers.push(() => uploader.close());
  const typs = () => issuer.submitted.map(({ typ }) => typ.slice('coinbox.'.length));
  const left = () => (['issuer', 'upload'] as const).flatMap((to) => journal.pending(to)).length;
  return {
    core,
    journal,
    close,
    clock,
    timers,
    issuer,
    uploader,
    faults,
    typs,
    left,
    changes: () => changes,
    async run(milliseconds = 0) {
      uploader.wake();
      await timers.advance(milliseconds);
      await rest();
    },
  };
}

const no = (code: RejectionCode): Rejection => ({ code });
/** An issuer that has applied the PAYs of a plot. */
async function knowing(plot: Plot): Promise<SimulatedIssuer> {
  const issuer = createSimulatedIssuer();
  for (const { kind, messages } of plot.events) {
    if (kind === 'presented') await issuer.submit(found(messages[0]));
  }
  return issuer;
}

describe('uploads', () => {
  it('go one after the other, by number, each after the answer to the one before', async () => {
    const plot = createPlot().delivered('a').accepted('b').billed(undefined, 'a');
    plot.returned('no-start', 'b');
    const issuer = await knowing(plot);
    const world = uploading(plot, issuer);
    const uploads: number[] = [];
    let open = 0;
    const { submit } = issuer;
    issuer.submit = async (message) => {
      const typ = typOf(message);
      if (typ.ok && typ.value === PAY.typ) return submit(message);
      open += 1;
      assert.equal(open, 1, 'one at a time');
      const isSettle = typ.ok && typ.value === SETTLE.typ;
      const { upload } = isSettle ? readOwn(SETTLE, message).body : readOwn(REFUND, message).body;
      uploads.push(upload);
      await rest();
      open -= 1;
      return submit(message);
    };
    for (let round = 0; round < 8; round++) await world.run();
    assert.deepEqual(uploads, [1, 2, 3]);
    assert.deepEqual(world.faults, []);
    assert.equal(world.left(), 0);
  });

  it('leave the outbox with their receipts, and the session leaves the state', async () => {
    const plot = createPlot().delivered().billed();
    const world = uploading(plot, await knowing(plot));
    await world.run();
    assert.equal(world.left(), 0);
    assert.equal(world.core.state.sessions.size, 0);
    assert.equal(world.core.state.inSettlement, 0n);
    assert.deepEqual(world.faults, []);
  });

  it('are sent again after 0.1, 0.2, 0.4 … and at most 5 s while the issuer is away', async () => {
    const world = uploading(createPlot().accepted().returned());
    const at: number[] = [];
    world.issuer.interfere = ({ typ }) => {
      if (typ === REFUND.typ) at.push(world.clock.afterMs - 10_000);
      return 'unreachable';
    };
    await world.run(21_300);
    const pauses = at.slice(1).map((time, place) => time - (at[place] as number));
    assert.deepEqual(pauses, [100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000]);
    assert.deepEqual(world.faults, []);
    assert.equal(world.uploader.blocked, undefined);
  });

  it('pass a settlement that is parked, say so, and ask again until it is posted', async () => {
    const plot = createPlot().delivered().billed();
    const world = uploading(plot, await knowing(plot));
    const { settle, refund } = plot.session();
    const subject = { hash: found(settle).hash, typ: SETTLE.typ, amount: KIT_BILLED };
    const parked = kitReceipt(subject, { result: 'parked', code: 'settlement-parked' }).bytes;
    const rest = { hash: found(refund).hash, typ: REFUND.typ, amount: money(766n) };
    const refunded = kitReceipt(rest, {}).bytes;
    const answers = new Map<string, Uint8Array>([
      [SETTLE.typ, parked],
      [REFUND.typ, refunded],
    ]);
    world.issuer.interfere = ({ typ }) => answers.get(typ);
    await world.run(10_000);
    assert.deepEqual(world.uploader.blocked, no('settlement-parked'));
    assert.equal(world.left(), 1);
    assert.equal(world.typs().filter((typ) => typ === 'refund').length, 1);
    assert.ok(world.typs().filter((typ) => typ === 'settle').length > 2);
    world.issuer.interfere = () => undefined;
    await world.run(10_000);
    assert.equal(world.uploader.blocked, undefined);
    assert.equal(world.left(), 0);
  });

  it('do not pass one that the issuer does not take', async () => {
    const plot = createPlot().delivered().billed();
    const world = uploading(plot, await knowing(plot));
    world.issuer.interfere = ({ typ }) =>
      typ === SETTLE.typ ? no('terminal-suspended') : undefined;
    await world.run(60_000);
    assert.deepEqual(world.uploader.blocked, no('terminal-suspended'));
    assert.equal(world.issuer.posted(REFUND.typ).length, 0);
    assert.equal(world.left(), 2);
  });

  it('are over with a receipt that refuses', async () => {
    const plot = createPlot().accepted().returned();
    const world = uploading(plot, await knowing(plot));
    const { hash } = found(plot.session().refund);
    const refusal = { result: 'refused', code: 'refund-exceeds-unspent' } as const;
    const receipt = kitReceipt({ hash, typ: REFUND.typ, amount: KIT_PAID }, refusal).bytes;
    world.issuer.interfere = ({ typ }) => (typ === REFUND.typ ? receipt : undefined);
    await world.run();
    assert.equal(world.left(), 0);
    assert.equal(world.core.state.sessions.size, 0);
  });

  const wrong: readonly (readonly [title: string, make: (hash: Uint8Array) => Uint8Array])[] = [
    [
      'another message',
      () => kitReceipt({ hash: new Uint8Array(32), typ: REFUND.typ, amount: KIT_PAID }).bytes,
    ],
    [
      'somebody else',
      (hash) => {
        const by = kitStranger('provider');
        return kitReceipt({ hash, typ: REFUND.typ, amount: KIT_PAID }, {}, by).bytes;
      },
    ],
    ['nobody', () => encodeCbor('posted')],
  ];
  for (const [title, make] of wrong) {
    it(`do not take a receipt of ${title} for their own`, async () => {
      const plot = createPlot().accepted().returned();
      const world = uploading(plot, await knowing(plot));
      const { hash } = found(plot.session().refund);
      world.issuer.interfere = ({ typ }) => (typ === REFUND.typ ? make(hash) : undefined);
      await world.run();
      assert.equal(world.core.state.sessions.size, 1);
      assert.ok(world.journal.pending('upload').length === 1);
      const [fault] = world.faults;
      assert.ok(fault instanceof Fault && fault.code === 'answer-invalid');
      world.issuer.interfere = () => undefined;
      await world.run(1_000);
      assert.equal(world.left(), 0);
    });
  }

  it('stop when the uploader is closed, also one that is on its way', async () => {
    const plot = createPlot().accepted().returned();
    const issuer = await knowing(plot);
    const { submit } = issuer;
    issuer.submit = async (message) => {
      await rest();
      return submit(message);
    };
    const world = uploading(plot, issuer);
    world.uploader.wake();
    world.uploader.close();
    await rest();
    await rest();
    await world.run(10_000);
    assert.deepEqual(world.faults, []);
    assert.equal(world.core.state.sessions.size, 1);
  });

  it('tell of a journal that fails, and bring nobody down', async () => {
    const plot = createPlot().accepted().returned();
    const world = uploading(plot, await knowing(plot));
    world.close();
    await world.run(0);
    assert.ok(world.faults.length > 0);
  });
});

describe('a PAY', () => {
  const plot = () => createPlot().presented('a');
  const offerOf = (world: ReturnType<typeof uploading>) =>
    world.core.state.offers.get(offerNamed('a'));

  it('is accepted with the receipt of the issuer', async () => {
    const world = uploading(plot());
    await world.run();
    const [session] = world.core.state.sessions.values();
    assert.equal(session?.held, KIT_PAID);
    assert.equal(session?.stage, 'accepted');
    assert.equal(world.left(), 0);
  });

  const finals: readonly RejectionCode[] = [
    'insufficient-funds',
    'key-unknown',
    'offer-taken',
    'id-reused',
    'limit-transaction',
  ];
  for (const code of finals) {
    it(`is voided with the final no ${code}, and the VOID goes to the issuer`, async () => {
      const world = uploading(plot());
      world.issuer.interfere = ({ typ }) => (typ === PAY.typ ? no(code) : undefined);
      await world.run(100);
      assert.equal(offerOf(world), undefined);
      assert.equal(world.core.state.sessions.size, 0);
      assert.deepEqual(world.typs(), ['pay', 'void']);
      assert.equal(world.left(), 0);
    });
  }

  it('is voided with a signed refusal', async () => {
    const world = uploading(plot());
    const { hash } = found(offerOf(world)?.presented);
    const refusal = { result: 'refused', code: 'insufficient-funds' } as const;
    const receipt = kitReceipt({ hash, typ: PAY.typ, amount: KIT_PAID }, refusal).bytes;
    world.issuer.interfere = ({ typ }) => (typ === PAY.typ ? receipt : undefined);
    await world.run(100);
    assert.deepEqual(world.typs(), ['pay', 'void']);
    assert.equal(world.core.state.holding, 0n);
  });

  it('is voided when the receipt is of another amount', async () => {
    const world = uploading(plot());
    const { hash } = found(offerOf(world)?.presented);
    const receipt = kitReceipt({ hash, typ: PAY.typ, amount: money(KIT_PAID - 1n) }).bytes;
    world.issuer.interfere = ({ typ }) => (typ === PAY.typ ? receipt : undefined);
    await world.run(100);
    assert.deepEqual(world.typs(), ['pay', 'void']);
  });

  it('is asked about again after a no for now, and voided when its offer has expired', async () => {
    const world = uploading(plot());
    world.issuer.interfere = ({ typ }) => (typ === PAY.typ ? no('wallet-frozen') : undefined);
    await world.run(60_000);
    assert.ok(offerOf(world)?.presented);
    assert.ok(world.typs().length > 10);
    await world.run(60_000);
    assert.equal(offerOf(world), undefined);
    assert.equal(world.issuer.posted(VOID.typ).length, 1);
    assert.equal(world.left(), 0);
  });

  it('is voided, not accepted, when its receipt comes after the offer has expired', async () => {
    const world = uploading(plot());
    world.issuer.interfere = () => 'lost';
    await world.run(119_000);
    assert.equal(world.issuer.held(), KIT_PAID);
    world.issuer.interfere = () => undefined;
    await world.run(10_000);
    assert.equal(world.core.state.sessions.size, 0);
    assert.equal(world.issuer.held(), 0n);
    assert.equal(world.left(), 0);
  });

  it('asks for the mapping when the issuer says that it has changed', async () => {
    const world = uploading(plot());
    world.issuer.interfere = ({ typ }) => (typ === PAY.typ ? no('mapping-changed') : undefined);
    await world.run();
    assert.equal(world.changes(), 1);
  });

  it('does not wait for uploads that are stuck', async () => {
    const stuck = createPlot().delivered('b').billed(undefined, 'b').presented('a');
    const world = uploading(stuck);
    world.issuer.interfere = ({ typ }) => (typ === SETTLE.typ ? no('overloaded') : undefined);
    await world.run(1_000);
    assert.ok(
      [...world.core.state.sessions.values()].some(({ offer }) => offer.offer === offerNamed('a')),
    );
  });

  it('is accepted once though it is told to wake many times', async () => {
    const world = uploading(plot());
    for (let n = 0; n < 10; n++) world.uploader.wake();
    await world.run();
    assert.deepEqual(world.typs(), ['pay']);
    assert.equal(world.core.state.sessions.size, 1);
  });
});
