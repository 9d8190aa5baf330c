import { computed, signal } from '@preact/signals';
import { rejectionRow } from '@coinbox/protocol';
import type { Money, Offer, OfferId, Rejection, Signed } from '@coinbox/protocol';
import type { Payment } from '@coinbox/payer';
import type { Tariff } from '@coinbox/tariff';
import { openShelf } from '../shared/shelf.ts';
import type { Shelf } from '../shared/shelf.ts';
import { language, speechOf } from '../shared/speech.ts';
import { PAY_TEXTS } from '../texts/pay.ts';
import { openKey } from './key.ts';
import type { WalletKey } from './key.ts';
import { readPayLink } from './link.ts';
import { beginPayment, carrierTo, findOffer, readSight, stopDelivery } from './purchase.ts';
import type { SessionSight } from './purchase.ts';
import { BOXES, askDesk, findCertificate, openWallet, readDiscovery } from './wallet.ts';
import type { BrowserWallet } from './wallet.ts';

export const t = speechOf(PAY_TEXTS);

/** What the page shows: one thing at a time. */
export type Screen =
  | { readonly kind: 'loading' }
  | { readonly kind: 'no-wallet'; readonly key: WalletKey }
  | { readonly kind: 'home' }
  | { readonly kind: 'offer'; readonly offer: Signed<Offer>; readonly tariff: Tariff }
  | { readonly kind: 'payment'; readonly offer: OfferId };

export const screen = signal<Screen>({ kind: 'loading' });
export const wallet = signal<BrowserWallet | undefined>(undefined);
export const payments = signal<readonly Payment[]>([]);
export const sight = signal<SessionSight | undefined>(undefined);
/** A "no" or a failure, for people. */
export const trouble = signal<string | undefined>(undefined);
export const busy = signal(false);
export const link = readPayLink(location.hash);
/** The issuer is where this page came from. */
const issuer = location.origin;

export const current = computed(() => {
  const { value } = screen;
  return value.kind === 'payment'
    ? payments.value.find(({ offer }) => offer === value.offer)
    : undefined;
});

let shelf: Shelf;

const sayNo = ({ code }: Rejection): void => {
  trouble.value = t('refused', { text: rejectionRow(code)[language.value] });
};

/** Runs an action of the payer: one at a time, and a failure is told. */
export async function act(work: () => Promise<void>): Promise<void> {
  if (busy.value) return;
  busy.value = true;
  trouble.value = undefined;
  try {
    await work();
  } catch {
    trouble.value = t('unreachable');
  } finally {
    busy.value = false;
  }
}

/**
 * Opens the page: store, key, wallet, and the offer that the address names. `isAsked`: the issuer
 * is asked whether it has opened a wallet for the key by now.
 */
export async function open(isAsked: boolean): Promise<void> {
  shelf = await openShelf('coinbox-pay', BOXES);
  const key = await openKey(shelf);
  const discovery = await readDiscovery(issuer, shelf);
  const certificate = await findCertificate(issuer, shelf, key, isAsked);
  if (!certificate) {
    screen.value = { kind: 'no-wallet', key };
    return;
  }
  const opened = await openWallet(discovery, shelf, key, certificate);
  if (!opened.ok) return sayNo(opened.rejection);
  wallet.value = opened.value;
  payments.value = opened.value.store.payments(opened.value.certificate.body.wallet);
  if (link) await showOffer();
  else screen.value = { kind: 'home' };
}

export async function takeDemoWallet(key: WalletKey): Promise<void> {
  if (!link?.desk) return;
  await askDesk(link.desk, key);
  await open(true);
}

/** Asks the machine for what it offers, and for the tariff of the offer. */
export async function showOffer(): Promise<void> {
  if (!wallet.value || !link) return;
  screen.value = { kind: 'loading' };
  const offer = await findOffer(wallet.value, carrierTo(link.terminal, shelf), link.offer);
  if (!offer.ok) return sayNo(offer.rejection);
  const { readTariff } = await import('./offer-tariff.ts');
  const tariff = await readTariff(link.terminal, offer.value.body);
  if (!tariff.ok) return sayNo(tariff.rejection);
  screen.value = { kind: 'offer', offer: offer.value, tariff: tariff.value };
}

/** Pays the offer on the screen, then follows the session until the money is back. */
export async function payOffer(offer: Signed<Offer>, amount: Money): Promise<void> {
  if (!wallet.value || !link) return;
  // Where to send the PAY again is known before there is one.
  await shelf.put([['facts', placeOf(offer.body.offer), link.terminal]]);
  const begun = await beginPayment(wallet.value, offer, amount);
  if (!begun.ok) return sayNo(begun.rejection);
  refreshList();
  showPayment(begun.value);
  const sent = await wallet.value.payer.resend(carrierTo(link.terminal, shelf), begun.value.offer);
  refreshList();
  if (!sent.ok) sayNo(sent.rejection);
}

/** Under which key the address of a payment's terminal is kept. */
const placeOf = (offer: OfferId): string => `terminal/${offer}`;

const terminalOf = async ({ offer }: Payment): Promise<string | undefined> =>
  (await shelf.get<string>('facts', placeOf(offer))) ?? link?.terminal;

export function showPayment({ offer }: Payment): void {
  sight.value = undefined;
  screen.value = { kind: 'payment', offer };
}

export const goHome = (): void => {
  trouble.value = undefined;
  screen.value = { kind: 'home' };
};

export const isOver = ({ stage, messages }: Payment): boolean =>
  stage === 'refunded' || stage === 'recredited' || (stage === 'done' && isBilledWhole(messages));

/** All was billed: there is nothing to give back, and so no refund to wait for. */
const isBilledWhole = ({ bill, refund }: Payment['messages']): boolean =>
  bill !== undefined && refund === undefined && sight.value?.stage === 'closed';

/** Asks how far the session on the screen is. */
export async function follow(): Promise<void> {
  const payment = current.value;
  if (!wallet.value || !payment || isOver(payment)) return;
  const terminal = await terminalOf(payment);
  if (!terminal) return;
  const { payer } = wallet.value;
  const carrier = carrierTo(terminal, shelf);
  const ask = payment.stage === 'debited' ? payer.resend : payer.refresh;
  const view = await ask(carrier, payment.offer);
  sight.value = await readSight(terminal, payment);
  refreshList();
  if (!view.ok) sayNo(view.rejection);
}

export async function stop(): Promise<void> {
  const payment = current.value;
  const terminal = payment && (await terminalOf(payment));
  if (payment && terminal) await stopDelivery(terminal, payment);
}

function refreshList(): void {
  const { value } = wallet;
  if (value) payments.value = [...value.store.payments(value.certificate.body.wallet)];
}
