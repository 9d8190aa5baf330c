import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createCardCarrier, createPayer, httpCarrier, openOfferLink } from '@coinbox/payer';
import type { Carrier } from '@coinbox/payer';
import { attachSoftCard, openBle } from '@coinbox/payer/carriers';
import { openPayerStore } from '@coinbox/payer/sqlite-store';
import {
  ACCEPT,
  CertificateBook,
  Fault,
  decodeCarrierReply,
  money,
  readOwn,
  toHex,
} from '@coinbox/protocol';
import type { Fetch, Offer, SessionId, Signed, WalletId } from '@coinbox/protocol';
import { orFail } from '../enrol.ts';
import { isRequired } from '@coinbox/storage/testing';
import { machineTimers, startBle, startNfc } from '@coinbox/terminal';
import type { CarrierDoor } from '@coinbox/terminal';
import { withCarriers } from '../commands/terminal-carriers.ts';
import { addDrivers, createAir } from './bluetooth-air.ts';
import { balances, bytesOf, clock, deliver, startSite, until } from './site.ts';
import type { Site } from './site.ts';
import { noVirtualReader, startVirtualReader } from './virtual-reader.ts';

// Claim 3: the payer's money comes over the Internet, by NFC or by Bluetooth. One terminal, one
// wallet, the same messages.

const PAID = money(2000n);
const BILLED = 560n;
/** What a tap may take, bytes: spec/04-messages.md. */
const MOST = { pay: 260, first: 1200, warm: 700 } as const;

/** A carrier that writes down what went over it. */
type Tapped = Carrier & { readonly seen: { request: Uint8Array; reply: Uint8Array }[] };
const tap = (carrier: Carrier): Tapped => {
  const seen: Tapped['seen'] = [];
  return {
    seen,
    async exchange(request) {
      const reply = await carrier.exchange(request);
      seen.push({ request, reply });
      return reply;
    },
  };
};
const messagesIn = ({ seen }: Tapped): readonly (readonly Uint8Array[])[] =>
  seen.map(({ reply }) => {
    const decoded = decodeCarrierReply(reply);
    assert.ok(decoded.ok);
    return decoded.value.messages;
  });
const hex = (all: readonly Uint8Array[]): string[] => all.map(toHex);

addDrivers();
const air = createAir();
/** The library's types know no drivers but its own. */
const radio = { hciDriver: 'air', extended: false, bindParams: { air } } as object;
let site: Site;
before(async () => {
  site = await startSite();
});
after(() => site.close());

const door = (): CarrierDoor => {
  const own = site.gateway.door(site.terminal as WalletId);
  assert.ok(own);
  return own;
};
/** Why there is no reader; undefined when there is one. A need that is required fails the test. */
function missingReader(t: TestContext): boolean {
  const missing = noVirtualReader();
  if (missing === undefined) return false;
  assert.ok(!isRequired('pcsc'), missing);
  t.skip(`skipped: ${missing} (pcscd, vsmartcard-vpcd, gcc)`);
  return true;
}
const fault = (thrown: unknown): never => {
  throw thrown;
};

/** What a wallet knows that has met no terminal: the issuer. */
async function newBook(): Promise<CertificateBook> {
  const { network, root, certificates } = orFail(await site.maker.discover(), 'discover');
  const book = new CertificateBook(network, { ...root, bytes: bytesOf(root.bytes) });
  for (const text of certificates) book.add(bytesOf(text), clock.now(), true);
  return book;
}

/** Pays, lets the machine deliver, and sees the rest come back. */
async function buy(carrier: Carrier): Promise<void> {
  const { payer } = site;
  const before = await balances(site);
  const offer = await payer.askOffer(carrier, PAID);
  assert.ok(offer.ok);
  const view = await payer.pay(carrier, offer.value, { amount: PAID });
  assert.ok(view.ok && view.value.payment.session);
  await settles(view.value.payment.session, before);
}

async function settles(
  session: SessionId,
  before: Awaited<ReturnType<typeof balances>>,
): Promise<void> {
  await deliver(site, session, BILLED * 10n);
  const now = await until(async () => {
    const all = await balances(site);
    return all.terminal === 0n && all.payer > before.payer - PAID ? all : undefined;
  });
  assert.deepEqual([before.payer - now.payer, now.provider - before.provider], [BILLED, BILLED]);
}

/** The wallet as a phone on the terminal's reader, for as long as `use` takes. */
async function onReader(use: (carrier: Carrier) => Promise<void>): Promise<number[]> {
  const reader = await startVirtualReader();
  const commands: number[] = [];
  const nfc = await startNfc({
    door: door(),
    reader: reader.name,
    onFault: fault,
    onContact: (contact) => void commands.push(contact.commands),
  });
  try {
    const { carrier, card } = createCardCarrier();
    const socket = await reader.insert();
    attachSoftCard(socket, card);
    await use(carrier);
    socket.destroy();
    await until(async () => commands[0]);
    return commands;
  } finally {
    await nfc.close();
    await reader.close();
  }
}

async function overBluetooth(use: (carrier: Carrier) => Promise<void>): Promise<void> {
  const station = await startBle({
    door: door(),
    name: 'coinbox',
    timers: machineTimers,
    radio,
    onFault: fault,
  });
  const carrier = await openBle({ radio, terminal: 'coinbox' });
  try {
    await use(carrier);
  } finally {
    await carrier.close();
    await station.close();
  }
}

describe('claim 3: pay over the Internet, by NFC, by Bluetooth', () => {
  it('takes a payment over HTTP', () => buy(site.carrier));

  it('takes a payment by a card reader, through a real PC/SC daemon', async (t) => {
    if (missingReader(t)) return;
    const [commands] = await onReader((carrier) => buy(carrier));
    t.diagnostic(`the card was sent ${commands} commands, with those that asked for more`);
  });

  it('takes a payment by Bluetooth', () => overBluetooth((carrier) => buy(carrier)));

  it('brings the same messages, byte for byte, whichever way they come', async (t) => {
    const before = await balances(site);
    const web = tap(site.carrier);
    const offer = await site.payer.askOffer(web, PAID);
    assert.ok(offer.ok);
    const paid = await site.payer.pay(web, offer.value, { amount: PAID });
    assert.ok(paid.ok && paid.value.payment.session);
    const request = web.seen[1]?.request as Uint8Array;
    const [accept] = messagesIn(web)[1] as [Uint8Array];
    assert.equal(readOwn(ACCEPT, accept).body.held, PAID);
    const again = async (carrier: Carrier): Promise<void> => {
      const tapped = tap(carrier);
      const view = await site.payer.resend(tapped, offer.value.body.offer);
      assert.ok(view.ok);
      assert.deepEqual(tapped.seen[0]?.request, request);
      assert.deepEqual(hex(messagesIn(tapped)[0]?.slice(0, 1) ?? []), hex([accept]));
    };
    await overBluetooth(again);
    if (noVirtualReader() === undefined) await onReader(again);
    else t.diagnostic('without a card reader');
    await settles(paid.value.payment.session, before);
  });

  it('takes a payment by the link on the screen of the machine', async () => {
    const before = await balances(site);
    const shown = await fetch(`${site.gateway.url}/${site.terminal}/link`);
    assert.equal(shown.status, 200);
    const { link } = (await shown.json()) as { link: string };
    const scanned = orFail(openOfferLink(link, await newBook(), clock.now()), 'link');
    const carrier = httpCarrier(scanned.url, fetch as unknown as Fetch);
    const view = await site.payer.pay(carrier, scanned.offer, { amount: PAID });
    assert.ok(view.ok && view.value.payment.session);
    await settles(view.value.payment.session, before);
  });

  it('finishes over the Internet what was torn on the reader, and is paid once', async (t) => {
    if (missingReader(t)) return;
    const before = await balances(site);
    const { payer } = site;
    const reader = await startVirtualReader();
    const nfc = await startNfc({ door: door(), reader: reader.name, onFault: fault });
    const { carrier, card } = createCardCarrier();
    const socket = await reader.insert();
    let commands = 0;
    attachSoftCard(socket, {
      deactivate: () => card.deactivate(),
      async command(bytes) {
        const answer = await card.command(bytes);
        // SELECT, GET, two PUT of the OFFER, and GET: the PAY is out whole, and never answered.
        if (++commands === 5) socket.destroy();
        return answer;
      },
    });
    const offer = await payer.askOffer(carrier, PAID);
    assert.ok(offer.ok);
    const { offer: id } = offer.value.body;
    await assert.rejects(
      payer.pay(carrier, offer.value, { amount: PAID }),
      (thrown) => thrown instanceof Fault && thrown.code === 'unreachable',
    );
    assert.equal(payer.payment(id)?.stage, 'debited');
    const web = `${site.gateway.url}/${site.terminal}/carrier`;
    const view = await payer.resend(httpCarrier(web, fetch as unknown as Fetch), id);
    assert.ok(view.ok && view.value.payment.session);
    await nfc.close();
    await reader.close();
    await settles(view.value.payment.session, before);
  });

  it('torn at any command on the reader, and tapped again, is paid once', async (t) => {
    if (missingReader(t)) return;
    const { payer } = site;
    const reader = await startVirtualReader();
    const nfc = await startNfc({ door: door(), reader: reader.name, onFault: fault });
    // SELECT; GET; two PUT of the OFFER; GET of the PAY; PUT of the ACCEPT.
    for (let last = 0; last < 6; last++) {
      const before = await balances(site);
      const { carrier, card } = createCardCarrier();
      let offer: Signed<Offer> | undefined;
      const tryToPay = async () => {
        offer ??= orFail(await payer.askOffer(carrier, PAID), 'offer');
        return payer.pay(carrier, offer, { amount: PAID });
      };
      const first = tryToPay().catch(() => undefined);
      const torn = await reader.insert();
      let commands = 0;
      attachSoftCard(torn, {
        deactivate: () => card.deactivate(),
        async command(bytes) {
          const answer = await card.command(bytes);
          // The command has arrived, and the answer to it is lost.
          if (commands++ === last) torn.destroy();
          return answer;
        },
      });
      await once(torn, 'close');
      const tapped = await reader.insert();
      attachSoftCard(tapped, card);
      const view = (await first) ?? (await tryToPay());
      assert.ok(view.ok && view.value.payment.session, `torn at ${last}`);
      tapped.destroy();
      await settles(view.value.payment.session, before);
    }
    await nfc.close();
    await reader.close();
  });

  it('serves a card as coinbox terminal run --nfc does', async (t) => {
    if (missingReader(t)) return;
    const reader = await startVirtualReader();
    const gateway = { ...site.gateway, close: async () => undefined };
    const running = await withCarriers(gateway, { nfc: true });
    const { carrier, card } = createCardCarrier();
    const socket = await reader.insert();
    attachSoftCard(socket, card);
    const offer = orFail(await site.payer.askOffer(carrier, PAID), 'offer');
    assert.equal(offer.body.terminal, site.terminal);
    socket.destroy();
    await running.close();
    await reader.close();
  });

  it('says so when there is no such reader, and when there is no daemon', async (t) => {
    if (missingReader(t)) return;
    const reader = await startVirtualReader();
    const order = { door: door(), reader: 'another', onFault: fault };
    const isFault = (code: string) => (thrown: unknown) =>
      thrown instanceof Fault && thrown.code === code;
    await assert.rejects(startNfc(order), isFault('config-invalid'));
    await reader.close();
    await assert.rejects(startNfc(order), isFault('unreachable'));
  });

  it('goes on when the daemon of the reader was away, and says so once', async (t) => {
    if (missingReader(t)) return;
    const faults: unknown[] = [];
    const first = await startVirtualReader();
    const onFault = (thrown: unknown): void => void faults.push(thrown);
    const nfc = await startNfc({ door: door(), reader: first.name, onFault });
    await first.close();
    await until(async () => faults[0]);
    await sleep(1_200);
    const second = await startVirtualReader();
    const { carrier, card } = createCardCarrier();
    const socket = await second.insert();
    attachSoftCard(socket, card);
    assert.ok((await site.payer.askOffer(carrier, PAID)).ok);
    assert.equal(faults.length, 1);
    socket.destroy();
    await nfc.close();
    await second.close();
  });

  it('fits a tap: what a wallet and a terminal say that never met', async (t) => {
    const book = await newBook();
    const stranger = createPayer({
      signer: site.payerSigner,
      certificate: site.payerCertificate,
      asset: 'EUR/2',
      book,
      store: openPayerStore(site.folder),
      clock,
    });
    const before = await balances(site);
    const web = tap(site.carrier);
    const offer = await stranger.askOffer(web, PAID);
    assert.ok(offer.ok);
    const paid = await stranger.pay(web, offer.value, { amount: PAID });
    assert.ok(paid.ok && paid.value.payment.session);
    const { pay } = paid.value.payment.messages;
    const accept = messagesIn(web)[1]?.[0] as Uint8Array;
    const warm = offer.value.bytes.length + pay.length + accept.length;
    const holding = site.terminalFolder.keys.holdingCertificate.bytes.length;
    const first = warm + holding + site.payerCertificate.bytes.length;
    t.diagnostic(`PAY ${pay.length}, first contact ${first}, warm ${warm} bytes`);
    assert.ok(pay.length <= MOST.pay && first <= MOST.first && warm <= MOST.warm);
    await settles(paid.value.payment.session, before);
  });
});
