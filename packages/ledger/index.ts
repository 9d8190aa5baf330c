// Nouns
export { availableOf } from './account.ts';
export type { Account, AccountId, Hold, HoldId, Standing } from './account.ts';
export { FINGERPRINT_BYTES, MAX_CLAIMS, MAX_MEMO_BYTES, MAX_STEPS, checkShape } from './group.ts';
export type { GroupId, Sequence, Step, TransferGroup } from './group.ts';
export type { Outcome, Recorded } from './view.ts';
export { GENESIS, entryBytes, entryHash } from './entry.ts';
export type { Entry, Head } from './entry.ts';

// The ledger and its engines
export { MAX_PAGE } from './ledger.ts';
export type {
  AccountsQuery,
  AsOf,
  EntriesQuery,
  Ledger,
  Page,
  Statement,
  StatementLine,
  StatementQuery,
  Sum,
} from './ledger.ts';
export { createMemoryLedger } from './engines/memory/ledger.ts';
export { createSqliteLedger } from './engines/sqlite/ledger.ts';
export type { SqliteLedgerConfig } from './engines/sqlite/ledger.ts';
export { createPostgresLedger } from './engines/postgres/ledger.ts';
export type { PostgresLedgerConfig } from './engines/postgres/ledger.ts';
export { createPostgresLocks } from './engines/postgres/locks.ts';
export type { PostgresLocks } from './engines/postgres/locks.ts';

export { Fault } from '@coinbox/protocol';

// Audit
export { openLedgerReader } from './engines/sqlite/reader.ts';
export type { LedgerReader } from './engines/sqlite/reader.ts';
export { LEDGER_FILE } from './engines/sqlite/schema.ts';
export { foldEntries } from './fold.ts';
export type { Books } from './fold.ts';
