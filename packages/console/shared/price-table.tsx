import type { Tariff } from '@coinbox/tariff';
import { formatDecimal } from './language.ts';
import { priceRows } from './prices.ts';
import type { PriceCondition } from './prices.ts';
import { language } from './speech.ts';
import type { Speech } from './speech.ts';

export type PriceTextName =
  | 'price'
  | 'perUnit'
  | 'allDay'
  | 'otherwise'
  | 'hours'
  | 'after'
  | 'conditions'
  | 'unitSession'
  | 'unitMinute'
  | 'unitKwh';

/** The prices of a tariff: by kWh, by minute, by session. */
export function PriceTable({ tariff, t }: { tariff: Tariff; t: Speech<PriceTextName> }) {
  const currency = tariff.asset.slice(0, 3);
  return (
    <table class="prices">
      <caption class="unseen">{t('price')}</caption>
      <tbody>
        {priceRows(tariff).map(({ price, unit, when }, place) => (
          <tr key={place}>
            <td class="quiet">{whenText(when, t)}</td>
            <td class="number">
              {t('perUnit', {
                price: `${formatDecimal(price, language.value)} ${currency}`,
                unit: unitText(unit, t),
              })}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function unitText(unit: string, t: Speech<PriceTextName>): string {
  if (unit === 'kWh') return t('unitKwh');
  if (unit === 'min') return t('unitMinute');
  return unit === 'session' ? t('unitSession') : unit;
}

function whenText(when: readonly PriceCondition[], t: Speech<PriceTextName>): string {
  if (when.length === 0) return t('allDay');
  const said = when.map((condition) => {
    if (condition.kind === 'hours') return t('hours', condition);
    if (condition.kind === 'otherwise') return t('otherwise');
    return condition.kind === 'after' ? t('after', condition) : t('conditions');
  });
  return said.join(', ');
}
