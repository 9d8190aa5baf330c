// pure
import {
  PAY,
  RECEIPT,
  assert,
  coseKey,
  decodeCarrierReply,
  decodeCbor,
  encodeCarrierReply,
  formatKeyId,
  keyIdOf,
  openEnvelope,
  readOwn,
  typOf,
} from '@coinbox/protocol';
import type { CborValue } from '@coinbox/protocol';

/**
 * A reply of this terminal without what a wallet at hand does not need: the receipt that its money
 * has come, which the ACCEPT says too and which grows with the issuer's log; the certificates of
 * keys that have signed none of the messages that are left; and those in `told`, which it got in
 * this contact. The messages stay as they are, byte for byte. Adds to `told`, which the contact
 * owns.
 */
export function lightenReply(bytes: Uint8Array, told: Set<string>): Uint8Array {
  const decoded = decodeCarrierReply(bytes);
  assert(decoded.ok, 'the door gives replies');
  const reply = decoded.value;
  const messages = reply.messages.filter((message) => !isReceiptOfPay(message));
  const needed = new Set(messages.map(signerOf));
  const certificates = reply.certificates.filter((certificate) => {
    const key = certifiedKeyOf(certificate);
    if (!needed.has(key) || told.has(key)) return false;
    told.add(key);
    return true;
  });
  return encodeCarrierReply({ ...reply, messages, certificates });
}

/** Money that has come. A refusal of the PAY is another thing: it ends the payer's debit. */
function isReceiptOfPay(message: Uint8Array): boolean {
  const typ = typOf(message);
  if (!typ.ok || typ.value !== RECEIPT.typ) return false;
  const { subjectTyp, result } = readOwn(RECEIPT, message).body;
  return subjectTyp === PAY.typ && result === 'posted';
}

function signerOf(message: Uint8Array): string {
  const envelope = openEnvelope(message);
  assert(envelope.ok, 'a terminal tells messages');
  return formatKeyId(envelope.value.keyId);
}

/** Id of the key in a certificate: claim 8, confirmation 1 (spec/02-signatures.md). */
function certifiedKeyOf(certificate: Uint8Array): string {
  const envelope = openEnvelope(certificate);
  assert(envelope.ok, 'a terminal tells certificates');
  const claims = decodeCbor(envelope.value.payload);
  const confirmation = claims.ok && within(claims.value, 8);
  const key = coseKey.decode((confirmation && within(confirmation, 1)) || 0);
  assert(key.ok, 'a certificate has a key');
  return formatKeyId(keyIdOf(key.value));
}

const within = (value: CborValue, field: number): CborValue | undefined =>
  value instanceof Map ? (value as ReadonlyMap<number, CborValue>).get(field) : undefined;
