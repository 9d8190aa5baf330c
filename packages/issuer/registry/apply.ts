// pure
import type { Entry } from '@coinbox/ledger';
import { assert, formatKeyId } from '@coinbox/protocol';
import type { Certificate, SettlementId, WalletId } from '@coinbox/protocol';
import { CODES } from '../codes.ts';
import { decodeMemo } from '../memo.ts';
import type { Memo } from '../memo.ts';
import type { Tally } from './nouns.ts';
import type { Records } from './statements.ts';

const changing: readonly string[] = [
  CODES.wallet,
  CODES.proposal,
  CODES.mapping,
  CODES.freeze,
  CODES.unfreeze,
  CODES.suspend,
  CODES.resume,
  CODES.revoke,
  CODES.parameters,
  CODES.fork,
  CODES.uncovered,
];

/** Does the entry change more than the tally? */
export function changesRecords(entry: Entry, wasParked: (id: SettlementId) => boolean): boolean {
  if (entry.code === CODES.park) return true;
  if (entry.code === CODES.settle) return wasParked(entry.id as SettlementId);
  return entry.status === 'posted' && changing.includes(entry.code);
}

export function tallyEntry(tally: Tally, entry: Entry): Tally {
  if (entry.status !== 'posted') return tally;
  switch (entry.code) {
    case CODES.pay:
      return { ...tally, payments: tally.payments + 1 };
    case CODES.settle:
      return { ...tally, settlements: tally.settlements + 1 };
    case CODES.refund:
      return { ...tally, refunds: tally.refunds + 1 };
    case CODES.void:
      return entry.steps.length > 0 ? { ...tally, refunds: tally.refunds + 1 } : tally;
    default:
      return tally;
  }
}

/**
 * Writes what an entry changes; answers with the wallet whose record or mapping is another now.
 * `load` checks a certificate.
 */
export function applyEntry(
  records: Records,
  entry: Entry,
  load: (bytes: Uint8Array) => Certificate,
): WalletId | undefined {
  const memo = decodeMemo(entry.memo);
  switch (entry.code) {
    case CODES.wallet:
      return openWallet(records, entry.index, load(memo.request));
    case CODES.proposal:
      return addProposal(records, entry, memo);
    case CODES.mapping:
      return addMapping(records, entry, memo);
    case CODES.park:
      records.park(entry.id.slice('park/'.length) as SettlementId, entry.index);
      return undefined;
    case CODES.parameters:
      records.addParameters(Number(entry.id.slice('parameters/'.length)), memo.request);
      return undefined;
    case CODES.settle:
      records.unpark(entry.id as SettlementId);
      return undefined;
    default:
      return changeStanding(records, entry, memo);
  }
}

function openWallet(
  records: Records,
  index: number,
  { body, keyId, bytes }: Certificate,
): WalletId {
  records.addWallet({
    wallet: body.wallet,
    index,
    role: body.role,
    keyId: formatKeyId(keyId),
    certificate: bytes,
    terminal: body.terminal ?? null,
    status: body.offline?.status ?? null,
  });
  return body.wallet;
}

function addProposal(records: Records, entry: Entry, memo: Memo): undefined {
  const { proposal, terminal, provider, replaces, person, expiresAt } = memo;
  assert(
    proposal && terminal && provider && replaces !== undefined && person && expiresAt,
    `entry ${entry.index} is a whole proposal`,
  );
  records.addProposal({
    proposal,
    index: entry.index,
    terminal,
    provider,
    replaces,
    proposedBy: person,
    expiresAt,
  });
}

function addMapping(records: Records, entry: Entry, memo: Memo): WalletId {
  const { proposal, terminal, provider, mappingVersion: version, approver } = memo;
  assert(
    proposal && terminal && provider && version && approver,
    `entry ${entry.index} is a whole mapping`,
  );
  records.addMapping({ terminal, version, provider, proposal, index: entry.index });
  records.approve(proposal, approver);
  return terminal;
}

/** A wallet that is unfrozen is no longer suspended either. */
function changeStanding(records: Records, entry: Entry, { wallet }: Memo): WalletId {
  assert(wallet, `entry ${entry.index} names a wallet`);
  if (entry.code === CODES.freeze) records.setFrozen(wallet);
  else if (entry.code === CODES.suspend) records.setSuspended(wallet);
  else if (entry.code === CODES.fork || entry.code === CODES.uncovered) records.setStopped(wallet);
  else if (entry.code === CODES.revoke) records.setRevoked(wallet);
  else records.setFree(wallet);
  return wallet;
}
