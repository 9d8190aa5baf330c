import { effect, signal } from '@preact/signals';
import { render } from 'preact';
import type { ComponentType } from 'preact';
import { useEffect } from 'preact/hooks';
import { time } from '../shared/speech.ts';
import { LanguageButton } from '../shared/top-bar.tsx';
import { token } from './api.ts';
import { heardAt, isLive, startLive, summary } from './live.ts';
import { Overview } from './overview.tsx';
import { hrefTo, readRoute, route } from './route.ts';
import { t } from './words.ts';
import type { ConsoleText } from '../texts/console.ts';

/** Pages that come when they are asked for. */
const pages: Readonly<Record<string, () => Promise<ComponentType>>> = {
  terminals: () => import('./terminals.tsx').then(({ Terminals }) => Terminals),
  terminal: () => import('./terminals.tsx').then(({ Terminal }) => Terminal),
  payments: () => import('./movements.tsx').then(({ Payments }) => Payments),
  settlements: () => import('./movements.tsx').then(({ Settlements }) => Settlements),
  refunds: () => import('./movements.tsx').then(({ Refunds }) => Refunds),
  bills: () => import('./movements.tsx').then(({ RefusedBills }) => RefusedBills),
  session: () => import('./session.tsx').then(({ SessionPage }) => SessionPage),
  mappings: () => import('./mappings.tsx').then(({ Mappings }) => Mappings),
  verify: () => import('./verify.tsx').then(({ Verify }) => Verify),
  tariff: () => import('./tariff-editor.tsx').then(({ TariffEditor }) => TariffEditor),
};

const menu: readonly (ConsoleText & string)[] = [
  'overview',
  'terminals',
  'payments',
  'settlements',
  'refunds',
  'bills',
  'mappings',
  'verify',
  'tariff',
];

const shown = signal<{ readonly page: string; readonly View: ComponentType } | undefined>(
  undefined,
);
/** Was this window opened by the demo's link? */
const isDemo = signal(sessionStorage.getItem('coinbox-demo') === 'yes');
const theme = signal(localStorage.getItem('coinbox-theme') ?? '');

/** Takes the token out of the demo's link, and out of the address and the history with it. */
function takeSignIn(): void {
  const { page, words } = route.value;
  if (page !== 'sign-in') return;
  token.value = words.get('token') ?? '';
  isDemo.value = true;
  sessionStorage.setItem('coinbox-demo', 'yes');
  location.replace(hrefTo('overview'));
}

addEventListener('hashchange', () => {
  route.value = readRoute(location.hash);
  takeSignIn();
  document.querySelector('main')?.focus();
});
takeSignIn();

effect(() => {
  const { page } = route.value;
  if (page === 'overview' || !(page in pages)) {
    shown.value = { page, View: Overview };
    return;
  }
  void pages[page]?.().then((View) => {
    if (route.value.page === page) shown.value = { page, View };
  });
});
effect(() => {
  if (theme.value) document.documentElement.dataset['theme'] = theme.value;
  localStorage.setItem('coinbox-theme', theme.value);
});
effect(() => {
  document.title = t('title');
});

function SignIn() {
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const typed = new FormData(event.currentTarget as HTMLFormElement).get('token');
    token.value = String(typed).trim();
  };
  return (
    <main class="sign-in">
      <div class="row">
        <LanguageButton />
      </div>
      <h1>{t('title')}</h1>
      <p>{t('signInLead')}</p>
      <form onSubmit={submit}>
        <label>
          {t('token')}
          <input name="token" type="password" autocomplete="off" required />
        </label>
        <p>
          <button class="main">{t('signIn')}</button>
        </p>
      </form>
    </main>
  );
}

function StatusLine() {
  const found = summary.value;
  const turnTheme = (): void => {
    const isDark = matchMedia('(prefers-color-scheme: dark)').matches;
    const now = theme.value || (isDark ? 'dark' : 'light');
    theme.value = now === 'dark' ? 'light' : 'dark';
  };
  const signOut = (): void => {
    token.value = '';
    isDemo.value = false;
    sessionStorage.clear();
  };
  return (
    <div class="status-line">
      <span class={isLive.value ? 'good' : 'bad'} role="status" data-testid="live">
        {!found && t('connecting')}
        {found && isLive.value && `● ${t('live', { index: found.as_of_index })}`}
        {found && !isLive.value && `○ ${t('stale', { time: time(heardAt.value) })}`}
      </span>
      {isDemo.value && <span class="quiet">{t('demo')}</span>}
      <span class="row">
        <button onClick={turnTheme}>{t('theme')}</button>
        <LanguageButton />
        <button onClick={signOut}>{t('signOut')}</button>
      </span>
    </div>
  );
}

function Frame() {
  const { page } = route.value;
  useEffect(() => startLive(), []);
  const View = shown.value?.page === page ? shown.value.View : undefined;
  return (
    <div class="frame">
      <nav class="side" aria-label={t('pages')}>
        <div class="brand">Coinbox</div>
        <ul>
          {menu.map((name) => (
            <li key={name}>
              <a href={hrefTo(name)} aria-current={name === page ? 'page' : undefined}>
                {t(name)}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <div>
        <StatusLine />
        <main tabIndex={-1}>{View ? <View /> : <p role="status">{t('loading')}</p>}</main>
      </div>
    </div>
  );
}

function App() {
  return token.value === '' ? <SignIn /> : <Frame />;
}

render(<App />, document.getElementById('app') as HTMLElement);
