// Reading
export { parseOcmf } from './ocmf-record.ts';
export type { OcmfReading, OcmfRecord } from './ocmf-record.ts';

// Checking
export { evidenceHash, verifyEvidence } from './verify-evidence.ts';
export type { MeterIdentity } from './verify-evidence.ts';
export { readMeterKey, verifyOcmf } from './meter-signature.ts';
export type { MeterKey } from './meter-signature.ts';
export { measuredBy } from './measured.ts';
export type { Measured } from './measured.ts';
