import type { Entry } from '@coinbox/ledger';
import {
  CertificateBook,
  Fault,
  PARAMETERS,
  assert,
  formatKeyId,
  readOwn,
} from '@coinbox/protocol';
import type {
  Certificate,
  Instant,
  KeyId,
  NetworkId,
  ProposalId,
  PublicKey,
  SettlementId,
  WalletId,
} from '@coinbox/protocol';
import { inTransaction } from '@coinbox/storage';
import type { DatabaseSync } from 'node:sqlite';
import { applyEntry, changesRecords, tallyEntry } from './apply.ts';
import type { MappingVersion, ParametersRecord, Proposal, Tally, WalletRecord } from './nouns.ts';
import { prepareRecords } from './statements.ts';
import type { Records, WalletRow } from './statements.ts';

/**
 * What the log says of wallets, mappings and proposals, ready for look-up: a projection, never a
 * source. It holds what all entries up to `appliedIndex` make of it.
 */
export interface Registry {
  readonly appliedIndex: number;
  /** Posted payments, settlements and refunds up to `appliedIndex`. */
  readonly tally: Tally;
  certificateOf(keyId: KeyId): Certificate | undefined;
  wallet(id: WalletId): WalletRecord | undefined;
  /** By rising index of the entry that opened them, those after `after`. */
  wallets(after: number, limit: number): readonly WalletRecord[];
  walletOfKey(keyId: KeyId): WalletId | undefined;
  /** The newest settlement wallet of a terminal. */
  settlementWalletOf(terminal: WalletId): WalletId | undefined;
  mapping(terminal: WalletId, version: number): MappingVersion | undefined;
  /** The version in force. */
  currentMapping(terminal: WalletId): MappingVersion | undefined;
  /** Oldest first. */
  mappings(terminal: WalletId): readonly MappingVersion[];
  proposal(id: ProposalId): Proposal | undefined;
  proposals(after: number, limit: number): readonly Proposal[];
  /** Parking was tried, and the settlement has not been posted since. */
  wasParked(settlement: SettlementId): boolean;
  /** PARAMETERS by their number. */
  parameters(number: number): ParametersRecord | undefined;
  readonly newestParameters: ParametersRecord | undefined;
  /** The place in the lists of stopped wallets that the next wallet gets. */
  readonly nextStatus: number;
  /** Status numbers of wallets that are frozen or whose key is revoked, rising. */
  stopped(): readonly number[];
  /**
   * Takes an entry of the log. Entries may come out of order: they are applied in order, as soon as
   * all before them are here.
   */
  note(entry: Entry): void;
  /**
   * Writes down how far it has come. Without it, more of the log is read again at the next start.
   */
  save(): void;
}

export type RegistryOptions = {
  readonly database: DatabaseSync;
  /** Holds the issuer's own certificates; wallets' certificates come in as they are asked for. */
  readonly book: CertificateBook;
};

/** Wallets and mappings kept in memory, each. */
const MOST_KEPT = 50_000;
/** Entries after which the progress is written down although nothing else was. */
const SAVE_EVERY = 2_048;

export function createRegistry({ database, book }: RegistryOptions): Registry {
  const records = prepareRecords(database);
  const { forget, ...lookUps } = createLookUps(records, book);
  const certified = (bytes: Uint8Array): Certificate => load(book, bytes);
  const projection = createProjection(database, records, { forget, certified });
  return {
    ...lookUps,
    get appliedIndex() {
      return projection.appliedIndex();
    },
    get tally() {
      return projection.tally();
    },
    parameters: (number) => readParameters(records, number),
    get newestParameters() {
      return readParameters(records, records.newestParameters());
    },
    get nextStatus() {
      return records.nextStatus();
    },
    stopped: () => records.stopped(),
    settlementWalletOf: (terminal) => records.settlementWalletOf(terminal),
    mappings: (terminal) => records.mappings(terminal),
    proposal: (id) => records.proposal(id),
    proposals: (after, limit) => records.proposals(after, limit),
    wasParked: (settlement) => records.wasParked(settlement),
    note: projection.note,
    save: projection.save,
  };
}

function readParameters(records: Records, number: number): ParametersRecord | undefined {
  const bytes = records.parameters(number);
  return bytes && { bytes, body: readOwn(PARAMETERS, bytes).body };
}

/** What is asked for all the time, with a memory in front of the file. */
function createLookUps(records: Records, book: CertificateBook) {
  const wallets = createCache<WalletRecord>();
  const current = createCache<MappingVersion>();
  const versions = createCache<MappingVersion>();
  const toRecord = ({ keyId, certificate, ...row }: WalletRow): WalletRecord => ({
    ...row,
    certificate: book.certificateOf(keyId) ?? load(book, certificate),
  });
  return {
    certificateOf(keyId: KeyId): Certificate | undefined {
      const known = book.certificateOf(keyId);
      if (known) return known;
      const bytes = records.certificateOfKey(formatKeyId(keyId));
      return bytes && load(book, bytes);
    },
    wallet: (id: WalletId): WalletRecord | undefined =>
      wallets.get(id, () => {
        const row = records.wallet(id);
        return row && toRecord(row);
      }),
    wallets: (after: number, limit: number) => records.wallets(after, limit).map(toRecord),
    walletOfKey: (keyId: KeyId) => records.walletOfKey(formatKeyId(keyId)),
    mapping: (terminal: WalletId, version: number) =>
      versions.get(`${terminal}/${version}`, () => records.mapping(terminal, version)),
    currentMapping: (terminal: WalletId) =>
      current.get(terminal, () => records.currentMapping(terminal)),
    forget(wallet: WalletId): void {
      wallets.forget(wallet);
      current.forget(wallet);
    },
  };
}

type Reactions = {
  /** A wallet's record or mapping is another now. */
  forget(wallet: WalletId): void;
  certified(bytes: Uint8Array): Certificate;
};

/** Applies entries in order, each once. */
function createProjection(
  database: DatabaseSync,
  records: Records,
  { forget, certified }: Reactions,
) {
  const waiting = new Map<number, Entry>();
  const saved = records.progress();
  let appliedIndex = saved.appliedIndex;
  let savedIndex = appliedIndex;
  let last: Entry | undefined;
  let tally: Tally = saved.tally;

  const save = (): void => {
    if (!last || savedIndex === appliedIndex) return;
    records.setProgress(last, tally);
    savedIndex = appliedIndex;
  };

  function apply(entry: Entry): void {
    tally = tallyEntry(tally, entry);
    if (changesRecords(entry, records.wasParked)) {
      const touched = inTransaction(database, () => {
        records.setProgress(entry, tally);
        return applyEntry(records, entry, certified);
      });
      if (touched) forget(touched);
      savedIndex = entry.index;
    }
    appliedIndex = entry.index;
    last = entry;
    if (appliedIndex - savedIndex >= SAVE_EVERY) save();
  }

  return {
    appliedIndex: () => appliedIndex,
    tally: () => tally,
    note(entry: Entry): void {
      if (entry.index <= appliedIndex) return;
      waiting.set(entry.index, entry);
      for (;;) {
        const next = waiting.get(appliedIndex + 1);
        if (!next) return;
        waiting.delete(next.index);
        apply(next);
      }
    },
    save,
  };
}

/** An expired certificate is loaded too: who opens a message with it is told `key-expired`. */
const ANY_TIME = 0 as Instant;

/**
 * The issuer's own certificates in a book of their own: first the authority's, then the one of the
 * key that signs receipts. Fault config-invalid where they are not what the root has certified.
 */
export function openBook(
  network: NetworkId,
  root: PublicKey,
  own: readonly Uint8Array[],
): { readonly book: CertificateBook; readonly certificates: readonly Certificate[] } {
  const book = new CertificateBook(network, root, MOST_KEPT);
  const certificates = own.map((bytes): Certificate => {
    const added = book.add(bytes, ANY_TIME, true);
    if (added.ok) return added.value;
    throw new Fault('config-invalid', `a certificate of the issuer: ${added.rejection.code}`);
  });
  return { book, certificates };
}

function load(book: CertificateBook, bytes: Uint8Array): Certificate {
  const added = book.add(bytes, ANY_TIME);
  assert(added.ok, 'every certificate in the log was signed by this authority');
  return added.value;
}

/** A bounded memory of look-ups; when it is full it starts again. */
function createCache<T extends object>() {
  const kept = new Map<string, T>();
  return {
    get(id: string, find: () => T | undefined): T | undefined {
      const known = kept.get(id);
      if (known) return known;
      const found = find();
      if (found && kept.size >= MOST_KEPT) kept.clear();
      if (found) kept.set(id, found);
      return found;
    },
    forget: (id: string): void => void kept.delete(id),
  };
}
