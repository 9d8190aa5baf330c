import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { OFFER, openMessage, parseOfferLink } from '@coinbox/protocol';
import type { Fetch, Instant } from '@coinbox/protocol';
import { createWorld, kitBook, kitKeys } from '../testing/kit.ts';
import type { World } from '../testing/kit.ts';
import {
  ISSUER_SILENT_MS,
  MOST_SKEW_MS,
  checkLinkTrust,
  createOfferLinkDesk,
  issuerTime,
} from './offer-link.ts';
import type { OfferLinkDesk } from './offer-link.ts';

const at = (ms: number) => (1_800_000_000_000 + ms) as Instant;

describe('checkLinkTrust()', () => {
  const rows: readonly [string, number | undefined, number, number, boolean][] = [
    ['an issuer that was never heard', undefined, 0, 0, false],
    ['an issuer just heard', 0, 0, 0, true],
    ['an issuer heard a minute ago', 0, 0, ISSUER_SILENT_MS, true],
    ['an issuer heard longer ago', 0, 0, ISSUER_SILENT_MS + 1, false],
    ['a clock that was put back since', 5, 5, 0, false],
    ['a clock as far behind as may be', 0, MOST_SKEW_MS, 0, true],
    ['a clock further behind', 0, MOST_SKEW_MS + 1, 0, false],
    ['a clock further ahead', 0, -MOST_SKEW_MS - 1, 0, false],
  ];
  for (const [title, heard, issuer, now, may] of rows) {
    it(`${may ? 'lets' : 'hides'} a link with ${title}`, () => {
      const trust = heard === undefined ? undefined : { heardAt: at(heard), issuerAt: at(issuer) };
      const checked = checkLinkTrust(trust, at(now));
      assert.equal(checked.ok, may);
      if (!checked.ok) assert.equal(checked.rejection.code, 'terminal-not-accepting');
    });
  }
});

describe('issuerTime()', () => {
  const dated =
    (date: string | null): Fetch =>
    async () => ({
      status: 200,
      headers: { get: (name) => (name === 'date' ? date : null) },
      arrayBuffer: async () => new ArrayBuffer(0),
    });
  it('is the date of the answer', async () => {
    // RFC 9110 §5.6.7 has this date: 784,111,777 seconds after 1970.
    const fetch = dated('Sun, 06 Nov 1994 08:49:37 GMT');
    assert.equal(await issuerTime(fetch, 'http://i'), 784_111_777_000);
  });

  it('is unknown without one', async () => {
    for (const date of [null, 'today']) {
      assert.equal(await issuerTime(dated(date), 'http://i'), undefined);
    }
  });
});

describe('an offer link desk', () => {
  const url = 'http://127.0.0.1:7500/wal/carrier';
  let world: World;
  let desk: OfferLinkDesk;
  let skewMs = 0;
  let isSilent = false;
  beforeEach(async () => {
    world = await createWorld();
    [skewMs, isSilent] = [0, false];
    desk = createOfferLinkDesk({
      door: world.agent,
      url: () => url,
      certificate: kitKeys.holdingCertificate.bytes,
      clock: { now: () => world.now() },
      askIssuer: async () => {
        if (isSilent) throw new Error('nobody there');
        return (world.now() + skewMs) as Instant;
      },
    });
  });
  afterEach(() => world.close());

  it('shows where to pay, and an offer that the holding wallet has signed', async () => {
    const shown = await desk.link();
    assert.ok(shown.ok);
    const link = parseOfferLink(shown.value);
    assert.ok(link.ok);
    assert.equal(link.value.url, url);
    assert.deepEqual(link.value.certificate, kitKeys.holdingCertificate.bytes);
    const offer = openMessage(OFFER, link.value.offer, kitBook(), world.now());
    assert.ok(offer.ok && offer.value.body.validUntil > world.now());
  });

  it('shows the same link for 20 seconds, and then another', async () => {
    const first = await desk.link();
    await world.run(19_999);
    assert.deepEqual(await desk.link(), first);
    assert.equal(world.agent.status().openOffers, 1);
    await world.run(1);
    const next = await desk.link();
    assert.ok(next.ok && first.ok && next.value !== first.value);
  });

  it('shows nothing without the issuer, or with another clock than its', async () => {
    isSilent = true;
    const silent = await desk.link();
    assert.equal(!silent.ok && silent.rejection.code, 'terminal-not-accepting');
    [isSilent, skewMs] = [false, MOST_SKEW_MS + 1];
    const skewed = await desk.link();
    assert.equal(!skewed.ok && skewed.rejection.code, 'terminal-not-accepting');
    assert.equal(world.agent.status().openOffers, 0);
    skewMs = 0;
    assert.ok((await desk.link()).ok);
  });

  it('says why the terminal makes no offer', async () => {
    world.issuer.mapped = undefined;
    await world.restart();
    const closed = createOfferLinkDesk({
      door: world.agent,
      url: () => url,
      certificate: kitKeys.holdingCertificate.bytes,
      clock: { now: () => world.now() },
      askIssuer: async () => world.now(),
    });
    const refused = await closed.link();
    assert.equal(!refused.ok && refused.rejection.code, 'terminal-not-accepting');
  });
});
