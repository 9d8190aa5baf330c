import type { MovementJson, Page } from '@coinbox/protocol';
import { money, time } from '../shared/speech.ts';
import { queryOf, read } from './api.ts';
import { csvOf } from './csv.ts';
import { Loader } from './loader.tsx';
import { plainDecimal } from './overview.tsx';
import { hrefTo, route } from './route.ts';
import { t } from './words.ts';

type ListName = 'payments' | 'settlements' | 'refunds' | 'bills';

const paths: Readonly<Record<ListName, string>> = {
  payments: '/v1/payments',
  settlements: '/v1/settlements',
  refunds: '/v1/refunds',
  bills: '/v1/refusals',
};

export const Payments = () => <Movements name="payments" />;
export const Settlements = () => <Movements name="settlements" />;
export const Refunds = () => <Movements name="refunds" />;
export const RefusedBills = () => <Movements name="bills" />;

const FILTERS = ['status', 'terminal', 'wallet', 'code', 'limit'] as const;
const DEFAULT_LIMIT = '50';

/** A list with its filters in the address, page by page. */
function Movements({ name }: { name: ListName }) {
  const { words } = route.value;
  const asked = Object.fromEntries(FILTERS.map((filter) => [filter, words.get(filter) ?? '']));
  const cursor = words.get('cursor') ?? '';
  const limit = asked['limit'] || DEFAULT_LIMIT;
  const path = paths[name] + queryOf({ ...asked, limit, cursor });
  return (
    <>
      <h1>{t(name)}</h1>
      <Filters name={name} asked={asked} />
      <Loader of={path} load={() => read<Page<MovementJson>>(path)}>
        {({ items, next }) => (
          <>
            <MovementTable name={name} items={items} />
            <div class="row">
              {cursor !== '' && <a href={hrefTo(name, '', asked)}>{t('first')}</a>}
              {next && <a href={hrefTo(name, '', { ...asked, cursor: next })}>{t('next')}</a>}
              {items.length > 0 && (
                <button onClick={() => saveCsv(name, items)}>{t('export')}</button>
              )}
            </div>
          </>
        )}
      </Loader>
    </>
  );
}

function Filters({ name, asked }: { name: ListName; asked: Readonly<Record<string, string>> }) {
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const words = FILTERS.map((filter) => [filter, String(form.get(filter) ?? '').trim()]);
    location.hash = hrefTo(name, '', Object.fromEntries(words) as Record<string, string>);
  };
  return (
    <form class="filters" onSubmit={submit} key={JSON.stringify(asked)} aria-label={t('filter')}>
      <label>
        {t('status')}
        <select name="status">
          {['', 'posted', 'refused'].map((status) => (
            <option key={status} value={status} selected={status === asked['status']}>
              {status === '' ? t('all') : t(status as 'posted' | 'refused')}
            </option>
          ))}
        </select>
      </label>
      {(['terminal', 'wallet', 'code'] as const).map((filter) => (
        <label key={filter}>
          {t(filter)}
          <input name={filter} value={asked[filter]} autocomplete="off" spellcheck={false} />
        </label>
      ))}
      <button class="main">{t('apply')}</button>
      <a href={hrefTo(name)}>{t('clear')}</a>
    </form>
  );
}

function MovementTable({ name, items }: { name: ListName; items: readonly MovementJson[] }) {
  if (items.length === 0) return <p class="quiet">{t('nothing')}</p>;
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={t(name)}>
      <table>
        <thead>
          <tr>
            <th scope="col" class="number">
              {t('index')}
            </th>
            <th scope="col">{t('time')}</th>
            <th scope="col">{t('status')}</th>
            <th scope="col" class="number">
              {t('amount')}
            </th>
            <th scope="col">{t('from')}</th>
            <th scope="col">{t('to')}</th>
            <th scope="col">{t('session')}</th>
          </tr>
        </thead>
        <tbody>
          {items.map((item) => (
            <MovementLine key={item.index} item={item} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function MovementLine({ item }: { item: MovementJson }) {
  const { index, at, status, code, amount, asset, from, to, session } = item;
  return (
    <tr>
      <td class="number">{index}</td>
      <td>{time(at)}</td>
      <td class={status === 'refused' ? 'bad' : ''}>
        {t(status)}
        {code && ` (${code})`}
      </td>
      <td class="number">{money(amount, asset)}</td>
      <td class="id">{from}</td>
      <td class="id">{to}</td>
      <td class="id">{session && <a href={hrefTo('session', session)}>{session}</a>}</td>
    </tr>
  );
}

const COLUMNS = [
  'index',
  'id',
  'at',
  'status',
  'code',
  'amount',
  'asset',
  'from',
  'to',
  'session',
  'bill',
] as const;

/** What is shown as a file: amounts in major units, no cell that a spreadsheet would run. */
function saveCsv(name: ListName, items: readonly MovementJson[]): void {
  const lines = items.map((item) =>
    COLUMNS.map((column) =>
      column === 'amount' ? plainDecimal(item.amount, item.asset) : String(item[column] ?? ''),
    ),
  );
  const text = csvOf([[...COLUMNS], ...lines]);
  const anchor = document.createElement('a');
  anchor.href = URL.createObjectURL(new Blob([text], { type: 'text/csv' }));
  anchor.download = `coinbox-${name}.csv`;
  anchor.click();
  URL.revokeObjectURL(anchor.href);
}
