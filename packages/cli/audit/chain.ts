// pure
import { equalBytes, settlementIdOf, toHex } from '@coinbox/protocol';
import type { Receipt } from '@coinbox/protocol';
import type { Found, SessionPapers } from './found.ts';

/** `missing`: the message ought to be there and is not at hand. `broken`: it does not fit. */
export type StepState = 'holds' | 'broken' | 'missing';

/** One message of a session's chain, or the place of one that is missing. */
export type Step = {
  readonly step: string;
  readonly state: StepState;
  /** SHA-256 of the payload, hexadecimal. */
  readonly hash?: string;
  /** The wallet that has signed. */
  readonly signer?: string;
  /** Minor units. */
  readonly amount?: bigint;
  /** What does not hold. */
  readonly faults: readonly string[];
};

export type Audit = {
  /** Nothing is broken, and nothing is missing that has to be there. */
  readonly ok: boolean;
  readonly steps: readonly Step[];
  /** Minor units. */
  readonly paid: bigint;
  readonly settled: bigint;
  readonly refunded: bigint;
  /** Paid in, and neither settled nor given back. */
  readonly held: bigint;
};

type Check = readonly [holds: boolean | undefined, fault: string];

/**
 * The chain of a session: what was paid, measured, billed, drawn, settled and given back. Every
 * message is held to its signature and to the message that it names.
 */
export function auditChain(papers: SessionPapers): Audit {
  const steps = [
    ...paymentSteps(papers),
    ...meterSteps(papers),
    ...billSteps(papers),
    ...refundSteps(papers),
  ];
  const posted = (all: SessionPapers['settles'] | SessionPapers['refunds']): bigint =>
    sumOf(all.filter(({ hash }) => receiptOf(papers, hash)?.body.result === 'posted'));
  const paid = sumOf(papers.pays);
  const [settled, refunded] = [posted(papers.settles), posted(papers.refunds)];
  const held = paid - settled - refunded;
  if (held < 0n) steps.push(missingOf('balance', 'broken', 'more went out than was paid in'));
  const ok = steps.length > 0 && steps.every(({ state }) => state === 'holds');
  return { ok, steps, paid, settled, refunded, held };
}

const sumOf = (all: readonly { readonly body: { readonly amount: bigint } }[]): bigint =>
  all.reduce((sum, { body }) => sum + body.amount, 0n);

const receiptOf = ({ receipts }: SessionPapers, hash: Uint8Array): Found<Receipt> | undefined =>
  receipts.find(({ body }) => equalBytes(body.subject, hash));

const missingOf = (step: string, state: StepState = 'missing', ...faults: string[]): Step => ({
  step,
  state,
  faults,
});

function stepOf(step: string, found: Found<unknown>, checks: readonly Check[]): Step {
  const wrong = checks.filter(([holds]) => holds !== true).map(([, fault]) => fault);
  const faults = found.refusal ? [`signature: ${found.refusal}`, ...wrong] : wrong;
  const { amount, held } = found.body as { amount?: bigint; held?: bigint };
  const worth = amount ?? held;
  return {
    step,
    state: faults.length === 0 ? 'holds' : 'broken',
    hash: toHex(found.hash),
    ...(found.signer !== undefined && { signer: found.signer }),
    ...(worth !== undefined && { amount: worth }),
    faults,
  };
}

const isSame = (one: Uint8Array | undefined, other: Uint8Array | undefined): boolean =>
  one !== undefined && other !== undefined && equalBytes(one, other);

function paymentSteps(papers: SessionPapers): Step[] {
  const { offers, pays, accepts } = papers;
  if (accepts.length === 0) return [missingOf('payment'), missingOf('accept')];
  return accepts.flatMap((accept) => {
    const pay = pays.find(({ hash }) => equalBytes(hash, accept.body.payHash));
    const offer = pay && offers.find(({ hash }) => equalBytes(hash, pay.body.offerHash));
    const receipt = pay && receiptOf(papers, pay.hash);
    const terminal = pay?.body.terminal;
    return [
      offer
        ? stepOf('offer', offer, [[offer.signer === terminal, 'not of the terminal that was paid']])
        : missingOf('offer'),
      pay
        ? stepOf('payment', pay, [
            [pay.signer === pay.body.payer, 'not signed by the payer that it names'],
            [
              !offer || (pay.body.amount >= offer.body.least && pay.body.amount <= offer.body.most),
              'not an amount of the offer',
            ],
            [!offer || pay.body.asset === offer.body.asset, 'another asset than the offer'],
            [
              !offer || pay.body.mappingVersion === offer.body.mappingVersion,
              'another mapping than the offer',
            ],
          ])
        : missingOf('payment'),
      ...(pay && receipt ? [receiptStep('payment receipt', receipt, pay.body.amount)] : []),
      stepOf('accept', accept, [
        [accept.signer === terminal, 'not of the terminal that was paid'],
        [!pay || accept.body.held === pay.body.amount, 'another amount than was paid'],
        [!offer || accept.body.offer === offer.body.offer, 'another offer'],
      ]),
    ];
  });
}

function meterSteps({ meters, offers, bills, settles }: SessionPapers): Step[] {
  const isNeeded = bills.length > 0 || settles.length > 0;
  const steps = meters.map((meter, at) => {
    const before = meters[at - 1];
    const { number, previous, tariffHash, terminal, final } = meter.body;
    return stepOf(final ? 'final meter' : 'meter', meter, [
      [number === at + 1, `number ${number} is not number ${at + 1}`],
      [
        before ? isSame(previous, before.hash) : previous === undefined,
        'does not follow the METER before',
      ],
      [!before?.body.final, 'comes after the final METER'],
      [meter.signer === terminal, 'not of the terminal that it names'],
      [
        offers.every(({ body }) => equalBytes(body.tariffHash, tariffHash)),
        'another tariff than the offer',
      ],
    ]);
  });
  const isWhole = meters.at(-1)?.body.final === true;
  return isNeeded && !isWhole ? [...steps, missingOf('final meter')] : steps;
}

function billSteps(papers: SessionPapers): Step[] {
  const { bills, draws, settles, meters, offers } = papers;
  const steps: Step[] = [];
  for (const settle of settles) {
    const { billHash, settlement, amount, terminal, settlementWallet } = settle.body;
    const bill = bills.find(({ hash }) => equalBytes(hash, billHash));
    const draw = draws.find(({ body }) => body.draw === settlement);
    const receipt = receiptOf(papers, settle.hash);
    const meter = bill && meters.find(({ hash }) => equalBytes(hash, bill.body.meterHash));
    const lines = bill?.body.lines.reduce((sum, { net, tax }) => sum + net + tax, 0n);
    const provider = offers[0]?.body.provider;
    steps.push(
      bill
        ? stepOf('bill', bill, [
            [bill.body.final, 'not a final bill'],
            [bill.signer === bill.body.provider, 'not signed by the provider that it names'],
            [!provider || bill.body.provider === provider, 'not the provider of the offer'],
            [meter?.body.final, 'does not name the final METER'],
            [lines === bill.body.amount, 'the lines do not add up'],
            [bill.body.terminal === terminal, 'for another terminal'],
          ])
        : missingOf('bill'),
      draw
        ? stepOf('draw', draw, [
            [isSame(draw.body.billHash, billHash), 'for another bill'],
            [!bill || draw.body.amount === bill.body.amount, 'another amount than the bill'],
            [draw.signer === terminal, 'not signed by the holding wallet'],
          ])
        : missingOf('draw'),
      stepOf('settlement', settle, [
        [!bill || amount === bill.body.amount, 'another amount than the bill'],
        [
          !bill || settlement === settlementIdOf(bill.body.bill, bill.body.session),
          'the id does not follow from the bill',
        ],
        [settle.signer === settlementWallet, 'not signed by the settlement wallet'],
      ]),
      receipt
        ? receiptStep('settlement receipt', receipt, amount, provider)
        : missingOf('settlement receipt'),
    );
  }
  const unpaid = bills.filter(
    ({ hash }) => !settles.some(({ body }) => equalBytes(body.billHash, hash)),
  );
  return [...unpaid.map((bill) => stepOf('bill (not settled)', bill, [])), ...steps];
}

function refundSteps(papers: SessionPapers): Step[] {
  const payers = new Set(papers.pays.map(({ body }) => body.payer));
  return papers.refunds.flatMap((refund) => {
    const { payer, terminal, amount } = refund.body;
    const receipt = receiptOf(papers, refund.hash);
    return [
      stepOf('refund', refund, [
        [payers.has(payer), 'to a wallet that has not paid'],
        [refund.signer === terminal, 'not signed by the holding wallet'],
      ]),
      receipt ? receiptStep('refund receipt', receipt, amount, payer) : missingOf('refund receipt'),
    ];
  });
}

const receiptStep = (step: string, receipt: Found<Receipt>, amount: bigint, to?: string): Step =>
  stepOf(step, receipt, [
    [receipt.body.amount === amount, 'another amount'],
    [receipt.body.result === 'posted', `${receipt.body.result} ${receipt.body.code ?? ''}`.trim()],
    [to === undefined || receipt.body.to === to, 'to another wallet'],
  ]);
