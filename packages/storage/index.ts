// SQLite files that survive a power cut
export { createBatch } from './batch.ts';
export type { Batch } from './batch.ts';
export {
  inTransaction,
  openDatabase,
  openDatabaseReader,
  readPragma,
  storageFault,
} from './database.ts';
export type { OpenDatabase } from './database.ts';

// The data folder of a party
export {
  checkSecretFile,
  lockFolder,
  makeFolder,
  readJsonFile,
  writeFileDurably,
  writeJsonFile,
} from './folder.ts';
export type { FolderLock } from './folder.ts';
export { createKeys, openKeys } from './keys.ts';
export { readEnrolment } from './enrolment.ts';
export type { Enrolment, EnrolmentConfig } from './enrolment.ts';
export type { KeyStore } from './key-store.ts';
export { TOKEN_FILE, createTokenKeys } from './token-keys.ts';
export type { TokenFolder } from './token-keys.ts';
