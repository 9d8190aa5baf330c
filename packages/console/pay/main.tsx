import { effect, signal } from '@preact/signals';
import { render } from 'preact';
import { toBase64url } from '../shared/base64url.ts';
import { money } from '../shared/speech.ts';
import { LanguageButton } from '../shared/top-bar.tsx';
import type { OfferView } from './offer-view.tsx';
import { PaymentView } from './payment-view.tsx';
import { offerOf } from './purchase.ts';
import type { WalletKey } from './key.ts';
import {
  act,
  busy,
  current,
  goHome,
  link,
  open,
  payments,
  screen,
  showOffer,
  showPayment,
  t,
  takeDemoWallet,
  trouble,
} from './state.ts';

function NoWallet({ walletKey }: { walletKey: WalletKey }) {
  return (
    <section>
      <h1>{t('wallet')}</h1>
      <p>{t('noWallet')}</p>
      {link?.desk && (
        <>
          <button
            class="main wide"
            disabled={busy.value}
            onClick={() => void act(() => takeDemoWallet(walletKey))}
          >
            {t('demoWallet')}
          </button>
          <p class="quiet">{t('demoNote')}</p>
        </>
      )}
      <p>{t('enrol')}</p>
      <pre>{`${walletKey.publicKey.algorithm} ${toBase64url(walletKey.publicKey.bytes)}`}</pre>
      <p class="quiet">{t('keyNote')}</p>
      <button disabled={busy.value} onClick={() => void act(() => open(true))}>
        {t('check')}
      </button>
    </section>
  );
}

function Home() {
  return (
    <section>
      <h1>{t('home')}</h1>
      {!link && <p>{t('noLink')}</p>}
      {payments.value.length === 0 && <p class="quiet">{t('noPayments')}</p>}
      <ul class="payments">
        {payments.value.toReversed().map((payment) => (
          <li key={payment.offer}>
            <a
              href={location.hash || '#'}
              onClick={(event) => {
                event.preventDefault();
                showPayment(payment);
              }}
            >
              <span class="id">{payment.offer}</span>
              <span class="number">{money(payment.amount, offerOf(payment).asset)}</span>
            </a>
          </li>
        ))}
      </ul>
      {link && <button onClick={() => void act(showOffer)}>{t('title')}</button>}
    </section>
  );
}

/** What an offer is shown with comes when there is one: a receipt needs no tariff. */
const offerView = signal<{ readonly View: typeof OfferView } | undefined>(undefined);
if (link) {
  import('./offer-view.tsx').then(
    ({ OfferView: View }) => (offerView.value = { View }),
    () => undefined,
  );
}

function View() {
  const { value } = screen;
  const Offered = offerView.value?.View;
  const payment = current.value;
  if (value.kind === 'no-wallet') return <NoWallet walletKey={value.key} />;
  if (value.kind === 'offer' && Offered) {
    return <Offered {...value} key={value.offer.body.offer} />;
  }
  if (value.kind === 'payment' && payment) return <PaymentView payment={payment} />;
  if (value.kind === 'home') return <Home />;
  return <p role="status">{t('loading')}</p>;
}

function App() {
  return (
    <>
      <header class="top">
        <button onClick={goHome}>{t('back')}</button>
        <LanguageButton />
      </header>
      <main>
        {trouble.value && (
          <div class="notice bad" role="alert">
            <p>{trouble.value}</p>
            {screen.value.kind !== 'payment' && (
              <button onClick={() => void act(() => open(false))}>{t('again')}</button>
            )}
          </div>
        )}
        <View />
      </main>
    </>
  );
}

effect(() => {
  document.title = t('title');
});
render(<App />, document.getElementById('app') as HTMLElement);
void act(() => open(false));
if ('serviceWorker' in navigator) void navigator.serviceWorker.register('./sw.js');
addEventListener('hashchange', () => location.reload());
