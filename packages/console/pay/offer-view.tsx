import { useSignal } from '@preact/signals';
import type { Money, Offer, Signed } from '@coinbox/protocol';
import type { Tariff } from '@coinbox/tariff';
import { readAmount } from '../shared/amount.ts';
import { formatMajor } from '@coinbox/protocol';
import { money } from '../shared/speech.ts';
import { PriceTable } from '../shared/price-table.tsx';
import { act, busy, payOffer, t } from './state.ts';

/** What the payer sees before paying: the price, to whom, and how much. */
export function OfferView({ offer, tariff }: { offer: Signed<Offer>; tariff: Tariff }) {
  const { asset, least, most, terminal, provider } = offer.body;
  const first = startAmount(offer.body, tariff);
  const typed = useSignal(formatMajor(first, asset));
  const amount = readAmount(typed.value, asset);
  const isGood = amount !== undefined && amount >= least && amount <= most;
  const range = { least: money(least, asset), most: money(most, asset) };
  const submit = (event: Event): void => {
    event.preventDefault();
    if (isGood) void act(() => payOffer(offer, amount as Money));
  };
  return (
    <form onSubmit={submit}>
      <h1>{t('title')}</h1>
      <section class="card" aria-label={t('prices')}>
        <PriceTable tariff={tariff} t={t} />
        <p class="quiet">{t(tariff.taxIncluded === 'NO' ? 'taxAdded' : 'taxIncluded')}</p>
      </section>
      <p>{t('payee')}</p>
      <label class="field">
        {t('amount', { currency: asset.slice(0, 3) })}
        <input
          name="amount"
          inputMode="decimal"
          autocomplete="off"
          value={typed.value}
          aria-invalid={!isGood}
          aria-describedby="range"
          onInput={(event) => (typed.value = event.currentTarget.value)}
        />
      </label>
      <p id="range" class={isGood ? 'quiet' : 'bad'}>
        {t(isGood ? 'range' : 'badAmount', range)}
      </p>
      <button class="main wide" disabled={!isGood || busy.value}>
        {busy.value ? t('paying') : t('pay', { amount: isGood ? money(amount, asset) : '' })}
      </button>
      <dl class="facts">
        <dt>{t('machine')}</dt>
        <dd class="id">{terminal}</dd>
        <dt>{t('provider')}</dt>
        <dd class="id">{provider}</dd>
      </dl>
    </form>
  );
}

/** What the tariff advises, within what the machine takes; else a round sum, or the most. */
function startAmount({ least, most, asset }: Offer, tariff: Tariff): bigint {
  const round = 20n * 10n ** BigInt(asset.slice(4));
  const advised = tariff.suggestedFunding ?? round;
  if (advised < least) return least;
  return advised > most ? most : advised;
}
