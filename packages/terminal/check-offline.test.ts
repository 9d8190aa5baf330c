import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EPOCH_MS } from '@coinbox/protocol';
import type { Offer, OfflineLimits, OfflinePart, Parameters, Pay } from '@coinbox/protocol';
import { checkOffline, offlineTerms } from './check-offline.ts';
import { evolve } from './evolve.ts';
import type { TerminalState } from './state.ts';
import { takeNews, takeOffline } from './step-offline.ts';
import { contextAt, createPlot, found, offerNamed, sessionNamed } from './testing/kit.ts';
import { KIT_EPOCH, kitNews, offlinePay, offlinePayer } from './testing/offline.ts';

type Case = {
  readonly parameters?: Partial<Parameters>;
  readonly limits?: Partial<OfflineLimits>;
  readonly pay?: Partial<Pay>;
  readonly part?: Partial<OfflinePart>;
  readonly amount?: bigint;
  readonly afterMs?: number;
  readonly epoch?: number;
  readonly stopped?: readonly [number, number];
};

const after = (state: TerminalState, news = kitNews()): TerminalState =>
  takeNews(state, news, contextAt(0)).reduce(evolve, state);

const told = ({ parameters, epoch, stopped }: Case) =>
  after(createPlot().offered('a').state, kitNews(parameters, epoch, stopped));

const offerIn = (state: TerminalState, name = 'a') =>
  found(state.offers.get(offerNamed(name))) as { body: Offer; hash: Uint8Array };

function check(one: Case): string {
  const state = told(one);
  const payer = offlinePayer(one.limits);
  const pay = offlinePay(offerIn(state), one.amount ?? 2_000n, one.pay, one.part, payer);
  const no = checkOffline(state, pay, contextAt(one.afterMs ?? 0).now);
  return no?.rejection.code ?? 'taken';
}

const WEEK = 7 * 86_400_000;

describe('checkOffline()', () => {
  // Limits and parameters of the kit: 30.00 and 25.00 a payment, 100.00 and 10 between contacts.
  const rows: readonly (readonly [title: string, code: string, one: Case])[] = [
    ['takes a payment within all limits', 'taken', {}],
    ['takes the largest', 'taken', { amount: 2_500n }],
    ['takes none over the parameters', 'limit-transaction', { amount: 2_501n }],
    [
      'takes none over the certificate',
      'limit-transaction',
      { limits: { perPayment: 1_999n as never } },
    ],
    ['takes the last of a wallet', 'taken', { part: { spent: 10_000n as never, count: 10 } }],
    [
      'takes none of a wallet that has spent all',
      'offline-limit',
      { part: { spent: 10_001n as never } },
    ],
    ['takes none after the last of a wallet', 'offline-limit', { part: { count: 11 } }],
    ['takes none of other parameters', 'offline-unavailable', { part: { parameters: 2 } }],
    ['takes none of a stopped wallet', 'wallet-frozen', { stopped: [0, 8] }],
    ['takes one whose neighbours are stopped', 'taken', { stopped: [255, 247] }],
    ['takes one on the last epoch of a wallet', 'taken', { part: { epoch: KIT_EPOCH - 1_008 } }],
    ['takes none later', 'offline-stale', { part: { epoch: KIT_EPOCH - 1_009 } }],
    ['takes one at the end of its silence', 'taken', { afterMs: WEEK }],
    ['takes none after that', 'offline-unavailable', { afterMs: WEEK + 1 }],
    [
      'takes none by parameters that are over',
      'offline-unavailable',
      { parameters: { validUntil: contextAt(-1).now } },
    ],
  ];
  for (const [title, code, one] of rows) it(title, () => assert.equal(check(one), code));

  it('takes none without a word of the issuer, and none without limits in the certificate', () => {
    const { state } = createPlot().offered('a');
    const pay = offlinePay(offerIn(state), 2_000n);
    const { now } = contextAt(0);
    assert.equal(checkOffline(state, pay, now)?.rejection.code, 'offline-unavailable');
    const { offline: _, ...body } = pay.signer.body;
    const bare = { ...pay, signer: { ...pay.signer, body } };
    assert.equal(checkOffline(after(state), bare, now)?.rejection.code, 'offline-limit');
    assert.equal(offlineTerms(state, now), undefined);
  });

  it('takes so many and so much until the issuer has them, and no number twice', () => {
    const names = ['a', 'b', 'c', 'd'];
    const plot = names.reduce((made, name) => made.offered(name), createPlot());
    let state = after(plot.state, kitNews({ exposure: 6_000n as never }));
    const codes = names.map((name, at) => {
      const offer = offerIn(state, name);
      const pay = offlinePay(offer, at === 2 ? 2_001n : 2_000n, { sequence: at + 1 });
      const opening = { session: sessionNamed(name), journalHead: new Uint8Array(32) };
      const step = takeOffline(state, { ...offer }, pay, opening, contextAt(0));
      if (step.ok) state = evolve(state, step.value);
      return step.ok ? 'taken' : step.rejection.code;
    });
    assert.deepEqual(codes, ['taken', 'taken', 'offline-unavailable', 'taken']);
    assert.equal(state.holding, 6_000n);
    const richer = after(state, kitNews({ number: 2, exposure: 99_000n as never }));
    const fourth = offlinePay(offerIn(richer, 'c'), 100n, { sequence: 9 }, { parameters: 2 });
    const full = checkOffline(richer, fourth, contextAt(0).now);
    assert.equal(full?.rejection.code, 'offline-unavailable');
    const more = after(state, kitNews({ number: 2, count: 9, exposure: 99_000n as never }));
    const again = offlinePay(offerIn(more, 'c'), 100n, { sequence: 2 }, { parameters: 2 });
    assert.equal(checkOffline(more, again, contextAt(0).now)?.rejection.code, 'id-reused');
  });
});

describe('takeNews()', () => {
  it('takes a newer epoch, newer parameters, and nothing else', () => {
    const state = after(createPlot().state);
    const events = (news = kitNews()) => takeNews(state, news, contextAt(0)).length;
    assert.equal(events(), 0);
    assert.equal(events(kitNews({}, KIT_EPOCH - 1)), 0);
    assert.equal(events(kitNews({}, KIT_EPOCH + 1)), 1);
    assert.equal(events(kitNews({ number: 2 })), 1);
  });

  it('puts the EPOCH behind its lists, however many there are', () => {
    const news = kitNews();
    const lists = Array.from({ length: 9 }, () => found(news.lists[0]));
    const made = takeNews(createPlot().state, { ...news, lists }, contextAt(0));
    assert.deepEqual(
      made.map(({ messages }) => messages.length),
      [4, 4, 3],
    );
    assert.equal(made.at(-1)?.messages.at(-1), news.epoch.bytes);
    assert.equal(EPOCH_MS, 600_000);
  });
});
