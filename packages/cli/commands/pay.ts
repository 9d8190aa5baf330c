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
  rejectionOfProblem,
} from '@coinbox/protocol';
import type { Asset, Clock, Instant, IssuerClient, OfferId } from '@coinbox/protocol';
import { keepAliveFetch } from '@coinbox/link';
import { lockFolder, openKeys } from '@coinbox/storage';
import { randomBytes } from 'node:crypto';
import { issuerClient, openWallet, orFail, walletIds } from '../enrol.ts';
import { RefusedError } from '../exit-codes.ts';
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
  /** Address of the terminal, with or without the `/carrier` at its end. */
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
 * Pays a terminal and waits until the rest is back. The PAY is sent again until it is answered.
 * Throws UsageError, RefusedError, Fault.
 */
export async function payTerminal(order: PayOrder): Promise<PaidJson> {
  const { folder } = order;
  const { config, ...own } = readPayerFolder(folder, clock.now());
  const lock = lockFolder(folder);
  const store = openPayerStore(folder);
  try {
    const payer = createPayer({ ...own, store, clock });
    const carrier = httpCarrier(`${baseOf(order.terminal)}/carrier`, keepAliveFetch());
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
    if (payment.stage === 'recredited') {
      throw new RefusedError('the terminal has voided the offer; nothing is paid');
    }
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
  let saidToWait = false;
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
    const isOpen = !view?.ok || view.value.payment.stage === 'debited';
    if (isOpen && !saidToWait) {
      tell('The PAY is not answered yet. Asking again; Ctrl-C ends the waiting, not the payment.');
      saidToWait = true;
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

/** Address of a terminal without the last part, which names one of its doors. */
const baseOf = (terminal: string): string => terminal.replace(/\/(carrier)?$/, '');

export type PlayOrder = {
  /** Address of the terminal, with or without the `/carrier` at its end. */
  readonly terminal: string;
  readonly session: string;
  readonly energyWh: number;
  readonly minutes: number;
};

/**
 * Lets a simulated machine deliver: two readings, at the start and now. Throws RefusedError, and
 * Fault unreachable.
 */
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
  const url = `${baseOf(terminal)}/device/${session}`;
  const order = { method: 'POST', body: JSON.stringify({ readings }) };
  const answer = await fetch(url, order).catch((cause: unknown) => {
    throw new Fault('unreachable', `no answer from the machine at ${url}`, cause);
  });
  if (answer.status === 200) return;
  const problem = rejectionOfProblem(await answer.json().catch(() => undefined));
  if (!problem) throw new RefusedError(`the machine answered ${answer.status}`);
  orFail({ ok: false, rejection: problem }, 'the machine does not deliver');
}
