// pure
import { fromCbor, hex, must, sha256, toCbor } from './encoding.ts';
import type { Values } from './groups.ts';
import type { Entry } from './ledger.ts';
import { PARAMETERS, read } from './shapes.ts';
import { isSignedBy, openSigned, readCertificate } from './signatures.ts';
import { SKEW_MS, walletOf } from './state.ts';
import type { State } from './state.ts';

// What operators ask for (page 11). Nobody signs it: it has to fit what came before, and to name
// two people where it takes two. Each answers with the values of its group.

/** The values of a group, and what is so once it is posted. */
export type Judged = { readonly values: Values; readonly note?: () => unknown };

const hashOf = (...request: readonly unknown[]): string => hex(sha256(toCbor(request)));

function open({ asset, root, demand }: State, { index, fingerprint }: Entry): Judged {
  demand('issuance', index === 1, 'the issuance is opened first');
  const hash = [hex(sha256(root)), '0'.repeat(64)].find((one) => one === fingerprint);
  return { values: { asset, hash } };
}

function wallet(state: State, { request, facts, at }: Entry): Judged {
  const { authority, wallets, keys, asset, demand, reading, network } = state;
  const signed = reading('certificate', () => openSigned(request, network));
  demand('certificate', isSignedBy(signed, authority.key), 'not signed by the authority');
  const own = walletOf(reading('certificate', () => readCertificate(signed)));
  const { wallet: id, role = '', key, terminal, limits, float, perPayment, balance, until } = own;
  const isPart = role === 'settlement' ? wallets.get(terminal)?.role === 'holding' : !terminal;
  const isWallet = isPart && ['payer', 'holding', 'settlement', 'provider'].includes(role);
  demand('certificate', isWallet, 'not the certificate of a wallet');
  demand('certificate', !float || role === 'payer', 'only a payer pays offline');
  demand('validity', at < Math.min(authority.until, until), 'a certificate that is over');
  const { most: single = '', cumulative = '', count = '', epochs = '' } = float ?? {};
  const offline = float ? [single, cumulative, count, epochs].map(BigInt) : [];
  const most = [BigInt(perPayment), BigInt(balance), limits ? 1 : 0, ...offline];
  const algorithm = key.alg === '-7' ? 'ES256' : 'EdDSA';
  const hash = hashOf('wallet', id, role, algorithm, key.bytes, terminal, ...most);
  const values = { ...facts, wallet: id, role, asset, key: key.id, hash };
  return { values, note: () => wallets.set(id, own) && keys.set(key.id, own) };
}

function proposal({ wallets, mapped, proposals, demand }: State, { facts }: Entry): Judged {
  const { proposal: id, terminal, provider } = facts;
  const roles = [terminal, provider].map((one) => wallets.get(one)?.role).join();
  demand('payload', roles === 'holding,provider', 'not of a terminal and a provider');
  const replaces = mapped.get(terminal)?.length ?? 0;
  demand('series', facts.replaces === `${replaces}`, `version ${replaces} is in force`);
  const values = { ...facts, hash: hashOf('proposal', id, terminal, provider, replaces) };
  return { values, note: () => proposals.set(id, facts) };
}

function mapping(state: State, { facts, at }: Entry): Judged {
  const { proposals, mapped, need, demand } = state;
  const { approver, proposal: id } = facts;
  const asked = need('people', proposals.get(id), 'nobody has proposed this');
  const { terminal, provider, person, replaces, expires } = asked;
  demand('people', approver !== '' && approver !== person, `${person} has approved it too`);
  demand('people', at < Number(expires) + SKEW_MS, 'approved when the proposal was over');
  const version = Number(replaces) + 1;
  const values = { ...asked, version, approver, hash: hashOf('mapping', id, version) };
  const note = () => mapped.set(terminal, [...(mapped.get(terminal) ?? []), provider]);
  return { values, note };
}

/** freeze, unfreeze, resume. */
function change({ wallets, need, demand }: State, { code, facts }: Entry): Judged {
  const own = need('standing', wallets.get(facts.wallet), 'a wallet that was not opened');
  const { role, frozen, suspended } = own;
  const can = code === 'resume' ? suspended && !frozen : frozen === (code === 'unfreeze');
  demand('standing', can, `the wallet cannot get a ${code}`);
  const [change, isFreeze] = [own.changes + 1, code === 'freeze'];
  const after = { changes: change, frozen: isFreeze, suspended: suspended && isFreeze };
  const note = () => Object.assign(own, after, isFreeze && { frozenBy: facts.person });
  const hash = hashOf(code, `freeze/${facts.wallet}/${change}`);
  return { values: { ...facts, role, change, hash }, note };
}

function revoke({ wallets, need, demand }: State, { facts }: Entry): Judged {
  const own = need('standing', wallets.get(facts.wallet), 'a wallet that was not opened');
  const { frozenBy: person, frozen, revoked } = own;
  demand('standing', frozen && !revoked, 'the wallet is not frozen, or is revoked already');
  const { approver } = facts;
  demand('people', approver !== '' && approver !== person, `${person} has frozen it too`);
  const values = { ...facts, person, hash: hashOf('revoke', `revoke/${facts.wallet}`) };
  return { values, note: () => (own.revoked = true) };
}

/** issue, redeem. */
function supply(state: State, { id, code, facts }: Entry): Judged {
  const { wallets, asset, need, demand } = state;
  const isIssue = code === 'issue';
  const own = need('issuance', wallets.get(isIssue ? facts.to : facts.from), 'no such wallet');
  const { role = '', wallet: name } = own;
  const isHolder = (isIssue ? ['payer'] : ['payer', 'provider']).includes(role);
  demand('issuance', isHolder, `no ${code} for a ${role} wallet`);
  const isId = /^(iss|rdm)_[0-9A-Z]{26}$/.exec(id)?.[1] === (isIssue ? 'iss' : 'rdm');
  demand('id', isId, `not the id of a ${code}`);
  const hash = hashOf(code, id, name, BigInt(facts.amount), asset);
  return { values: { ...facts, id, role, asset, hash } };
}

/** The authority's own message. */
function parameters(state: State, { request, facts, at }: Entry): Judged {
  const { authority, network, demand, reading, asset } = state;
  const signed = reading('message', () => openSigned(request, network));
  demand('signature', isSignedBy(signed, authority.key), 'not signed by the authority');
  const body = reading('message', () => {
    must(signed.typ === 'coinbox.parameters', `a ${signed.typ}, not parameters`);
    return read(PARAMETERS, fromCbor(signed.payload));
  });
  demand('amount', body.asset === asset, 'another asset');
  const { number, perPayment, count, exposure, silence, cover, coolOff, claim } = body;
  const holds = BigInt(body.validUntil) - BigInt(body.at);
  const terms = [perPayment, count, exposure, silence, cover, coolOff, claim].map(BigInt);
  demand('validity', Math.abs(Number(body.at) - at) <= SKEW_MS, 'dated at another time');
  const hash = hashOf('parameters', BigInt(number), holds, ...terms);
  return { values: { ...facts, number, hash }, note: () => state.parameters.set(number, body) };
}

/** By code: the values that the group of an entry must have. All throw Broken. */
export const OPERATORS = {
  open,
  wallet,
  parameters,
  proposal,
  mapping,
  revoke,
  freeze: change,
  unfreeze: change,
  resume: change,
  issue: supply,
  redeem: supply,
};
