import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createPayer, httpCarrier, receiptsOf, spendableOf } from '@coinbox/payer';
import type { Payer, Payment } from '@coinbox/payer';
import { createPayerFolder, enrolPayer, readPayerFolder } from '@coinbox/payer/payer-folder';
import { openPayerStore } from '@coinbox/payer/sqlite-store';
import {
  Fault,
  NO_MONEY,
  formatInstant,
  formatMajor,
  money,
  newId,
  parseAmount,
} from '@coinbox/protocol';
import type { Asset, Clock, Fetch, Instant, IssuerClient, OfferId } from '@coinbox/protocol';
import { lockFolder, openKeys } from '@coinbox/storage';
import { randomBytes } from 'node:crypto';
import { issuerClient, openWallet, orFail, walletIds } from '../enrol.ts';
import { FileError } from '../exit-codes.ts';
import { parseMajor } from '../money-argument.ts';
import { tell } from '../output.ts';

const clock: Clock = { now: () => Date.now() as Instant };

export type MakePayer = {
  readonly folder: string;
  readonly issuerUrl: string;
  readonly client: IssuerClient;
  /** Major units that the issuer issues to the new wallet. */
  readonly funds?: string;
};

/** Makes the folder of a payer wallet and has the issuer certify it. Gives the wallet's id. */
export async function makePayer({ folder, issuerUrl, client, funds }: MakePayer): Promise<string> {
  if (existsSync(join(folder, 'payer.json'))) {
    throw new Fault('already-initialised', `${folder} is a payer already`);
  }
  const keys = existsSync(join(folder, 'keys.json')) ? openKeys(folder) : createPayerFolder(folder);
  const { payer } = walletIds(folder, ['payer']);
  const discovery = orFail(await client.discover(), 'the issuer does not answer');
  const { publicKey } = keys.signer('payer');
  const { certificate } = await openWallet(client, 'payer', payer, publicKey);
  if (funds !== undefined) {
    const amount = parseMajor(funds, discovery.asset as Asset).toString();
    const id = newId('issuance', clock.now(), randomBytes(10));
    const order = { id, wallet: payer, amount, asset: discovery.asset };
    orFail(await client.issueMoney(order), 'no money is issued');
  }
  const { network, asset, root, certificates } = discovery;
  enrolPayer(folder, { network, asset, issuerUrl, root, certificates, certificate });
  return payer;
}

export type PayOrder = {
  readonly folder: string;
  /** Address of the terminal's carrier. */
  readonly terminal: string;
  /** Major units. */
  readonly amount: string;
  /** Come back when the money is in the terminal, and do not wait for the end of the session. */
  readonly detach: boolean;
};

/** What a payment prints with --json. */
export type PaidJson = {
  readonly offer: string;
  readonly session?: string;
  readonly stage: string;
  readonly amount: string;
  readonly refunded: string;
  readonly asset: string;
  readonly receipts: readonly string[];
};

const ASK_EVERY_MS = 250;

/**
 * Pays a terminal and waits until the rest is back. A PAY that was stored before is sent again
 * first.
 */
export async function payTerminal(order: PayOrder): Promise<PaidJson> {
  const { folder } = order;
  const { config, ...own } = readPayerFolder(folder, clock.now());
  const lock = lockFolder(folder);
  const store = openPayerStore(folder);
  try {
    const payer = createPayer({ ...own, store, clock });
    const carrier = httpCarrier(order.terminal, globalThis.fetch as unknown as Fetch);
    const amount = money(parseMajor(order.amount, own.asset));
    const { wallet } = own.certificate.body;
    const spendable = await readSpendable(config.issuerUrl, wallet, payer);
    const offer = orFail(await payer.askOffer(carrier, amount), 'no offer');
    const validUntil = formatInstant(offer.body.validUntil);
    tell(`offer ${offer.body.offer} of ${offer.body.terminal}, valid until ${validUntil}`);
    const limits = spendable === undefined ? {} : { spendable: money(spendable) };
    orFail(await payer.pay(carrier, offer, { amount, ...limits }), 'not paid');
    const wanted = order.detach ? isAnswered : isEnded;
    const payment = await waitFor(payer, carrier, offer.body.offer, wanted);
    if (payment.stage === 'recredited') throw new FileError('the terminal has voided the offer');
    return describe(payment, own.asset);
  } finally {
    store.close();
    lock.release();
  }
}

/** What may be spent, where the issuer tells a wallet its balance. */
async function readSpendable(
  issuerUrl: string,
  wallet: string,
  payer: Payer,
): Promise<bigint | undefined> {
  const answer = await issuerClient(issuerUrl)
    .wallet(wallet)
    .catch(() => undefined);
  const balance = answer?.ok ? parseAmount(answer.value.balance) : undefined;
  return balance?.ok ? spendableOf(balance.value, payer.payments()) : undefined;
}

const isAnswered = (payment: Payment): boolean => payment.stage !== 'debited';
const isEnded = (payment: Payment, stage: string | undefined): boolean =>
  payment.stage === 'recredited' || payment.stage === 'refunded' || stage === 'closed';

async function waitFor(
  payer: Payer,
  carrier: ReturnType<typeof httpCarrier>,
  offer: OfferId,
  isReached: (payment: Payment, stage: string | undefined) => boolean,
): Promise<Payment> {
  let told: string | undefined;
  for (;;) {
    const known = payer.payment(offer);
    const ask = known?.stage === 'debited' ? payer.resend : payer.refresh;
    const view = await ask(carrier, offer).catch((fault: unknown) => {
      if (fault instanceof Fault && fault.code === 'unreachable') return undefined;
      throw fault;
    });
    if (view?.ok) {
      const { payment, stage } = view.value;
      if (stage !== undefined && stage !== told) {
        tell(payment.session ? `session ${payment.session}: ${stage}` : stage);
      }
      told = stage;
      if (isReached(payment, stage)) return payment;
    }
    await sleep(ASK_EVERY_MS);
  }
}

function describe(payment: Payment, asset: Asset): PaidJson {
  return {
    offer: payment.offer,
    ...(payment.session && { session: payment.session }),
    stage: payment.stage,
    amount: formatMajor(payment.amount, asset),
    refunded: formatMajor(payment.refunded ?? NO_MONEY, asset),
    asset,
    receipts: receiptsOf(payment).map(({ bytes }) => Buffer.from(bytes).toString('base64url')),
  };
}

export type PlayOrder = {
  /** Address of the terminal: the carrier's, without `/carrier`. */
  readonly terminal: string;
  readonly session: string;
  readonly energyWh: number;
  readonly minutes: number;
};

/** Lets a simulated machine deliver: two readings, at the start and now. */
export async function playMachine({
  terminal,
  session,
  energyWh,
  minutes,
}: PlayOrder): Promise<void> {
  const at = clock.now();
  const readings = [
    { at: at - minutes * 60_000, phase: 'active', energyWh: '0' },
    { at, phase: 'active', energyWh: String(energyWh) },
  ];
  const url = `${terminal.replace(/\/carrier$/, '')}/device/${session}`;
  const answer = await fetch(url, { method: 'POST', body: JSON.stringify({ readings }) });
  if (answer.status !== 200) throw new FileError(`the machine answered ${answer.status}`);
}
