// pure
import { change } from './planted-bug.ts';
import type { PlantedBug } from './planted-bug.ts';

const terminal = 'packages/terminal';
const issuer = 'packages/issuer';
const payer = 'packages/payer';
const ledger = 'packages/ledger';

export const MUTATIONS: readonly PlantedBug[] = [
  {
    name: 'no VOID',
    what: 'an offer expires in silence: nobody is told that its PAY will not be accepted',
    changes: [
      change(
        `${terminal}/agent.ts`,
        'for (const offer of overdueOffers(core.state, core.now())) {',
        'for (const offer of overdueOffers(core.state, core.now()).slice(0, 0)) {',
      ),
      change(
        `${terminal}/carrier-door.ts`,
        'core.apply(voidOffer(core.state, offer, core.context()));',
        '',
      ),
      change(
        `${terminal}/uploader.ts`,
        'core.apply(voidOffer(core.state, offer, core.context()), answered);',
        "core.journal.sent('issuer', one.hash);",
      ),
    ],
  },
  {
    name: 'payer time-out reversal',
    what: 'the payer takes its money back when no answer has come for a while',
    changes: [
      change(
        `${payer}/payer.ts`,
        `const reply = await exchange(parts, carrier, request);
  const before = latest(parts, payment);`,
        `const reply = await exchange(parts, carrier, request).catch(async (fault: unknown) => {
    const late = { ...latest(parts, payment), stage: 'recredited' as const };
    await parts.store.save(parts.certificate.body.wallet, late);
    throw fault;
  });
  const before = latest(parts, payment);`,
      ),
    ],
  },
  {
    name: 'accept after VOID',
    what: 'the terminal accepts a late PAY although it has signed VOID',
    changes: [
      change(
        `${terminal}/evolve.ts`,
        'return { ...withOffer(state, body.offer), holdingSequence: body.sequence };',
        `const kept = state.offers.get(body.offer);
  const later = { ...kept?.body, validUntil: event.at + 1e9 } as OpenOffer['body'];
  const offer = kept && { ...kept, body: later };
  return { ...withOffer(state, body.offer, offer), holdingSequence: body.sequence };`,
      ),
    ],
  },
  {
    name: 'duplicate accept',
    what: 'the terminal takes the same PAY as money twice',
    changes: [
      change(
        `${terminal}/evolve.ts`,
        'const next = withSession(withOffer(state, offer.body.offer), session);',
        `const { presented: _taken, ...open } = offer;
  const next = withSession(withOffer(state, offer.body.offer, open), session);`,
      ),
      change(`${terminal}/carrier-door.ts`, 'if (!seen) {', '{'),
      change(
        `${terminal}/carrier-door.ts`,
        "if (core.journal.sessionOfOffer(id)) return refused('offer-taken');",
        '',
      ),
    ],
  },
  {
    name: 'duplicate draw',
    what: 'the terminal pays the same BILL twice',
    changes: [
      change(
        `${terminal}/provider-door.ts`,
        "if (core.journal.message(bill.value.hash)) return 'durable';",
        '',
      ),
      change(
        `${terminal}/check-bill.ts`,
        "if (session.stage === 'drawn') return reject('session-closed');",
        '',
      ),
      change(
        `${terminal}/check-bill.ts`,
        "if (session.stage !== 'awaiting-bill') return reject('bill-before-delivery');",
        '',
      ),
    ],
  },
  {
    name: 'issuer not idempotent',
    what: 'the issuer posts a SETTLE that comes again',
    changes: [
      change(
        `${issuer}/operations/decide-settle.ts`,
        'if (facts.known) return sameAgain(facts.known, hash);',
        '',
      ),
      change(
        `${issuer}/operations/decide-settle.ts`,
        'if (outOfOrder) return outOfOrder;',
        'void outOfOrder;',
      ),
      change(
        `${ledger}/decide.ts`,
        "if (known) return { kind: 'known', outcome: known.outcome };",
        "if (known && group.code !== 'settle') return { kind: 'known', outcome: known.outcome };",
      ),
      change(
        `${ledger}/decide.ts`,
        "if (sequence && sequence.number < next) return no(reject('sequence-passed'));",
        "if (sequence && sequence.number < next && !known) return no(reject('sequence-passed'));",
      ),
    ],
  },
  {
    name: 'full refund after a draw',
    what: 'the terminal gives back what was paid in, not what is left',
    changes: [
      change(
        `${terminal}/step-session.ts`,
        'const rest = subtractMoney(session.held, drawn);',
        'const rest = subtractMoney(session.held, (drawn - drawn) as Money);',
      ),
    ],
  },
  {
    name: 'draw without the delivery check',
    what: 'the terminal pays any BILL that is not over what it holds',
    changes: [
      change(
        `${terminal}/check-bill.ts`,
        "if (session.stage !== 'awaiting-bill') return reject('bill-before-delivery');",
        '',
      ),
      change(
        `${terminal}/check-bill.ts`,
        "return reject('bill-wrong-meter');",
        'void session.lastMeter;',
      ),
      change(`${terminal}/check-bill.ts`, 'if (!ceiling.ok) return ceiling;', ''),
      change(
        `${terminal}/check-bill.ts`,
        'if (body.amount > ceiling.value) {',
        'if (ceiling.ok && body.amount > session.held) {',
      ),
    ],
  },
  {
    name: 'upload in any order',
    what: 'the issuer applies an upload before those that come before it',
    changes: [
      change(
        `${terminal}/uploader.ts`,
        "for (const one of core.journal.pending('upload', parked.size + 1)) {",
        "for (const one of core.journal.pending('upload', 16).reverse()) {",
      ),
      change(`${terminal}/uploader.ts`, 'if (!parked.has(keyOf(one))) break;', ''),
      change(
        `${issuer}/operations/uploads.ts`,
        "if (upload > last + 1) return reject('counter-gap', `the next upload is ${last + 1}`);",
        '',
      ),
      change(
        `${ledger}/decide.ts`,
        "return no(reject('sequence-gap', `next is ${next}`));",
        'void next;',
      ),
    ],
  },
  {
    name: 'no parking',
    what: 'the issuer settles with a provider that is frozen',
    changes: [
      change(
        `${issuer}/operations/decide-settle.ts`,
        '?.frozen ? groupOfParking : groupOfSettlement;',
        '?.revoked ? groupOfParking : groupOfSettlement;',
      ),
    ],
  },
];
