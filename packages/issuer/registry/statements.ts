import { fromHex } from '@coinbox/protocol';
import type {
  Instant,
  KeyId,
  ProposalId,
  SettlementId,
  WalletId,
  WalletRole,
} from '@coinbox/protocol';
import type { Head } from '@coinbox/ledger';
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import type { MappingVersion, Proposal, Tally, WalletRecord } from './nouns.ts';

type Row = Readonly<Record<string, SQLOutputValue>>;

/** A wallet as its row has it: the certificate still as bytes. */
export type WalletRow = Omit<WalletRecord, 'certificate'> & {
  readonly keyId: KeyId;
  readonly certificate: Uint8Array;
};

export type NewWallet = {
  readonly wallet: WalletId;
  readonly index: number;
  readonly role: string;
  /** 16 hexadecimal digits. */
  readonly keyId: string;
  readonly certificate: Uint8Array;
  readonly terminal: WalletId | null;
  /** Place in the lists of stopped wallets. */
  readonly status: number | null;
};

/** The questions and changes that the registry has for its file, each one prepared statement. */
export type Records = ReturnType<typeof prepareRecords>;

export function prepareRecords(database: DatabaseSync) {
  return {
    ...walletRecords(database),
    ...mappingRecords(database),
    ...proposalRecords(database),
    ...progressRecords(database),
    ...offlineRecords(database),
  };
}

function offlineRecords(database: DatabaseSync) {
  const add = database.prepare('INSERT INTO parameters (number, message) VALUES (?, ?)');
  const list = database.prepare('SELECT number, message FROM parameters ORDER BY number');
  const count = database.prepare('SELECT MAX(status_number) AS last FROM wallets');
  const stopped = database.prepare(
    `SELECT status_number FROM wallets
     WHERE status_number IS NOT NULL AND (frozen = 1 OR revoked = 1) ORDER BY status_number`,
  );
  // A new version is a decision of people: there are few.
  const known = new Map(list.all().map((row) => [row['number'], row['message'] as Uint8Array]));
  return {
    addParameters(number: number, message: Uint8Array): void {
      add.run(number, message);
      known.set(number, message);
    },
    parameters: (number: number): Uint8Array | undefined => known.get(number),
    newestParameters: (): number => known.size,
    nextStatus: (): number => ((count.get()?.['last'] ?? -1) as number) + 1,
    stopped: (): readonly number[] => stopped.all().map((row) => row['status_number'] as number),
  };
}

function progressRecords(database: DatabaseSync) {
  const read = database.prepare('SELECT * FROM progress');
  const write = database.prepare(
    `UPDATE progress SET applied_index = ?, entry_hash = ?,
       payments = ?, settlements = ?, refunds = ?`,
  );
  const park = database.prepare('INSERT INTO parked (settlement, entry_index) VALUES (?, ?)');
  const unpark = database.prepare('DELETE FROM parked WHERE settlement = ?');
  const list = database.prepare('SELECT settlement FROM parked');
  // Few at any time, and asked for at every settlement.
  const parked = new Set(list.all().map(({ settlement }) => settlement));
  return {
    progress(): { appliedIndex: number; tally: Tally } {
      const row = read.get() as Record<string, number>;
      const { applied_index, payments, settlements, refunds } = row;
      const tally = { payments, settlements, refunds } as Tally;
      return { appliedIndex: applied_index as number, tally };
    },
    /** `hash`: that of the entry at `index`. */
    setProgress({ index, hash }: Head, tally: Tally): void {
      write.run(index, hash, tally.payments, tally.settlements, tally.refunds);
    },
    park(settlement: SettlementId, index: number): void {
      park.run(settlement, index);
      parked.add(settlement);
    },
    unpark(settlement: SettlementId): void {
      unpark.run(settlement);
      parked.delete(settlement);
    },
    wasParked: (settlement: SettlementId): boolean => parked.has(settlement),
  };
}

function walletRecords(database: DatabaseSync) {
  const add = database.prepare(
    `INSERT INTO wallets
       (wallet, entry_index, role, key_id, certificate, terminal, status_number)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  );
  const one = database.prepare('SELECT * FROM wallets WHERE wallet = ?');
  const page = database.prepare(
    'SELECT * FROM wallets WHERE entry_index > ? ORDER BY entry_index LIMIT ?',
  );
  const byKey = database.prepare('SELECT wallet, certificate FROM wallets WHERE key_id = ?');
  const newestOf = database.prepare(
    'SELECT wallet FROM wallets WHERE terminal = ? ORDER BY entry_index DESC LIMIT 1',
  );
  const freeze = database.prepare(
    'UPDATE wallets SET frozen = 1, changes = changes + 1 WHERE wallet = ?',
  );
  const stop = database.prepare('UPDATE wallets SET frozen = 1 WHERE wallet = ?');
  const suspend = database.prepare('UPDATE wallets SET suspended = 1 WHERE wallet = ?');
  const revoke = database.prepare('UPDATE wallets SET revoked = 1 WHERE wallet = ?');
  const free = database.prepare(
    'UPDATE wallets SET frozen = 0, suspended = 0, changes = changes + 1 WHERE wallet = ?',
  );
  return {
    addWallet: (it: NewWallet): void =>
      void add.run(it.wallet, it.index, it.role, it.keyId, it.certificate, it.terminal, it.status),
    wallet(id: WalletId): WalletRow | undefined {
      const row = one.get(id);
      return row && walletOf(row);
    },
    wallets: (after: number, limit: number): readonly WalletRow[] =>
      page.all(after, limit).map(walletOf),
    walletOfKey: (keyId: string) => byKey.get(keyId)?.['wallet'] as WalletId | undefined,
    certificateOfKey: (keyId: string) =>
      byKey.get(keyId)?.['certificate'] as Uint8Array | undefined,
    settlementWalletOf: (terminal: WalletId) =>
      newestOf.get(terminal)?.['wallet'] as WalletId | undefined,
    setFrozen: (wallet: WalletId): void => void freeze.run(wallet),
    setStopped: (wallet: WalletId): void => void stop.run(wallet),
    setSuspended: (wallet: WalletId): void => void suspend.run(wallet),
    setRevoked: (wallet: WalletId): void => void revoke.run(wallet),
    setFree: (wallet: WalletId): void => void free.run(wallet),
  };
}

const walletOf = (row: Row): WalletRow => ({
  wallet: row['wallet'] as WalletId,
  index: row['entry_index'] as number,
  role: row['role'] as WalletRole,
  keyId: fromHex(row['key_id'] as string) as Uint8Array,
  certificate: row['certificate'] as Uint8Array,
  ...(row['terminal'] !== null && { terminal: row['terminal'] as WalletId }),
  frozen: row['frozen'] === 1,
  suspended: row['suspended'] === 1,
  revoked: row['revoked'] === 1,
  changes: row['changes'] as number,
});

function mappingRecords(database: DatabaseSync) {
  const add = database.prepare(
    `INSERT INTO mappings (terminal, version, provider, proposal, entry_index)
     VALUES (?, ?, ?, ?, ?)`,
  );
  const one = database.prepare('SELECT * FROM mappings WHERE terminal = ? AND version = ?');
  const all = database.prepare('SELECT * FROM mappings WHERE terminal = ? ORDER BY version');
  const newest = database.prepare(
    'SELECT * FROM mappings WHERE terminal = ? ORDER BY version DESC LIMIT 1',
  );
  const read = (row: Row | undefined): MappingVersion | undefined => row && mappingOf(row);
  return {
    addMapping: ({ terminal, version, provider, proposal, index }: MappingVersion): void =>
      void add.run(terminal, version, provider, proposal, index),
    mapping: (terminal: WalletId, version: number) => read(one.get(terminal, version)),
    currentMapping: (terminal: WalletId) => read(newest.get(terminal)),
    mappings: (terminal: WalletId): readonly MappingVersion[] => all.all(terminal).map(mappingOf),
  };
}

const mappingOf = (row: Row): MappingVersion => ({
  terminal: row['terminal'] as WalletId,
  version: row['version'] as number,
  provider: row['provider'] as WalletId,
  proposal: row['proposal'] as ProposalId,
  index: row['entry_index'] as number,
});

function proposalRecords(database: DatabaseSync) {
  const add = database.prepare(
    `INSERT INTO proposals
       (proposal, entry_index, terminal, provider, replaces, proposed_by, expires_at)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  );
  const approve = database.prepare('UPDATE proposals SET approved_by = ? WHERE proposal = ?');
  const one = database.prepare('SELECT * FROM proposals WHERE proposal = ?');
  const page = database.prepare(
    'SELECT * FROM proposals WHERE entry_index > ? ORDER BY entry_index LIMIT ?',
  );
  return {
    addProposal: (it: Proposal): void =>
      void add.run(
        it.proposal,
        it.index,
        it.terminal,
        it.provider,
        it.replaces,
        it.proposedBy,
        it.expiresAt,
      ),
    approve: (id: ProposalId, approver: string): void => void approve.run(approver, id),
    proposal(id: ProposalId): Proposal | undefined {
      const row = one.get(id);
      return row && proposalOf(row);
    },
    proposals: (after: number, limit: number): readonly Proposal[] =>
      page.all(after, limit).map(proposalOf),
  };
}

const proposalOf = (row: Row): Proposal => ({
  proposal: row['proposal'] as ProposalId,
  index: row['entry_index'] as number,
  terminal: row['terminal'] as WalletId,
  provider: row['provider'] as WalletId,
  replaces: row['replaces'] as number,
  proposedBy: row['proposed_by'] as string,
  ...(row['approved_by'] !== null && { approvedBy: row['approved_by'] as string }),
  expiresAt: row['expires_at'] as Instant,
});
