import type { Instant, ProposalId, ProposeEnrolment } from '@coinbox/protocol';
import { openDatabase } from '@coinbox/storage';
import { join } from 'node:path';
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';

/** An enrolment on its way. What comes of it, two wallets and a mapping, is in the log. */
export type Enrolment = {
  readonly wanted: ProposeEnrolment;
  readonly proposedBy: string;
  readonly approvedBy?: string;
  /** Of the proposal until it is approved, of the code then. */
  readonly expiresAt: Instant;
  /** From the approval on. */
  readonly codeHash?: Uint8Array;
  /** Wrong codes that were tried. */
  readonly wrongCodes: number;
  /** Of the wallets and keys that have used the code up. */
  readonly claimHash?: Uint8Array;
};

/** The issuer's own memory of enrolments; each change is durable when it returns. */
export interface EnrolmentBook {
  find(proposal: ProposalId): Enrolment | undefined;
  /** There is none of that id yet. */
  add(wanted: ProposeEnrolment, proposedBy: string, expiresAt: Instant): void;
  approve(proposal: ProposalId, by: string, codeHash: Uint8Array, expiresAt: Instant): void;
  countWrong(proposal: ProposalId): void;
  /** Has these wallets and keys use the code up; false where others have. */
  claim(proposal: ProposalId, claimHash: Uint8Array): boolean;
  /** The wallets could not be opened: the code is good again. */
  release(proposal: ProposalId, claimHash: Uint8Array): void;
  close(): void;
}

export const ENROLMENTS_FILE = 'enrolments.db';

/** `CBen`: marks the file as the enrolments of an issuer. */
const APPLICATION_ID = 0x4342656e;
const SCHEMA = `
  CREATE TABLE enrolments (
    proposal TEXT PRIMARY KEY,
    wanted TEXT NOT NULL,
    proposed_by TEXT NOT NULL,
    approved_by TEXT,
    expires_at INTEGER NOT NULL,
    code_hash BLOB,
    wrong_codes INTEGER NOT NULL DEFAULT 0,
    claim_hash BLOB,
    CHECK (approved_by IS NULL OR approved_by <> proposed_by)
  ) STRICT, WITHOUT ROWID;
`;

/** The enrolments of the issuer in `folder`. Faults: startup-unsafe, storage-failed. */
export const openEnrolmentBook = (folder: string): EnrolmentBook =>
  bookIn(
    openDatabase(join(folder, ENROLMENTS_FILE), {
      schema: SCHEMA,
      applicationId: APPLICATION_ID,
      version: 1,
    }),
  );

function bookIn(database: DatabaseSync): EnrolmentBook {
  const find = database.prepare('SELECT * FROM enrolments WHERE proposal = ?');
  const add = database.prepare(
    'INSERT INTO enrolments (proposal, wanted, proposed_by, expires_at) VALUES (?, ?, ?, ?)',
  );
  const approve = database.prepare(
    `UPDATE enrolments SET approved_by = ?, code_hash = ?, expires_at = ?
     WHERE proposal = ? AND approved_by IS NULL`,
  );
  const wrong = database.prepare(
    'UPDATE enrolments SET wrong_codes = wrong_codes + 1 WHERE proposal = ?',
  );
  const claim = database.prepare(
    `UPDATE enrolments SET claim_hash = ?1
     WHERE proposal = ?2 AND (claim_hash IS NULL OR claim_hash = ?1)`,
  );
  const release = database.prepare(
    'UPDATE enrolments SET claim_hash = NULL WHERE proposal = ? AND claim_hash = ?',
  );
  return {
    find(proposal) {
      const row = find.get(proposal);
      return row && enrolmentOf(row);
    },
    add: (wanted, by, expiresAt) =>
      void add.run(wanted.proposal, JSON.stringify(wanted), by, expiresAt),
    approve: (proposal, by, codeHash, expiresAt) =>
      void approve.run(by, codeHash, expiresAt, proposal),
    countWrong: (proposal) => void wrong.run(proposal),
    claim: (proposal, claimHash) => claim.run(claimHash, proposal).changes === 1,
    release: (proposal, claimHash) => void release.run(proposal, claimHash),
    close: () => database.close(),
  };
}

function enrolmentOf(row: Record<string, SQLOutputValue>): Enrolment {
  const { approved_by, code_hash, claim_hash } = row;
  return {
    wanted: JSON.parse(row['wanted'] as string) as ProposeEnrolment,
    proposedBy: row['proposed_by'] as string,
    ...(approved_by !== null && { approvedBy: approved_by as string }),
    expiresAt: row['expires_at'] as Instant,
    ...(code_hash !== null && { codeHash: code_hash as Uint8Array }),
    wrongCodes: row['wrong_codes'] as number,
    ...(claim_hash !== null && { claimHash: claim_hash as Uint8Array }),
  };
}
