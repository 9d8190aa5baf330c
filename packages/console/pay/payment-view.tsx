import { BILL, PAY, RECEIPT, openMessage, readOwn, typOf } from '@coinbox/protocol';
import type { Asset, MessageType } from '@coinbox/protocol';
import { MESSAGES, toBase64 } from '@coinbox/protocol';
import { receiptsOf } from '@coinbox/payer';
import type { Payment, PaymentMessageName } from '@coinbox/payer';
import { useEffect } from 'preact/hooks';
import { formatDecimal } from '../shared/language.ts';
import { language, money, time } from '../shared/speech.ts';
import type { SessionSight } from './purchase.ts';
import { offerOf } from './purchase.ts';
import { act, busy, follow, isOver, sight, stop, t, wallet } from './state.ts';
import { now } from './wallet.ts';

const FOLLOW_EVERY_MS = 1_000;

/** A payment: what is going on while it runs, and the receipt when it is over. */
export function PaymentView({ payment }: { payment: Payment }) {
  const isDone = isOver(payment);
  useEffect(() => {
    if (isDone) return undefined;
    let isHere = true;
    const turn = async (): Promise<void> => {
      await follow().catch(() => undefined);
      if (isHere) timer = setTimeout(turn, FOLLOW_EVERY_MS);
    };
    let timer = setTimeout(turn, 0);
    return () => {
      isHere = false;
      clearTimeout(timer);
    };
  }, [payment.offer, isDone]);
  const { asset } = offerOf(payment);
  return (
    <>
      <p class="big" role="status">
        {stageText(payment, sight.value)}
      </p>
      {!isDone && <Live payment={payment} seen={sight.value} asset={asset} />}
      {payment.messages.bill && <Receipt payment={payment} asset={asset} />}
      {payment.stage === 'refunded' && !payment.messages.bill && <p>{t('noBill')}</p>}
      {payment.stage !== 'debited' && <Refund payment={payment} asset={asset} />}
      {isDone && <Evidence payment={payment} />}
    </>
  );
}

function stageText({ stage }: Payment, seen: SessionSight | undefined): string {
  if (stage === 'recredited') return t('stageVoided');
  if (stage === 'refunded') return t('stageClosed');
  if (stage === 'debited') return t('stagePresented');
  const texts = {
    accepted: 'stageAccepted',
    delivering: 'stageDelivering',
    'awaiting-bill': 'stageBill',
    drawn: 'stageDrawn',
    closed: 'stageClosed',
  } as const;
  return t(texts[(seen?.stage ?? 'accepted') as keyof typeof texts] ?? 'stageAccepted');
}

type LiveParts = { payment: Payment; seen: SessionSight | undefined; asset: Asset };

function Live({ payment, seen, asset }: LiveParts) {
  const seconds = Math.floor(((seen?.to ?? 0) - (seen?.from ?? 0)) / 1000);
  const isRunning = seen?.stage === 'delivering' || seen?.stage === 'accepted';
  const parts = { minutes: Math.floor(seconds / 60), seconds: seconds % 60 };
  return (
    <section class="card">
      <dl class="facts">
        <dt>{t('cost')}</dt>
        <dd class="big" data-testid="cost">
          {money(seen?.cost ?? '0', asset)}
        </dd>
        <dt>{t('delivered')}</dt>
        <dd data-testid="delivered">{deliveredText(seen?.registers ?? {})}</dd>
        <dt>{t('duration')}</dt>
        <dd>{t('minutes', parts)}</dd>
        <dt>{t('paidIn')}</dt>
        <dd>{money(payment.amount, asset)}</dd>
      </dl>
      <progress
        aria-label={t('cost')}
        max={Number(payment.amount)}
        value={Number(seen?.cost ?? 0)}
      />
      <button
        class="danger wide"
        disabled={!isRunning || busy.value}
        onClick={() => void act(stop)}
      >
        {busy.value ? t('stopping') : t('stop')}
      </button>
    </section>
  );
}

/** Registers with their unit: `1234` Wh is `1.234 kWh`. */
function deliveredText(registers: Readonly<Record<string, string>>): string {
  const units = { energyWh: 'kWh', volumeMl: 'l', massG: 'kg' } as const;
  const said = Object.entries(units).flatMap(([name, unit]) => {
    const value = registers[name];
    if (value === undefined) return [];
    const digits = value.padStart(4, '0');
    const decimal = `${digits.slice(0, -3)}.${digits.slice(-3)}`;
    return [`${formatDecimal(decimal, language.value)} ${unit}`];
  });
  const cycles = registers.cycles;
  return [...said, ...(cycles ? [`× ${cycles}`] : [])].join(', ') || '–';
}

function Receipt({ payment, asset }: { payment: Payment; asset: Asset }) {
  const { bill } = payment.messages;
  if (!bill) return null;
  const { body } = readOwn(BILL, bill);
  const sum = (of: 'net' | 'tax'): bigint => body.lines.reduce((all, line) => all + line[of], 0n);
  return (
    <section>
      <h2>{t('receipt')}</h2>
      <div class="scroll" tabIndex={0} role="region" aria-label={t('receipt')}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t('item')}</th>
              <th scope="col">{t('quantity')}</th>
              <th scope="col" class="number">
                {t('net')}
              </th>
            </tr>
          </thead>
          <tbody>
            {body.lines.map((line, place) => (
              <tr key={place}>
                <td>{line.description}</td>
                <td>{`${line.quantity} ${line.unit} × ${line.unitPrice}`}</td>
                <td class="number">{money(line.net, asset)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <dl class="facts" data-testid="totals">
        <dt>{t('net')}</dt>
        <dd class="number">{money(sum('net'), asset)}</dd>
        <dt>{t('tax')}</dt>
        <dd class="number">{money(sum('tax'), asset)}</dd>
        <dt>{t('gross')}</dt>
        <dd class="number">
          <strong>{money(body.amount, asset)}</strong>
        </dd>
      </dl>
    </section>
  );
}

function Refund({ payment, asset }: { payment: Payment; asset: Asset }) {
  const { stage, messages, refunded } = payment;
  if (stage === 'recredited') return null;
  const isBack = stage === 'refunded' && messages.receipt;
  const at = isBack ? readOwn(RECEIPT, isBack).body.at : undefined;
  const said = { amount: money(refunded ?? 0n, asset), time: at === undefined ? '' : time(at) };
  if (!isBack && !messages.bill && !messages.refund) return null;
  const nothing = !messages.refund && isOver(payment);
  return (
    <section class="card" data-testid="refund">
      <h2>{t('refund')}</h2>
      <p class={isBack ? 'good' : ''}>
        {isBack ? t('refundAt', said) : t(nothing ? 'nothingBack' : 'refundOpen')}
      </p>
    </section>
  );
}

const names: Readonly<Record<PaymentMessageName, Parameters<typeof t>[0]>> = {
  offer: 'messageOffer',
  pay: 'messagePay',
  accept: 'messageAccept',
  void: 'messageVoid',
  bill: 'messageBill',
  refund: 'messageRefund',
  receipt: 'messageReceipt',
};

/** Every signed message of the payment, checked here and now, without a network. */
function Evidence({ payment }: { payment: Payment }) {
  const checked = receiptsOf(payment).map(({ name, bytes }) => ({ name, isValid: check(bytes) }));
  return (
    <section>
      <h2>{t('checked')}</h2>
      <ul>
        {checked.map(({ name, isValid }) => (
          <li key={name}>
            {t(names[name])}{' '}
            <strong class={isValid ? 'good' : 'bad'}>{t(isValid ? 'valid' : 'invalid')}</strong>
          </li>
        ))}
      </ul>
      <button onClick={() => save(payment)}>{t('save')}</button>
    </section>
  );
}

function check(bytes: Uint8Array): boolean {
  const { value } = wallet;
  const typ = typOf(bytes);
  const type = Object.values(MESSAGES).find((one) => typ.ok && one.typ === typ.value);
  return Boolean(
    value && type && openMessage(type as MessageType<unknown>, bytes, value.book, now()).ok,
  );
}

/** The receipt as a file: every message of the payment as it was signed, in base64. */
function save(payment: Payment): void {
  const messages = receiptsOf(payment).map(({ name, bytes }) => [name, toBase64(bytes)]);
  const { at } = readOwn(PAY, payment.messages.pay).body;
  const text = JSON.stringify({
    format: 'coinbox-payment-1',
    at,
    messages: Object.fromEntries(messages),
  });
  const anchor = document.createElement('a');
  anchor.href = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  anchor.download = `${payment.offer}.json`;
  anchor.click();
  URL.revokeObjectURL(anchor.href);
}
