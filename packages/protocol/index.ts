// Results, rejections, faults
export { accept, assert, reject } from './result.ts';
export type { Accepted, Rejected, Rejection, Result } from './result.ts';
export { REJECTIONS, isRejectionCode, rejectionRow } from './rejections.ts';
export type { RejectionCode } from './rejections.ts';
export type { RejectionRow, RetryRule } from './rejections/row.ts';
export { Fault } from './fault.ts';
export type { FaultCode } from './fault.ts';
export { PROBLEM_TYPE_BASE, languageOf, problemOf, rejectionOfProblem } from './problem.ts';
export type { Language, Problem } from './problem.ts';

// Money, assets, ids, time
export {
  MAX_MONEY,
  NO_MONEY,
  addMoney,
  checkAmount,
  money,
  parseAmount,
  subtractMoney,
  sumMoney,
} from './money.ts';
export type { Money } from './money.ts';
export {
  ASSETS,
  assetOfCurrency,
  currencyOf,
  exponentOf,
  formatMajor,
  parseAsset,
} from './asset.ts';
export type { Asset } from './asset.ts';
export { derivedId, idFromBytes, idToBytes, instantOfId, newId, parseId } from './ids.ts';
export type {
  BillId,
  Id,
  IdKind,
  IssuanceId,
  OfferId,
  PaymentId,
  ProposalId,
  RedemptionId,
  RefundId,
  SessionId,
  SettlementId,
  WalletId,
} from './ids.ts';
export { LATEST_INSTANT, formatInstant, isInstant, later } from './time.ts';
export type { Clock, Instant } from './time.ts';

// Bytes, CBOR, signatures
export { ed25519Library, sha256 } from '#primitives';
export {
  concatBytes,
  equalBytes,
  fromBase64,
  fromHex,
  textBytes,
  toBase64,
  toHex,
} from './bytes.ts';
export { decodeCbor, encodeCbor } from './cbor.ts';
export type { CborMap, CborValue } from './cbor.ts';
export { MAX_MESSAGE_BYTES } from './cbor-scan.ts';
export { isNetworkId } from './network.ts';
export type { NetworkId } from './network.ts';
export {
  bytesToSign,
  completeSign1,
  openEnvelope,
  prepareSign1,
  sign1,
  verifyEnvelope,
} from './cose.ts';
export type { Envelope, Unsigned } from './cose.ts';
export {
  ALGORITHMS,
  coseKey,
  formatKeyId,
  keyIdOf,
  sameKey,
  softwareSigner,
  verifySignature,
} from './keys.ts';
export type { Algorithm, KeyId, PublicKey, Signer } from './keys.ts';

// Shapes: how values stand in CBOR, strict in both directions
export * as shape from './shape.ts';
export type { Shape, ValueIn } from './shape.ts';

// Certificates and messages
export {
  CERT_TYP,
  CertificateBook,
  ROLES,
  checkCertificate,
  signCertificate,
} from './certificate.ts';
export type { Certificate, CertificateBody, Limits, Role, Tier } from './certificate.ts';
export {
  hashOfBody,
  openMessage,
  prepareMessage,
  readOwn,
  readPayload,
  readVerified,
  signMessage,
  typOf,
  verifySigner,
} from './message.ts';
export type { MessageType, Signed, Trust } from './message.ts';
export { OFFER } from './messages/offer.ts';
export type { Offer } from './messages/offer.ts';
export { PAY, paymentIdOf } from './messages/pay.ts';
export type { Pay } from './messages/pay.ts';
export { ACCEPT, VOID } from './messages/accept.ts';
export type { Accept, Void } from './messages/accept.ts';
export { METER, MOST_READINGS, PHASES } from './messages/meter.ts';
export type { Meter, Phase, Reading } from './messages/meter.ts';
export { BILL, MOST_BILL_LINES, REFUSAL } from './messages/bill.ts';
export type { Bill, BillLine, Refusal } from './messages/bill.ts';
export {
  DRAW,
  MOST_PAYMENTS,
  REFUND,
  REFUND_CAUSES,
  SETTLE,
  settlementIdOf,
} from './messages/settle.ts';
export type { Draw, Refund, RefundCause, Settle } from './messages/settle.ts';
export { RECEIPT, RESULTS } from './messages/receipt.ts';
export type { Receipt, ReceiptResult } from './messages/receipt.ts';

// What goes between the parties
export {
  CARRIER_MEDIA_TYPE,
  STAGES,
  decodeCarrierReply,
  decodeCarrierRequest,
  decodeLinkEnvelope,
  encodeCarrierReply,
  encodeCarrierRequest,
  encodeLinkEnvelope,
} from './envelope.ts';
export type { CarrierReply, CarrierRequest, LinkEnvelope, Stage } from './envelope.ts';
export {
  API_OPERATIONS,
  MESSAGES,
  MESSAGE_MEDIA_TYPE,
  MESSAGE_OPERATIONS,
  MESSAGE_PATH,
} from './operations.ts';
export type { Access, ApiOperation, ApiOperationName, MessageOperation } from './operations.ts';
export type * from './api.ts';
export { createIssuerClient } from './client.ts';
export type { Fetch, IssuerClient, IssuerClientOptions, MovementList } from './client.ts';

// The transparency log
export {
  EMPTY_ROOT,
  MOST_PATH_HASHES,
  TREE_HASH_BYTES,
  commitmentOf,
  isConsistent,
  leafHash,
  nodeHash,
  rootOfPath,
} from './tree.ts';
export type { TreeHead } from './tree.ts';
export {
  SALT_BYTES,
  decodeProof,
  encodeProof,
  rootOfProof,
  statementOf,
} from './tree-signature.ts';
export type { TreeProof } from './tree-signature.ts';
export {
  checkpointNote,
  checkpointText,
  cosign,
  logKeyOf,
  openCheckpoint,
  openCosignature,
  originOf,
  parseCheckpoint,
  signCheckpoint,
} from './checkpoint.ts';
export type { Checkpoint, SignedCheckpoint } from './checkpoint.ts';
export {
  formatNote,
  formatNoteKey,
  formatSignature,
  noteKeyId,
  openNote,
  parseNote,
  parseNoteKey,
} from './signed-note.ts';
export type { NoteKey, NoteKeyType, NoteSignature, SignedNote } from './signed-note.ts';
