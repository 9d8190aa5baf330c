import { certificateVectors } from './certificates.ts';
import { encodingVectors } from './encoding.ts';
import { idVectors } from './ids.ts';
import { messageVectors } from './messages.ts';
import { signatureVectors } from './signatures.ts';
import { transparencyVectors } from './transparency.ts';

const textOf = (vectors: unknown): string => `${JSON.stringify(vectors, undefined, 2)}\n`;

/** The text of every file of spec/vectors, by its name. */
export const vectorFiles = (): Readonly<Record<string, string>> => ({
  'encoding.json': textOf(encodingVectors()),
  'signatures.json': textOf(signatureVectors()),
  'ids.json': textOf(idVectors()),
  'certificates.json': textOf(certificateVectors()),
  'messages.json': textOf(messageVectors()),
  'transparency.json': textOf(transparencyVectors()),
});
