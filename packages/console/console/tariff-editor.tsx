import { useSignal } from '@preact/signals';
import { parseTariff, priceSession } from '@coinbox/tariff';
import type { Price, Tariff } from '@coinbox/tariff';
import { PriceTable } from '../shared/price-table.tsx';
import { money, time } from '../shared/speech.ts';
import { EXAMPLE_TARIFF } from './example-tariff.ts';
import { t } from './words.ts';

/** A tariff and what a session costs with it, while one types. Nothing leaves the browser. */
export function TariffEditor() {
  const text = useSignal(EXAMPLE_TARIFF);
  const energy = useSignal('30000');
  const start = useSignal('2026-11-23T16:30');
  const minutes = useSignal('90');
  const tariff = parseTariff(text.value, { timeZone: 'UTC' });
  return (
    <>
      <h1>{t('tariff')}</h1>
      <p>{t('tariffLead')}</p>
      <div class="editor">
        <label>
          {t('tariffText')}
          <textarea
            spellcheck={false}
            value={text.value}
            aria-invalid={!tariff.ok}
            onInput={(event) => (text.value = event.currentTarget.value)}
          />
        </label>
        <div>
          <h2>{t('preview')}</h2>
          <div class="filters">
            <label>
              {t('energy')}
              <input
                inputMode="numeric"
                value={energy.value}
                onInput={(event) => (energy.value = event.currentTarget.value)}
              />
            </label>
            <label>
              {t('start')}
              <input
                type="datetime-local"
                value={start.value}
                onInput={(event) => (start.value = event.currentTarget.value)}
              />
            </label>
            <label>
              {t('minutes')}
              <input
                inputMode="numeric"
                value={minutes.value}
                onInput={(event) => (minutes.value = event.currentTarget.value)}
              />
            </label>
          </div>
          {tariff.ok ? (
            <Preview
              tariff={tariff.value}
              energyWh={energy.value}
              from={new Date(start.value).getTime()}
              lastsMs={Math.round(Number(minutes.value) * 60_000)}
            />
          ) : (
            <p class="notice bad" role="alert">
              {t('tariffBad', { detail: '', ...tariff.rejection })}
            </p>
          )}
        </div>
      </div>
    </>
  );
}

type PreviewParts = { tariff: Tariff; energyWh: string; from: number; lastsMs: number };

function Preview({ tariff, energyWh, from, lastsMs }: PreviewParts) {
  const period = { start: from, end: from + lastsMs, energyWh };
  const price = priceSession(tariff, { periods: [period] });
  return (
    <>
      <PriceTable tariff={tariff} t={t} />
      {price.ok ? (
        <PriceView price={price.value} />
      ) : (
        <p class="notice bad" role="alert">
          {t('failed', { text: `${price.rejection.code} ${price.rejection.detail ?? ''}` })}
        </p>
      )}
    </>
  );
}

function PriceView({ price }: { price: Price }) {
  const { asset, net, tax, gross, lines, trace } = price;
  return (
    <div aria-live="polite">
      <dl class="facts">
        <dt>{t('net')}</dt>
        <dd class="number">{money(net, asset)}</dd>
        <dt>{t('tax')}</dt>
        <dd class="number">{money(tax, asset)}</dd>
        <dt>{t('gross')}</dt>
        <dd class="number">
          <strong data-testid="gross">{money(gross, asset)}</strong>
        </dd>
      </dl>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('line')}</th>
            <th scope="col">{t('quantity')}</th>
            <th scope="col" class="number">
              {t('gross')}
            </th>
          </tr>
        </thead>
        <tbody>
          {lines.map((line, place) => (
            <tr key={place}>
              <td>{line.dimension}</td>
              <td>{`${line.quantity} ${line.unit} × ${line.unitPrice}`}</td>
              <td class="number">{money(line.gross, asset)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <h2>{t('explain')}</h2>
      <ul>
        {trace.map((entry, place) => (
          <li key={place}>
            {`${time(entry.from)} – ${time(entry.to)} · ${entry.dimension} ${entry.quantity} · `}
            {`${t('element')} ${entry.element ?? '–'}`}
            {entry.skipped.length > 0 && (
              <span class="quiet">
                {` · ${t('skipped')} `}
                {entry.skipped.map(({ element, because }) => `${element}: ${because}`).join(', ')}
              </span>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}
