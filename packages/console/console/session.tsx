import { EventTable } from './overview.tsx';
import { Loader } from './loader.tsx';
import { summary } from './live.ts';
import { MessageView } from './message-view.tsx';
import { route } from './route.ts';
import { LANES, readStory } from './session-story.ts';
import type { Arrow, Lane } from './session-story.ts';
import { t } from './words.ts';

/** A session as a picture of who signed what, and each message opened. */
export function SessionPage() {
  const { about } = route.value;
  return (
    <>
      <h1>{t('session')}</h1>
      <p class="id">{about}</p>
      <Loader of={about} load={() => readStory(about)}>
        {({ arrows, events, missing }) => (
          <>
            <h2>{t('picture')}</h2>
            <p class="quiet">{t('pictureSaid')}</p>
            <Picture arrows={arrows} />
            <p class="quiet">{t('atTerminal')}</p>
            {missing.map((code) => (
              <p key={code} class="notice bad">
                {t('noReceipt', { code })}
              </p>
            ))}
            {arrows.map(({ name, message }, place) => (
              <MessageView key={place} name={`${place + 1}. ${name}`} message={message} />
            ))}
            <h2>{t('movements')}</h2>
            <EventTable events={events} asset={summary.value?.asset ?? ''} />
          </>
        )}
      </Loader>
    </>
  );
}

const LANE_GAP = 200;
const ROW = 44;
const HEAD = 40;
const placeOf = (lane: Lane): number => 100 + LANES.indexOf(lane) * LANE_GAP;

function Picture({ arrows }: { arrows: readonly Arrow[] }) {
  const height = HEAD + ROW * (arrows.length + 1);
  const said = arrows.map(({ name, from, to }) => `${name}: ${t(from)} → ${t(to)}`).join('; ');
  return (
    <div class="arrows scroll" tabIndex={0} role="region" aria-label={t('picture')}>
      <svg viewBox={`0 0 1000 ${height}`} role="img" aria-label={said}>
        <defs>
          <marker
            id="tip"
            viewBox="0 0 10 10"
            refX="9"
            refY="5"
            markerWidth="7"
            markerHeight="7"
            orient="auto"
          >
            <path d="M0 0L10 5L0 10z" class="tip" />
          </marker>
        </defs>
        {LANES.map((lane) => (
          <g key={lane}>
            <text x={placeOf(lane)} y={22} text-anchor="middle">
              {t(lane)}
            </text>
            <path d={`M${placeOf(lane)} ${HEAD - 8}V${height}`} class="lane" />
          </g>
        ))}
        {arrows.map((arrow, row) => (
          <ArrowLine key={row} arrow={arrow} row={row} />
        ))}
      </svg>
    </div>
  );
}

function ArrowLine({ arrow, row }: { arrow: Arrow; row: number }) {
  const { name, from, to, message } = arrow;
  const y = HEAD + ROW * (row + 0.8);
  const [a, b] = [placeOf(from), placeOf(to)];
  const isValid = message.wrong === undefined;
  return (
    <g>
      <path
        d={`M${a} ${y}H${b + (a < b ? -4 : 4)}`}
        class={isValid ? 'arrow' : 'arrow invalid'}
        marker-end="url(#tip)"
      />
      <text x={(a + b) / 2} y={y - 7} text-anchor="middle">
        {`${row + 1}. ${name} ${isValid ? '✓' : '✗'}`}
      </text>
    </g>
  );
}
