import type { SummaryJson } from '@coinbox/protocol';
import { money } from '../shared/speech.ts';
import { ribbonWidth } from './flows.ts';
import type { Flows } from './flows.ts';
import { events, flows, isStuck, since } from './live.ts';
import { t } from './words.ts';

const WIDEST = 44;
const TOP = 70;
/** Where the four boxes stand, in units of the picture. */
const PLACES = [90, 363, 637, 910] as const;
const [BOX_WIDTH, BOX_HEIGHT] = [150, 84];

/** Which ribbon an event pulses on. */
const ribbonOf: Readonly<Record<string, number>> = {
  'payment.posted': 0,
  'settlement.posted': 1,
  'refund.posted': 3,
  'offer.voided': 3,
};

/**
 * Payers, holding wallets, settlement wallets, providers, and what moves between them: the widths
 * are by value, an event is a pulse, and money that is stuck is red.
 */
export function FlowPicture({ found }: { found: SummaryJson }) {
  const { value } = flows;
  const boxes = ['payers', 'holding', 'settlement', 'providers'] as const;
  const said = {
    ...Object.fromEntries(boxes.map((name) => [name, money(found[name], found.asset)])),
    ...moneyOf(value, found.asset),
    since: since.value,
  };
  return (
    <figure class="flow" tabIndex={0} aria-label={t('moneyNow')}>
      <svg viewBox="0 0 1000 220" role="img" aria-label={t('flowSaid', said)}>
        <Ribbons value={value} />
        {boxes.map((name, place) => (
          <g key={name}>
            <rect
              x={(PLACES[place] as number) - BOX_WIDTH / 2}
              y={TOP - BOX_HEIGHT / 2}
              width={BOX_WIDTH}
              height={BOX_HEIGHT}
              rx="10"
              class={name === 'settlement' && isStuck.value ? 'box stuck' : 'box'}
            />
            <text x={PLACES[place]} y={TOP - 12} class="name">
              {t(name)}
            </text>
            <text x={PLACES[place]} y={TOP + 18} class="sum">
              {money(found[name], found.asset)}
            </text>
          </g>
        ))}
      </svg>
      <dl class="flow-counters">
        <Counter name={t('paid')} value={said.paid} />
        <Counter name={t('settled')} value={said.settled} />
        <Counter name={t('returned')} value={said.refunded} />
      </dl>
      <p class="quiet since">{t('sinceIndex', { index: since.value })}</p>
    </figure>
  );
}

const Counter = ({ name, value }: { name: string; value: string }) => (
  <div>
    <dt>{name}</dt>
    <dd>{value}</dd>
  </div>
);

const moneyOf = (value: Flows, asset: string) => ({
  paid: money(value.paid, asset),
  settled: money(value.settled, asset),
  refunded: money(value.refunded, asset),
});

function Ribbons({ value }: { value: Flows }) {
  const { paid, settled, refunded } = value;
  const widest = [paid, settled, refunded].reduce((a, b) => (a > b ? a : b), 0n);
  const half = BOX_WIDTH / 2;
  const [p, h, s, v] = PLACES;
  const straight = (from: number, to: number): string => `M${from + half} ${TOP}H${to - half}`;
  const back = `M${h} ${TOP + BOX_HEIGHT / 2}C${h} 215 ${p} 215 ${p} ${TOP + BOX_HEIGHT / 2}`;
  const ribbons = [
    { name: 'paid', path: straight(p, h), width: ribbonWidth(paid, widest, WIDEST) },
    { name: 'settled', path: straight(h, s), width: ribbonWidth(settled, widest, WIDEST) },
    { name: 'settled', path: straight(s, v), width: ribbonWidth(settled, widest, WIDEST) },
    { name: 'returned', path: back, width: ribbonWidth(refunded, widest, WIDEST) },
  ];
  const newest = events.value[0];
  const pulsed = newest && ribbonOf[newest.type];
  return (
    <>
      {ribbons.map(({ name, path, width }, place) => (
        <path key={place} d={path} class={`ribbon ${name}`} stroke-width={width} />
      ))}
      {newest && pulsed !== undefined && (
        <path
          key={newest.id}
          d={ribbons[pulsed]?.path}
          class={`pulse ${newest.data.status}`}
          pathLength={100}
        />
      )}
    </>
  );
}
