// pure
import { derivedId, fromCbor, idBytes, must, unhex } from './encoding.ts';
import type { Entry } from './ledger.ts';
import type { Judged } from './operators.ts';
import { bookOffline, drawOf, limitsOffline } from './floats.ts';
import { BILL, DRAW, PAY, REFUND, REFUSAL, SETTLE, VOID, read } from './shapes.ts';
import type { Facts } from './shapes.ts';
import { isSignedBy, openSigned } from './signatures.ts';
import { SKEW_MS } from './state.ts';
import type { State } from './state.ts';

// What signed messages ask for (pages 05 and 11). Each answers with the values of its group.

/** Who signs a class of messages. */
const SIGNERS = {
  pay: 'payer',
  load: 'payer',
  void: 'holding',
  refund: 'holding',
  refusal: 'holding',
  draw: 'holding',
  settle: 'settlement',
  bill: 'provider',
};

/** `at`: when the key must be good; undefined where that was judged before. */
export function openMessage<S extends string>(
  state: State,
  name: keyof typeof SIGNERS,
  shape: S,
  bytes: Uint8Array,
  at?: number,
) {
  const { demand, reading, need, network, keys, asset } = state;
  const signed = reading('message', () => openSigned(bytes, network));
  const own = need('signature', keys.get(signed.kid), 'signed with a key of no wallet');
  demand('signature', isSignedBy(signed, own.key), 'the signature is false');
  const body = reading('message', () => {
    must(signed.typ === `coinbox.${name}`, `a ${signed.typ}, not a ${name}`);
    return read(shape, fromCbor(signed.payload));
  });
  demand('role', own.role === SIGNERS[name], `a ${name} signed by a ${own.role} wallet`);
  const isIn = at === undefined || (own.since <= at + SKEW_MS && at < own.until + SKEW_MS);
  demand('revoked', at === undefined || !own.revoked, `a ${name} signed with a revoked key`);
  demand('validity', isIn, `a ${name} signed when the certificate was not valid`);
  const { hash, typ: subjectTyp } = signed;
  const values = { asset, ...body, hash, subject: hash, subjectTyp };
  demand('amount', values.asset === asset, 'another asset');
  return { body, own, hash, values };
}

export const claimOn = (terminal: string, offer: string): string =>
  `offer/${terminal.slice(4)}/${unhex(offer).toString('base64url')}`;

function pay(state: State, { request, at, status }: Entry): Judged {
  const { demand, need, wallets, claims, mapped, payments, accounts } = state;
  const { body, own, hash, values } = openMessage(state, 'pay', PAY, request, at);
  const { payer, terminal: to, amount, version, offerHash } = body;
  const terminal = need('payload', wallets.get(to), 'a payment to no wallet');
  demand('role', own.wallet === payer, 'signed with the key of another wallet');
  // One that its payer has claimed back is refused because the terminal is gone.
  const isBack = body.offline !== '' && status !== 'posted';
  demand('suspended', isBack || !terminal.suspended, 'a payment to a suspended terminal');
  demand('revoked', isBack || !terminal.revoked, 'a payment to a terminal whose key is revoked');
  const versions = mapped.get(to)?.length ?? 0;
  const isKnown = body.offline ? Number(version) <= versions : version === `${versions}`;
  demand('version', isKnown, 'a version that is not in force');
  const free = BigInt(terminal.balance) - (accounts.get(`holding/${to}`)?.balance ?? 0n);
  const online = [own.perPayment, terminal.perPayment, terminal.balance && free];
  const most = body.offline ? limitsOffline(state, body.offline, own) : online;
  const isIn = most.every((one) => one === '' || BigInt(amount) <= BigInt(one));
  demand('amount', isIn, 'over a limit of a wallet');
  const instant = unhex(BigInt(body.at).toString(16).padStart(12, '0'));
  const id = derivedId('pay', instant, unhex(hash));
  const claim = claimOn(to, offerHash);
  const code = /^(void|reclaim)\//.test(claims.get(claim) ?? '') ? 'offer-voided' : 'offer-taken';
  // A PAY that was claimed back has the group of one online, which the ledger refuses.
  const isOffline = body.offline !== '' && status === 'posted';
  const plain = `4 payer/${payer} holding/${to} ${amount}; 5 ${id} holding/${to} ${amount}`;
  const booked = { steps: plain, covered: 0n };
  const { steps, covered } = isOffline ? bookOffline(state, id, body) : booked;
  const number = `payer-sequence/${payer}/${body.sequence}`;
  const taken = isOffline && claims.has(number) ? claim : `${claim} ${number}`;
  const paid = { payer, terminal: to, version, hash, isOffline, covered };
  const note = () => payments.set(id, paid);
  return { values: { ...values, id, claims: taken, steps, code, from: payer, to }, note };
}

function voidOffer(state: State, { request, at }: Entry): Judged {
  const { body, own, values } = openMessage(state, 'void', VOID, request, at);
  const { terminal: from, offerHash } = body;
  state.demand('role', own.wallet === from, 'signed with the key of another wallet');
  const claim = claimOn(from, offerHash);
  const taker = state.claims.get(claim) ?? '';
  const paid = state.payments.get(taker);
  state.demand('refund', !paid?.isOffline, 'the terminal has accepted the payment');
  const to = paid?.payer;
  const common = { ...values, from, voided: claim.replace('offer', 'void') };
  if (to === undefined) return { values: { ...common, burned: claim } };
  const amount = state.holds.get(taker)?.remaining;
  return { values: { ...common, to, amount, drawn: `6 ${taker} payer/${to} ${amount}` } };
}

type Upload = Facts<'terminal payments amount upload'>;

/** What is taken from the payments of an upload: in their order, as much as each has left. */
function sharesOf(state: State, { terminal, payments, amount, upload }: Upload, isBack = false) {
  const ids = payments.split(' ');
  const found = ids.map((id) => state.payments.get(id));
  const isOwn = found.every((one) => one?.terminal === terminal);
  const isOnce = new Set(ids).size === ids.length;
  state.demand('hold', isOwn && isOnce, 'an upload names payments of its terminal, each once');
  let rest = BigInt(amount);
  const holds = ids.flatMap((id) => {
    const own = [id, `cover/${id}`].filter((hold) => state.holds.has(hold));
    return isBack ? own.toReversed() : own;
  });
  const shares = holds.map((hold, at) => {
    const left = state.holds.get(hold)?.remaining ?? 0n;
    const share = at === holds.length - 1 || rest < left ? rest : left;
    rest -= share;
    return [hold, share] as const;
  });
  const used = shares.filter(([, share]) => share > 0n);
  const place = `upload/${terminal} ${upload}`;
  return { used, place, payments: found.filter((one) => one !== undefined) };
}

/** settle, park. */
function settle(state: State, { request, at, code }: Entry): Judged {
  const { demand, parked, mapped, wallets } = state;
  const { body, own, hash, values } = openMessage(state, 'settle', SETTLE, request, at);
  const { settlement, amount, terminal, transit } = body;
  const isOwn = own.wallet === transit && own.terminal === terminal;
  demand('role', isOwn, 'signed with the key of another wallet');
  const isPark = code === 'park';
  const waits = !isPark && parked.has(settlement);
  demand('fingerprint', !waits || parked.get(settlement) === hash, 'another message was parked');
  demand('suspended', waits || !wallets.get(terminal)?.suspended, 'of a suspended terminal');
  // What is parked was judged then, and its DRAW and BILL may be of keys that are revoked by now.
  const { bill, provider } = billOf(state, body, waits ? undefined : at);
  const { used, place, payments } = sharesOf(state, body);
  const named = payments.map(({ version }) => mapped.get(terminal)?.[Number(version) - 1]);
  const isMapped = [body.provider || provider, ...named].every((one) => one === provider);
  demand('destination', isMapped, 'the provider of the bill is not the mapped one');
  const isPayer = payments.every(({ payer }) => payer === (body.payer || payer));
  demand('destination', isPayer, 'a payer is named that has not paid');
  const shares = waits ? [[`parked/${settlement}`, amount] as const] : used;
  const target = isPark ? '' : `settlement/${transit} `;
  const steps = shares.map(([hold, share]) => `${isPark ? 7 : 6} ${hold} ${target}${share}`);
  const money = { drawn: steps.join('; '), own: target.trim() || `holding/${terminal}` };
  const said = { from: terminal, to: provider, version: payments[0]?.version, bill };
  const note = () => isPark && parked.set(settlement, hash);
  return { values: { ...values, ...money, ...said, place: waits ? '' : place }, note };
}

/** The BILL of a settlement; it and the DRAW fit the SETTLE. */
function billOf(state: State, settle: Facts<typeof SETTLE>, at: number | undefined) {
  const draw = openMessage(state, 'draw', DRAW, unhex(settle.drawBytes), at);
  state.demand('bill', settle.billBytes !== '', 'a settlement without its BILL');
  const { body, own, hash } = openMessage(state, 'bill', BILL, unhex(settle.billBytes), at);
  const { bill, session, provider } = body;
  const same = ['session', 'terminal', 'amount', 'asset'] as const;
  const drawn = [...same, 'settlement', 'transit', 'billHash'] as const;
  const isOwn = draw.own.wallet === settle.terminal;
  const isDrawn = isOwn && drawn.every((name) => draw.body[name] === settle[name]);
  state.demand('draw', isDrawn, 'the DRAW does not fit the SETTLE');
  const isBill = hash === settle.billHash && bill === draw.body.bill && body.final === '1';
  const isFit = isBill && same.every((name) => body[name] === settle[name]);
  state.demand('bill', isFit, 'the BILL does not fit the SETTLE');
  const id = derivedId('stl', idBytes(bill), idBytes(bill), idBytes(session));
  state.demand('bill', id === settle.settlement, 'the settlement of another bill');
  state.demand('bill', own.wallet === provider, 'signed with the key of another provider');
  return { bill, provider };
}

function refund(state: State, { request, at }: Entry): Judged {
  const { body, own, values } = openMessage(state, 'refund', REFUND, request, at);
  const { terminal: from, payer: to } = body;
  state.demand('role', own.wallet === from, 'signed with the key of another wallet');
  const { used, place, payments } = sharesOf(state, body, true);
  const ways = new Set(payments.map(({ isOffline }) => isOffline));
  state.demand('refund', ways.size <= 1, 'of payments online and offline');
  const back = payments[0]?.isOffline ? `float/${to}` : `payer/${to}`;
  const isPayer = payments.every(({ payer }) => payer === to);
  state.demand('refund', isPayer, 'to another wallet than the one that paid');
  const drawn = used.map(([hold, share]) => drawOf(hold, from, back, share)).join('; ');
  return { values: { ...values, from, to, place, drawn } };
}

function refusal(state: State, { request, at }: Entry): Judged {
  const { body, own, values } = openMessage(state, 'refusal', REFUSAL, request, at);
  state.demand('role', own.wallet === body.terminal, 'signed with the key of another wallet');
  return { values: { ...values, from: body.terminal } };
}

/** For an upload of the terminal itself: one that is behind, or one without money behind it. */
function suspend(state: State, { request, at }: Entry): Judged {
  const { demand, need, reading, wallets, series, bare, network } = state;
  const { typ } = reading('message', () => openSigned(request, network));
  const isRefund = typ === 'coinbox.refund';
  const { body, own, hash } = isRefund
    ? openMessage(state, 'refund', REFUND, request, at)
    : openMessage(state, 'settle', SETTLE, request, at);
  const terminal = need('standing', wallets.get(body.terminal), 'a terminal that was not opened');
  const { wallet } = terminal;
  demand('role', (own.terminal || own.wallet) === wallet, 'an upload of another terminal');
  const isBehind = Number(body.upload) < (series.get(`upload/${wallet}`) ?? 0);
  const hasCause = !terminal.suspended && (isBehind || bare.has(hash));
  demand('standing', hasCause, 'there is no cause for it');
  const code = bare.has(hash) ? 'backing-insufficient' : 'counter-rollback';
  return { values: { hash, wallet, code }, note: () => (terminal.suspended = true) };
}

/** By code: the values that the group of an entry must have. All throw Broken. */
export const MESSAGES = {
  pay,
  void: voidOffer,
  settle,
  park: settle,
  refund,
  refusal,
  suspend,
};
