// Make and start an issuer
export { initIssuer, tokenFile } from './init.ts';
export type { InitIssuer } from './init.ts';
export { startIssuer } from './server.ts';
export type { RunningIssuer, StartIssuer } from './server.ts';

// The issuer without a transport
export { createIssuer } from './issuer.ts';
export type { Answer, Issuer, IssuerPorts } from './issuer.ts';
export type { Call } from './context.ts';
export type { Api } from './operations/api.ts';
export { ledgerFolder, logFolder, openFolder, readSecret } from './folder.ts';
export { openMemoryRecords } from './registry/schema.ts';
export { sealRecords } from './registry/seal.ts';
export type { Seal } from './registry/seal.ts';
export type { Registry } from './registry/registry.ts';
export type { MappingVersion, Proposal, Tally, WalletRecord } from './registry/nouns.ts';
export { readConfig } from './config.ts';
export type { IssuerConfig } from './config.ts';

// Audit
export { CODES } from './codes.ts';
export { ACCOUNT_PREFIX, ISSUANCE, accountOf } from './accounts.ts';
export { decodeMemo } from './memo.ts';
export type { Memo } from './memo.ts';
export { receiptOf } from './receipts.ts';
