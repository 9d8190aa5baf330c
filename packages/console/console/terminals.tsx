import { useSignal } from '@preact/signals';
import type { EventJson, MappingJson, Page, WalletJson } from '@coinbox/protocol';
import { money } from '../shared/speech.ts';
import { QrCode } from '../shared/qr-code.tsx';
import { change, queryOf, read } from './api.ts';
import { Loader, changes } from './loader.tsx';
import { summary } from './live.ts';
import { EventTable } from './overview.tsx';
import { hrefTo, route } from './route.ts';
import { t } from './words.ts';

const PAGE_LINES = 500;
/** How far back the events of a terminal are looked for, entries. */
const LOOK_BACK = 5_000;

/** One page of wallets, of which the terminals are shown. */
export function Terminals() {
  const cursor = route.value.words.get('cursor') ?? '';
  const path = `/v1/wallets${queryOf({ limit: PAGE_LINES, cursor })}`;
  return (
    <>
      <h1>{t('terminals')}</h1>
      <Loader of={path} load={() => read<Page<WalletJson>>(path)}>
        {({ items, next }) => (
          <>
            <TerminalTable wallets={items} />
            {next && <a href={hrefTo('terminals', '', { cursor: next })}>{t('next')}</a>}
          </>
        )}
      </Loader>
    </>
  );
}

function TerminalTable({ wallets }: { wallets: readonly WalletJson[] }) {
  const holding = wallets.filter(({ role }) => role === 'holding');
  const settlements = new Map(
    wallets.flatMap((wallet) => (wallet.terminal ? [[wallet.terminal, wallet]] : [])),
  );
  if (holding.length === 0) return <p class="quiet">{t('nothing')}</p>;
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={t('terminals')}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('terminal')}</th>
            <th scope="col">{t('state')}</th>
            <th scope="col" class="number">
              {t('held')}
            </th>
            <th scope="col" class="number">
              {t('inTransit')}
            </th>
          </tr>
        </thead>
        <tbody>
          {holding.map((wallet) => (
            <tr key={wallet.wallet}>
              <td class="id">
                <a href={hrefTo('terminal', wallet.wallet)}>{wallet.wallet}</a>
              </td>
              <td>
                <WalletState wallet={wallet} />
              </td>
              <td class="number">{money(wallet.balance, wallet.asset)}</td>
              <td class="number">
                {money(settlements.get(wallet.wallet)?.balance ?? '0', wallet.asset)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function WalletState({ wallet }: { wallet: WalletJson }) {
  if (wallet.revoked) return <span class="bad">{t('stateRevoked')}</span>;
  if (wallet.frozen) return <span class="warn">{t('stateFrozen')}</span>;
  return <span class="good">{t('stateGood')}</span>;
}

/** One terminal: its wallets, its mapping, what happened there, and a sticker to print. */
export function Terminal() {
  const { about } = route.value;
  const load = async () => {
    const after = Math.max(0, (summary.value?.as_of_index ?? 0) - LOOK_BACK);
    const [wallet, mapping, events] = await Promise.all([
      read<WalletJson>(`/v1/wallets/${encodeURIComponent(about)}`),
      read<MappingJson>(`/v1/terminals/${encodeURIComponent(about)}/mapping`),
      read<Page<EventJson>>(`/v1/events${queryOf({ wallet: about, after, limit: 200 })}`),
    ]);
    return { wallet, mapping, events: events.items };
  };
  return (
    <>
      <h1>{t('terminal')}</h1>
      <p class="id">{about}</p>
      <Loader of={about} load={load}>
        {({ wallet, mapping, events }) => (
          <>
            <dl class="facts">
              <dt>{t('state')}</dt>
              <dd>
                <WalletState wallet={wallet} />
              </dd>
              <dt>{t('balance')}</dt>
              <dd>{money(wallet.balance, wallet.asset)}</dd>
              <dt>{t('held')}</dt>
              <dd>{money(wallet.held, wallet.asset)}</dd>
            </dl>
            <Freeze wallet={wallet} />
            <MappingHistory mapping={mapping} />
            <h2>{t('movements')}</h2>
            <EventTable events={events.toReversed().slice(0, 30)} asset={wallet.asset} />
            <Sticker terminal={about} />
          </>
        )}
      </Loader>
    </>
  );
}

/** Stops a terminal at once, or lets it go on. */
function Freeze({ wallet }: { wallet: WalletJson }) {
  const failure = useSignal('');
  const act = wallet.frozen ? 'unfreeze' : 'freeze';
  const press = (): void => {
    if (act === 'freeze' && !confirm(t('freezeSure'))) return;
    const path = `/v1/wallets/${encodeURIComponent(wallet.wallet)}/${act}`;
    change(path, {}, crypto.randomUUID()).then(
      () => changes.value++,
      (cause: unknown) => (failure.value = t('failed', { text: String(cause) })),
    );
  };
  if (wallet.revoked) return null;
  return (
    <p class="row no-print">
      <button class={wallet.frozen ? '' : 'danger'} onClick={press}>
        {t(act)}
      </button>
      <span role="alert" class="bad">
        {failure.value}
      </span>
    </p>
  );
}

function MappingHistory({ mapping }: { mapping: MappingJson }) {
  return (
    <section>
      <h2>{t('history')}</h2>
      {mapping.versions.length === 0 && <p class="warn">{t('noMapping')}</p>}
      {mapping.versions.length > 0 && (
        <div class="scroll" tabIndex={0} role="region" aria-label={t('history')}>
          <table>
            <thead>
              <tr>
                <th scope="col">{t('version')}</th>
                <th scope="col">{t('provider')}</th>
                <th scope="col" class="number">
                  {t('index')}
                </th>
                <th scope="col">{t('proposal')}</th>
              </tr>
            </thead>
            <tbody>
              {mapping.versions.toReversed().map(({ version, provider, index, proposal }) => (
                <tr key={version}>
                  <td>{version}</td>
                  <td class="id">{provider}</td>
                  <td class="number">{index}</td>
                  <td class="id">{proposal}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

/** The code that stays on a machine: it names the machine, not an offer. */
function Sticker({ terminal }: { terminal: string }) {
  const gateway = useSignal('');
  const address = gateway.value.trim().replace(/\/$/, '');
  const words = new URLSearchParams({ t: `${address}/${terminal}` });
  const link = `${location.origin}/console/pay/#${words}`;
  return (
    <section>
      <h2>{t('sticker')}</h2>
      <p class="no-print">{t('stickerLead')}</p>
      <label class="no-print">
        {t('gateway')}
        <input
          type="url"
          size={40}
          placeholder="https://"
          value={gateway.value}
          onInput={(event) => (gateway.value = event.currentTarget.value)}
        />
      </label>
      {URL.canParse(address) && (
        <>
          <QrCode text={link} label={link} />
          <p class="id">{terminal}</p>
          <button class="no-print" onClick={() => print()}>
            {t('print')}
          </button>
        </>
      )}
    </section>
  );
}
