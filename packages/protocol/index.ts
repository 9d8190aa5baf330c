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
  LoadId,
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
export type {
  Certificate,
  CertificateBody,
  Limits,
  OfflineLimits,
  Role,
  Tier,
} from './certificate.ts';
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
export { MOST_CREDITS, PAY, paymentIdOf } from './messages/pay.ts';
export type { OfflinePart, Pay } from './messages/pay.ts';
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
export {
  EPOCH,
  EPOCH_MS,
  FORK,
  LOAD,
  LOAD_DIRECTIONS,
  MOST_RUN_MESSAGES,
  MOST_STATUS_BYTES,
  PARAMETERS,
  STATUS_LIST,
  SYNC,
  isStopped,
} from './messages/offline.ts';
export type {
  Epoch,
  Fork,
  Load,
  LoadDirection,
  Parameters,
  StatusList,
  Sync,
} from './messages/offline.ts';

// What goes between the parties
export {
  MOST_RUN_BYTES,
  SYNC_MEDIA_TYPE,
  SYNC_PATH,
  chainOf,
  decodeRun,
  decodeRunAnswer,
  encodeRun,
  encodeRunAnswer,
} from './sync-run.ts';
export type { RunAnswer } from './sync-run.ts';
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
  EVENT_STREAM_PATH,
  MESSAGES,
  MESSAGE_MEDIA_TYPE,
  MESSAGE_OPERATIONS,
  MESSAGE_PATH,
} from './operations.ts';
export type { Access, ApiOperation, ApiOperationName, MessageOperation } from './operations.ts';
export type * from './api.ts';
export { createIssuerClient } from './client.ts';
export type { Fetch, IssuerClient, IssuerClientOptions, MovementList } from './client.ts';

// How messages go over NFC, Bluetooth and a QR code
export {
  ANSWER_BYTES,
  CARD_APPLICATION,
  PUT_BYTES,
  STATUS,
  formatAnswer,
  parseAnswer,
  parseCommand,
} from './framing/apdu.ts';
export type { Answer, Command } from './framing/apdu.ts';
export { CARD_AT_REST, giveRequest, takeCommand } from './framing/card.ts';
export type { Card, CardAnswer, CardQuestion, CardStep } from './framing/card.ts';
export { beginContact, poll, putReply, takeAnswer } from './framing/reader.ts';
export type { Reader, ReaderStep } from './framing/reader.ts';
export {
  FRAGMENT_RUN_MS,
  GATT,
  LEAST_ROOM,
  LINK_STATE,
  fragmentsOf,
  roomOf,
  takeFragment,
} from './framing/fragments.ts';
export type { Assembly, FragmentTaken } from './framing/fragments.ts';
export { formatOfferLink, parseOfferLink } from './framing/offer-link.ts';
export type { OfferLink } from './framing/offer-link.ts';

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

// Enrolment by a claim code
export { CLAIMS_PATH, ENROLMENTS_PATH, claimProof, plainClaimCode } from './claim.ts';
export type {
  ApprovedEnrolmentJson,
  ClaimTerminal,
  ClaimedKey,
  ClaimedTerminalJson,
  ClaimedWallet,
  EnrolmentJson,
  ProposeEnrolment,
} from './claim.ts';
