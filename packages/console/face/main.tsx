import { effect, signal } from '@preact/signals';
import { render } from 'preact';
import type { Tariff } from '@coinbox/tariff';
import { readPayLink } from '../pay/link.ts';
import { formatDecimal } from '../shared/language.ts';
import { PriceTable } from '../shared/price-table.tsx';
import { QrCode } from '../shared/qr-code.tsx';
import { language, money, speechOf } from '../shared/speech.ts';
import { LanguageButton } from '../shared/top-bar.tsx';
import { FACE_TEXTS } from '../texts/face.ts';
import { askOffer, readMachine, readTariff } from './machine.ts';
import type { MachineSight, SessionSight, ShownOffer } from './machine.ts';

const t = speechOf(FACE_TEXTS);
const link = readPayLink(location.hash);
const payPage = new URL('../pay/', location.href).href.split('#')[0] as string;

const LOOK_EVERY_MS = 1_000;
/** A new offer is shown before the old one runs out in somebody's hand. */
const RENEW_BEFORE_MS = 15_000;
const THANKS_MS = 8_000;

const machine = signal<MachineSight | undefined>(undefined);
const tariff = signal<Tariff | undefined>(undefined);
const offer = signal<ShownOffer | undefined>(undefined);
const isReached = signal(true);
const now = signal(Date.now());
const thanksUntil = signal(0);
let tariffHash = '';

/** Looks at the machine, and keeps an offer on the screen while nobody uses it. */
async function look(): Promise<void> {
  if (!link) return;
  const seen = await readMachine(link.terminal);
  now.value = Date.now();
  const wasBusy = (machine.value?.sessions.length ?? 0) > 0;
  if (wasBusy && seen.sessions.length === 0) thanksUntil.value = now.value + THANKS_MS;
  machine.value = seen;
  isReached.value = true;
  if (seen.tariff !== tariffHash) {
    tariff.value = await readTariff(link.terminal, seen.tariff);
    tariffHash = seen.tariff;
  }
  const isFree = seen.isOpen && seen.sessions.length === 0;
  const isOld = (offer.value?.validUntil ?? 0) - RENEW_BEFORE_MS < now.value;
  if (isFree && (isOld || wasBusy)) offer.value = await askOffer(link, payPage);
  if (!isFree) offer.value = undefined;
}

async function keepLooking(): Promise<void> {
  for (;;) {
    await look().catch(() => (isReached.value = false));
    now.value = Date.now();
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

function Waiting({ shown }: { shown: ShownOffer }) {
  const seconds = Math.max(0, Math.ceil((shown.validUntil - now.value) / 1000));
  return (
    <div class="face-parts">
      <section>
        <h1>{t('scan')}</h1>
        <QrCode text={shown.link} label={t('code')} />
        <p>{t('left', { seconds })}</p>
        <p>
          <a href={shown.link}>{t('open')}</a>
        </p>
      </section>
      <section>
        <h2>{t('price')}</h2>
        {tariff.value && <PriceTable tariff={tariff.value} t={t} />}
      </section>
    </div>
  );
}

function InUse({ session, asset }: { session: SessionSight; asset: string }) {
  const texts = { accepted: 'starting', delivering: 'delivering' } as const;
  const said = texts[session.stage as keyof typeof texts] ?? 'ending';
  const wattHours = session.registers['energyWh']?.padStart(4, '0');
  const kwh = wattHours && `${wattHours.slice(0, -3)}.${wattHours.slice(-3)}`;
  return (
    <section>
      <div role="status">
        <h1>{t(said)}</h1>
      </div>
      <dl class="face-facts">
        <dt>{t('cost')}</dt>
        <dd>{money(session.cost ?? '0', asset)}</dd>
        {kwh && <dt>{t('delivered')}</dt>}
        {kwh && <dd>{`${formatDecimal(kwh, language.value)} kWh`}</dd>}
        <dt>{t('held')}</dt>
        <dd>{money(session.held, asset)}</dd>
      </dl>
    </section>
  );
}

function Message({ title, more }: { title: string; more?: string }) {
  return (
    <section>
      <div role="status">
        <h1>{title}</h1>
        {more && <p>{more}</p>}
      </div>
    </section>
  );
}

function View() {
  const seen = machine.value;
  if (!link) return <Message title={t('noMachine')} />;
  if (!isReached.value) return <Message title={t('unreachable')} />;
  const session = seen?.sessions.at(-1);
  if (seen && session) return <InUse session={session} asset={seen.asset} />;
  if (now.value < thanksUntil.value) return <Message title={t('thanks')} more={t('rest')} />;
  if (seen && !seen.isOpen) return <Message title={t('closed')} more={t('closedWhy')} />;
  return offer.value ? <Waiting shown={offer.value} /> : <Message title={t('title')} />;
}

function Face() {
  return (
    <>
      <header class="face-top">
        <LanguageButton />
      </header>
      <main class="face">
        <View />
      </main>
    </>
  );
}

effect(() => {
  document.title = t('title');
});
render(<Face />, document.getElementById('app') as HTMLElement);
void keepLooking();
addEventListener('hashchange', () => location.reload());
