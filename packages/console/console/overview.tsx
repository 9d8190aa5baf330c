import { useEffect, useRef } from 'preact/hooks';
import { Fragment } from 'preact';
import type { EventJson, SummaryJson } from '@coinbox/protocol';
import { currencyOf, formatMajor, parseAsset } from '@coinbox/protocol';
import type uPlot from 'uplot';
import { localeOf } from '../shared/language.ts';
import { language, money, time } from '../shared/speech.ts';
import { FlowPicture } from './flow-picture.tsx';
import { events, isConserved, isStuck, parked, samples, summary, terminals } from './live.ts';
import type { Sample } from './live.ts';
import { hrefTo } from './route.ts';
import type { ConsoleText } from '../texts/console.ts';
import { t } from './words.ts';

/** Where the money is, now. */
export function Overview() {
  const found = summary.value;
  if (!found) return <p role="status">{t('connecting')}</p>;
  return (
    <>
      <h1>{t('moneyNow')}</h1>
      <Conservation found={found} />
      {isStuck.value && (
        <p class="notice bad" role="alert">
          {t('stuck')}
        </p>
      )}
      {parked.value.size > 0 && (
        <p class="notice bad">{t('parked', { number: parked.value.size })}</p>
      )}
      <FlowPicture found={found} />
      <Tiles found={found} />
      <Chart asset={found.asset} />
      <h2>{t('events')}</h2>
      <EventTable events={events.value.slice(0, 15)} asset={found.asset} />
    </>
  );
}

function Conservation({ found }: { found: SummaryJson }) {
  const { as_of_index: index, difference, asset } = found;
  return (
    <p class={isConserved.value ? 'notice good' : 'notice bad'} data-testid="conservation">
      {isConserved.value
        ? `✓ ${t('conserved', { index })}`
        : `✗ ${t('broken', { index, difference: money(difference, asset) })}`}
    </p>
  );
}

function Tiles({ found }: { found: SummaryJson }) {
  const tiles = [
    { name: 'issued', value: money(found.outstanding, found.asset) },
    { name: 'held', value: money(found.holding, found.asset) },
    { name: 'inTransit', value: money(found.settlement, found.asset) },
    { name: 'terminals', value: terminalText(), page: 'terminals' },
    { name: 'payments', value: String(found.payments), page: 'payments' },
    { name: 'settlements', value: String(found.settlements), page: 'settlements' },
    { name: 'refunds', value: String(found.refunds), page: 'refunds' },
  ] as const;
  return (
    <dl class="tiles">
      {tiles.map((tile) => (
        <div key={tile.name} class="card">
          <dt>
            <TileName {...tile} />
          </dt>
          <dd>{tile.value}</dd>
        </div>
      ))}
    </dl>
  );
}

function terminalText(): string {
  const { all, stopped } = terminals.value ?? { all: 0, stopped: 0 };
  return stopped === 0 ? String(all) : t('someStopped', { all, stopped });
}

function TileName({ name, page }: { name: ConsoleText; page?: string }) {
  return page === undefined ? <>{t(name)}</> : <a href={hrefTo(page)}>{t(name)}</a>;
}

/** Major units of a sample as the chart draws them: a picture, never an amount. */
const drawn = (minor: bigint, places: number): number => Number(minor) / 10 ** places;

/** What is held and in transit, as a picture and as a table. */
function Chart({ asset }: { asset: string }) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const known = parseAsset(asset);
  const places = known.ok ? Number(known.value.slice(4)) : 0;
  const seen = samples.value;
  const columns = columnsOf(seen, places);
  useEffect(() => {
    let isHere = true;
    void import('./chart.ts').then(({ drawChart }) => {
      if (!isHere || !place.current) return;
      plot.current = drawChart(place.current, columnsOf(samples.value, places), {
        names: [t('held'), t('inTransit')],
        locale: localeOf(language.value),
      });
    });
    return () => {
      isHere = false;
      plot.current?.destroy();
      plot.current = undefined;
    };
  }, [language.value, places]);
  useEffect(() => plot.current?.setData(columns), [columns]);
  const unit = known.ok ? currencyOf(known.value) : asset;
  return (
    <section>
      <h2>{`${t('chart')} (${unit})`}</h2>
      <div ref={place} class="chart" aria-hidden="true" />
      <details>
        <summary>{t('asTable')}</summary>
        <SampleTable samples={seen.filter((_, n) => n % 10 === 0).slice(-30)} asset={asset} />
      </details>
    </section>
  );
}

const columnsOf = (seen: readonly Sample[], places: number): uPlot.AlignedData => [
  seen.map(({ at }) => at / 1000),
  seen.map(({ holding }) => drawn(holding, places)),
  seen.map(({ transit }) => drawn(transit, places)),
];

function SampleTable({ samples: shown, asset }: { samples: readonly Sample[]; asset: string }) {
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">{t('time')}</th>
          <th scope="col" class="number">
            {t('held')}
          </th>
          <th scope="col" class="number">
            {t('inTransit')}
          </th>
        </tr>
      </thead>
      <tbody>
        {shown.toReversed().map(({ at, holding, transit }) => (
          <tr key={at}>
            <td>{time(at)}</td>
            <td class="number">{money(holding, asset)}</td>
            <td class="number">{money(transit, asset)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Events as lines; each leads to its session or to its wallets. */
export function EventTable({
  events: shown,
  asset,
}: {
  events: readonly EventJson[];
  asset: string;
}) {
  if (shown.length === 0) return <p class="quiet">{t('nothing')}</p>;
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={t('events')}>
      <table>
        <thead>
          <tr>
            <th scope="col" class="number">
              {t('index')}
            </th>
            <th scope="col">{t('time')}</th>
            <th scope="col">{t('event')}</th>
            <th scope="col" class="number">
              {t('amount')}
            </th>
            <th scope="col">{t('session')}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((event) => (
            <EventLine key={event.id} event={event} asset={asset} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Does the code of an event say why something was not done? */
const isNo = ({ type, data }: EventJson): boolean =>
  data.status === 'refused' || !type.endsWith('.posted');

function EventLine({ event, asset }: { event: EventJson; asset: string }) {
  const { id, timestamp, type, data } = event;
  return (
    <tr class={data.status === 'refused' || type.endsWith('parked') ? 'bad' : ''}>
      <td class="number">{id}</td>
      <td>{time(timestamp)}</td>
      <td>
        {type}
        {data.code && isNo(event) && <Fragment> ({data.code})</Fragment>}
      </td>
      <td class="number">{data.amount === undefined ? '' : money(data.amount, asset)}</td>
      <td class="id">
        {data.session && <a href={hrefTo('session', data.session)}>{data.session}</a>}
      </td>
    </tr>
  );
}

/** A plain decimal, for a file. */
export const plainDecimal = (minor: string, asset: string): string => {
  const known = parseAsset(asset);
  return known.ok ? formatMajor(BigInt(minor), known.value) : minor;
};
