// pure
import { change } from './planted-bug.ts';
import type { PlantedBug } from './planted-bug.ts';

const issuer = 'packages/issuer';
const ledger = 'packages/ledger';
const provider = 'packages/provider';

export const AT_THE_ISSUER: readonly PlantedBug[] = [
  {
    name: 'pays under any mapping',
    what: 'a PAY of an older mapping version is taken',
    changes: [
      change(
        `${issuer}/operations/decide-pay.ts`,
        "if (body.mappingVersion !== mapping.version) return reject('mapping-changed');",
        '',
      ),
    ],
  },
  {
    name: 'settles by the newest mapping',
    what: 'a settlement goes by the mapping of now, not by the one that its payment is pinned to',
    changes: [
      change(
        `${issuer}/operations/settle.ts`,
        'mappingOf: (version) => registry.mapping(body.terminal, version),',
        'mappingOf: () => registry.currentMapping(body.terminal),',
      ),
    ],
  },
  {
    name: 'takes payments of a suspended terminal',
    what: 'a suspension is not looked at when a PAY comes',
    changes: [
      change(
        `${issuer}/operations/decide-pay.ts`,
        "if (terminal.suspended) return reject('terminal-not-accepting', 'suspended');",
        '',
      ),
    ],
  },
  {
    name: 'no answer on a taken offer',
    what: 'a PAY on an offer that is taken is rejected for another reason, and nobody signs that',
    changes: [
      change(
        `${issuer}/operations/decide-pay.ts`,
        "if (facts.offer !== 'free') return toPost(groupOfPay(pay, facts.offer));",
        '',
      ),
    ],
  },
  {
    name: 'VOID gives nothing back',
    what: 'a VOID of an offer that was paid leaves the money where it is',
    changes: [
      change(
        `${issuer}/operations/decide-void.ts`,
        'steps: [giveBack(takenBy)] });',
        'steps: [], claims: [body.offer] });',
      ),
    ],
  },
  {
    name: 'VOID burns nothing',
    what: 'a PAY that comes after the VOID of its offer is applied',
    changes: [
      change(
        `${issuer}/operations/decide-void.ts`,
        'claims: [offerClaim(terminal, offerHash)],',
        "claims: [offerClaim(terminal, offerHash).replace('offer/', 'void-of/')],",
      ),
    ],
  },
  {
    name: 'one person maps',
    what: 'whoever has proposed a mapping may approve it',
    changes: [
      change(
        `${issuer}/operations/approve-mapping.ts`,
        "if (person === proposedBy) return reject('approval-same-person');",
        '',
      ),
    ],
  },
  {
    name: 'registry overlooks a freeze',
    what: 'the issuer does not remember that a wallet was frozen',
    changes: [
      change(`${issuer}/registry/apply.ts`, 'CODES.mapping,\n  CODES.freeze,', 'CODES.mapping,'),
    ],
  },
  {
    name: 'registry keeps the mapping of before',
    what: 'the mapping in force is remembered for longer than it is in force',
    changes: [change(`${issuer}/registry/registry.ts`, 'current.forget(wallet);', '')],
  },
];

export const AT_THE_LEDGER: readonly PlantedBug[] = [
  {
    name: 'credit without debit',
    what: 'a transfer adds to one account and takes from none',
    changes: [
      change(
        `${ledger}/decide.ts`,
        'draft.accounts.set(debit.id, { ...debit, balance: debit.balance - step.amount });',
        '',
      ),
    ],
  },
  {
    name: 'half a group',
    what: 'a group whose second step is refused is posted with the first',
    changes: [
      change(`${ledger}/decide.ts`, 'if (refusal) return no(refusal);', 'if (refusal) break;'),
    ],
  },
  {
    name: 'claims for many',
    what: 'a claim can be taken again',
    changes: [change(`${ledger}/decide.ts`, "return no(reject('claim-taken'));", 'void claims;')],
  },
  {
    name: 'frozen accounts give from holds',
    what: 'a draw from the hold of a frozen account goes through',
    changes: [
      change(
        `${ledger}/decide.ts`,
        "if (debit.frozen) return reject('account-frozen', debit.id);",
        '',
      ),
    ],
  },
];

export const AT_THE_PROVIDER: readonly PlantedBug[] = [
  {
    name: 'receipts not kept',
    what: 'the provider acknowledges a receipt and does not write it down',
    changes: [
      change(
        `${provider}/agent.ts`,
        "if (outcome.kind === 'changed') book.change(outcome.bill",
        "if (outcome.kind === 'changed' && typ === '') book.change(outcome.bill",
      ),
    ],
  },
];
