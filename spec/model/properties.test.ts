import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PROPERTIES, brokenProperty, isResolved } from './properties.ts';
import { PAIRS } from './scenes.ts';
import { firstState, newUpload, withSession, withTerminal } from './state.ts';
import type { Scene, Session, State, Terminal } from './state.ts';
import { deliveredSteps, walk } from './testing/walk.ts';

const { online, offline } = PAIRS;
const first = firstState(offline);
const [session, terminal] = [first.sessions[0] as Session, first.terminals[0] as Terminal];
const accountsWith = (change: Partial<State['accounts']>): State => ({
  ...first,
  accounts: { ...first.accounts, ...change },
});
const sessionWith = (change: Partial<Session>, state = first): State =>
  withSession(state, 0, { ...session, ...change });
const terminalWith = (change: Partial<Terminal>, state = first): State =>
  withTerminal(state, 0, { ...terminal, ...change });
const holds = (name: string, state: State): boolean => {
  const property = PROPERTIES.find((one) => one.name === name);
  assert.ok(property, name);
  return property.holds(state, offline);
};

describe('every property', () => {
  it('has a name of its own and holds at the start', () => {
    assert.equal(new Set(PROPERTIES.map(({ name }) => name)).size, PROPERTIES.length);
    assert.equal(brokenProperty(first, offline), undefined);
  });

  // A state made by hand that breaks it.
  const rows: readonly (readonly [string, string, State])[] = [
    ['conservation', 'a provider that is paid by nobody', accountsWith({ provider: 1 })],
    ['no negative balance', 'a payer below zero', accountsWith({ payer: -1, provider: 4 })],
    ['no negative balance', 'a float below zero', accountsWith({ float: -1 })],
    ['no negative balance', 'a provider below zero', accountsWith({ provider: -1 })],
    ['no negative balance', 'an account of a terminal', accountsWith({ holding: [0, -1] })],
    ['no negative balance', 'a holding wallet', terminalWith({ holding: -1 })],
    ['no negative balance', 'a settlement wallet', terminalWith({ settlement: -1 })],
    ['no negative balance', 'a wallet', { ...first, wallet: -1 }],
    ['bounded loss', 'an honest payer that is covered', accountsWith({ loss: -1 })],
    ['bounded loss', 'an honest payer that is frozen', accountsWith({ frozen: true })],
    [
      'bounded loss',
      'more than one payment',
      sessionWith({ copyOf: 1 }, accountsWith({ loss: -3 })),
    ],
    ['settled within delivered', 'a draw for nothing', sessionWith({ drawn: 1 })],
    [
      'settled within delivered',
      'a provider paid twice',
      sessionWith({ drawn: 1, delivered: 1, settlePosted: true }, accountsWith({ provider: 2 })),
    ],
    [
      'one answer to an offer',
      'a payment credited again and accepted',
      sessionWith({ payer: 'recredited', holding: 'accepted' }),
    ],
    ['conservation on the devices', 'money out of nothing', terminalWith({ holding: 2 })],
    ['conservation on the devices', 'money gone', { ...first, wallet: 2 }],
    ['transit', 'a draw without SETTLE', terminalWith({ settlement: 1 })],
    [
      'transit',
      'a SETTLE without draw',
      sessionWith({ drawn: 1 }, terminalWith({ uploads: [newUpload('SETTLE', 0)] })),
    ],
    ['backing', 'money that the issuer does not know', terminalWith({ holding: 2 })],
    ['books agree at rest', 'money left at the terminal', accountsWith({ holding: [2, 0] })],
    ['books agree at rest', 'a wallet that thinks it has more', { ...first, wallet: 4 }],
    ['books agree at rest', 'a provider with too much', accountsWith({ provider: 1 })],
  ];
  for (const [name, what, state] of rows) {
    it(`${name} fails for ${what}`, () => {
      assert.equal(holds(name, state), false);
      assert.notEqual(brokenProperty(state, offline), undefined);
    });
  }
  it('is broken by some row', () => {
    const named = new Set(rows.map(([name]) => name));
    assert.deepEqual(
      PROPERTIES.map(({ name }) => name).filter((name) => !named.has(name)),
      [],
    );
  });

  it('allows a loss of one payment where a wallet was copied and there are two terminals', () => {
    const state = sessionWith({ copyOf: 1 }, accountsWith({ loss: -2, frozen: true }));
    assert.equal(holds('bounded loss', state), true);
  });

  it('counts a PAY in the journal as backing', () => {
    const uploads = [newUpload('PAY', 0)];
    assert.equal(holds('backing', terminalWith({ holding: 2, uploads })), true);
    const posted = terminalWith({ holding: 2, uploads, firstPosted: true });
    assert.equal(holds('backing', posted), false);
  });
});

describe('isResolved()', () => {
  const settled = ['posts-settle 1', 'takes-settle-answer 1', 'posts-refund 1'];
  const answers = [...settled, 'takes-refund-answer 1'];
  const billed = [...deliveredSteps(online, 1, 1), 'pays-bill 1 1'];
  const poor: Scene = { ...online, balance: 1 };
  const refused = ['pays-online 1', 'presents-pay 1', 'posts-pay 1', 'takes-refused-pay 1'];
  const voided = ['pays-online 1', 'voids-offer 1', 'takes-void 1'];
  const rows: readonly (readonly [string, boolean, Scene, readonly string[]])[] = [
    ['nothing has begun', true, online, []],
    ['a payment is in doubt', false, online, ['pays-online 1']],
    [
      'an offline payment was credited again',
      true,
      offline,
      ['pays-offline 1', 'voids-offer 1', 'takes-void 1'],
    ],
    ['the issuer has no VOID yet', false, online, voided],
    ['the issuer has the VOID', true, online, [...voided, 'posts-void 1']],
    ['the issuer has the PAY and no VOID', false, online, [...voided, 'posts-pay 1']],
    ['the terminal does not know of a refusal', false, poor, refused],
    ['it knows, and has voided the offer', true, poor, [...refused, 'voids-offer 1']],
    ['a session is open', false, online, deliveredSteps(online, 1, 1)],
    ['uploads wait', false, online, billed],
    ['the payer has no refund yet', false, online, [...billed, ...answers]],
    ['all is done', true, online, [...billed, ...answers, 'takes-refund-receipt 1']],
  ];
  for (const [title, expected, scene, steps] of rows) {
    it(`says ${expected ? 'yes' : 'no'} where ${title}`, () => {
      assert.equal(isResolved(walk(scene, steps), scene), expected);
    });
  }
});
