// pure
import { change } from './planted-bug.ts';
import type { PlantedBug } from './planted-bug.ts';

const terminal = 'packages/terminal';
const payer = 'packages/payer';

export const AT_THE_TERMINAL: readonly PlantedBug[] = [
  {
    name: 'offer before it is durable',
    what: 'an OFFER is sent that is not in the journal',
    changes: [
      change(
        `${terminal}/carrier-door.ts`,
        'core.applyStep(makeOffer(core.state, terms.value, id, wanted, core.context()));',
        'makeOffer(core.state, terms.value, id, wanted, core.context());',
      ),
    ],
  },
  {
    name: 'journal loses its last event',
    what: 'what was journalled last before a crash is gone afterwards',
    changes: [
      change(
        `${terminal}/memory-journal.ts`,
        'const index = createIndex();\n  const rows',
        'const index = createIndex();\n  events.pop();\n  const rows',
      ),
    ],
  },
  {
    name: 'outbox lost with a crash',
    what: 'a terminal that starts again sends nothing of what it has not sent yet',
    changes: [
      change(
        `${terminal}/memory-journal.ts`,
        'rows.filter(({ target, hash }) => !cleared.has(keyOf(target, hash))),',
        'rows.filter(() => false),',
      ),
    ],
  },
  {
    name: 'message done before it is answered',
    what: 'an upload leaves the outbox though the issuer said no',
    changes: [
      change(
        `${terminal}/uploader.ts`,
        'if (!receipt.ok) return receipt.rejection;\n  const id = ',
        `if (!receipt.ok) core.journal.sent('upload', one.hash);
  if (!receipt.ok) return 'done';
  const id = `,
      ),
    ],
  },
  {
    name: 'no second attempt',
    what: 'a message without an answer is never sent again',
    changes: [change(`${terminal}/uploader.ts`, 'busy.delete(key);\n      wake();', 'wake();')],
  },
  {
    name: 'upload number used twice',
    what: 'a settlement does not count as an upload',
    changes: [
      change(
        `${terminal}/evolve.ts`,
        'settlementSequence: body.sequence,\n      uploads: body.upload,',
        'settlementSequence: body.sequence,',
      ),
    ],
  },
  {
    name: 'message number used twice',
    what: 'a METER does not count in the messages of the holding wallet',
    changes: [
      change(
        `${terminal}/evolve.ts`,
        `deliveredAt: event.at }),
  });
  return { ...next, holdingSequence: body.sequence };`,
        `deliveredAt: event.at }),
  });
  return next;`,
      ),
    ],
  },
  {
    name: 'accepts what was refused',
    what: 'the terminal takes any receipt of a PAY for a yes',
    changes: [
      change(
        `${terminal}/uploader.ts`,
        "if (receipt.ok && receipt.value.body.result === 'posted' && inTime) {",
        'if (receipt.ok && inTime) {',
      ),
      change(
        `${terminal}/step-offer.ts`,
        "|| result !== 'posted' || amount !== pay.amount) {",
        "|| (result === 'parked' && amount)) {",
      ),
    ],
  },
  {
    name: 'pays an expired bill',
    what: 'a bill is paid after the time that it names',
    changes: [
      change(
        `${terminal}/check-bill.ts`,
        "if (facts.now >= body.validUntil) return reject('bill-expired');",
        '',
      ),
    ],
  },
  {
    name: 'pays a bill of another tariff',
    what: 'the tariff of a bill is not compared with that of the session',
    changes: [
      change(
        `${terminal}/check-bill.ts`,
        "return reject('bill-wrong-tariff');",
        'void body.tariffHash;',
      ),
    ],
  },
  {
    name: 'pays over the tariff',
    what: 'a bill may be higher than the tariff gives for the readings',
    changes: [
      change(
        `${terminal}/check-bill.ts`,
        'if (body.amount > ceiling.value) {',
        'if (body.amount > session.held) {',
      ),
    ],
  },
  {
    name: 'pays another provider',
    what: 'whoever is a provider may send the bill',
    changes: [
      change(
        `${terminal}/check-bill.ts`,
        "return reject('bill-wrong-provider');",
        'void provider;',
      ),
    ],
  },
  {
    name: "pays another terminal's bill",
    what: 'the terminal that a bill names is not looked at',
    changes: [
      change(
        `${terminal}/check-bill.ts`,
        "if (body.terminal !== facts.terminal) return reject('bill-wrong-terminal');",
        '',
      ),
    ],
  },
  {
    name: 'keeps the rest',
    what: 'what was not billed is not given back',
    changes: [
      change(
        `${terminal}/step-session.ts`,
        "rest > 0n ? [refund(state, session, rest, 'rest', drawn > 0n ? 1 : 0, context)] : [];",
        "rest < 0n ? [refund(state, session, rest, 'rest', drawn > 0n ? 1 : 0, context)] : [];",
      ),
    ],
  },
  {
    name: 'waits for a bill for ever',
    what: 'the money of a session that nobody bills is kept',
    changes: [
      change(
        `${terminal}/step-session.ts`,
        "overdue.push({ session, cause: 'no-bill' });",
        'void overdue;',
      ),
    ],
  },
  {
    name: 'waits for a start for ever',
    what: 'the money of a session that never starts is kept',
    changes: [
      change(
        `${terminal}/step-session.ts`,
        "if (session.stage === 'accepted' && now - session.acceptedAt >= bounds.startWithinMs) {",
        "if (session.stage === 'accepted' && now < session.acceptedAt) {",
      ),
    ],
  },
];

export const AT_THE_PAYER: readonly PlantedBug[] = [
  {
    name: 'pays before it is stored',
    what: 'the PAY is sent while the device still writes it down',
    changes: [
      change(
        `${payer}/payer.ts`,
        'await store.begin(wallet, made.payment, made.counters);',
        'store.begin(wallet, made.payment, made.counters).catch(() => undefined);',
      ),
    ],
  },
  {
    name: 'credits itself on an unsigned no',
    what: 'the payer takes its money back because the terminal says so without a signature',
    changes: [
      change(
        `${payer}/payer.ts`,
        "if (reply.kind === 'refused') return refusalIn(reply);\n  let taken",
        `if (reply.kind === 'refused' && payment.stage === 'debited') {
    return accept({ payment: { ...payment, stage: 'recredited' } });
  }
  let taken`,
      ),
    ],
  },
  {
    name: 'counts a refund before its receipt',
    what: "the terminal's REFUND alone is money to the payer",
    changes: [
      change(`${payer}/step.ts`, '  if (!offline) return accept({ ...payment, messages });\n', ''),
    ],
  },
];
