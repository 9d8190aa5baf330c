import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { textBytes, toBase64 } from './bytes.ts';
import {
  checkpointNote,
  checkpointText,
  cosign,
  logKeyOf,
  openCheckpoint,
  openCosignature,
  parseCheckpoint,
  signCheckpoint,
} from './checkpoint.ts';
import { softwareSigner, verifySignature } from './keys.ts';
import { formatNote } from './signed-note.ts';
import type { NoteKey } from './signed-note.ts';

const signer = softwareSigner('EdDSA', new Uint8Array(32).fill(5));
const witness = softwareSigner('EdDSA', new Uint8Array(32).fill(6));
const key = logKeyOf('example', signer.publicKey.bytes);
const witnessKey: NoteKey = {
  name: 'witness.example/w1',
  type: 'cosignature',
  publicKey: witness.publicKey.bytes,
};
const root = new Uint8Array(32).fill(7);
const checkpoint = { origin: 'coinbox/example', size: 20_852_163, root };
const note = checkpointNote(checkpoint, key, signCheckpoint(checkpoint, signer));

const answer = (text: string, by = key): unknown => {
  const opened = openCheckpoint(text, by);
  return opened.ok ? opened.value.checkpoint : opened.rejection.code;
};
const signed = (text: string): string => {
  const opened = openCheckpoint(note, key);
  assert.ok(opened.ok);
  const [line] = opened.value.note.signatures;
  assert.ok(line);
  return formatNote({ text, signatures: [{ ...line, bytes: signer.sign(textBytes(text)) }] });
};

describe('openCheckpoint()', () => {
  it('takes a checkpoint of three lines, signed by the log', () => {
    const lines = note.split('\n');
    assert.deepEqual(lines.slice(0, 4), ['coinbox/example', '20852163', toBase64(root), '']);
    assert.match(lines[4] ?? '', /^— coinbox\/example [A-Za-z0-9+/]{91}=$/);
    assert.deepEqual(answer(note), checkpoint);
  });

  it('passes over extension lines', () => {
    assert.deepEqual(answer(signed(`${checkpointText(checkpoint)}more\n`)), checkpoint);
  });

  const b64 = toBase64(root);
  const rows: readonly (readonly [string, string, string])[] = [
    ['another size', note.replace('20852163', '20852164'), 'signature-invalid'],
    ['another origin', signed(`coinbox/other\n1\n${b64}\n`), 'key-unknown'],
    ['two lines', signed('coinbox/example\n1\n'), 'malformed-text'],
    ['an empty line', signed(`coinbox/example\n1\n${b64}\n\n`), 'malformed-text'],
    ['a size with a zero before it', signed(`coinbox/example\n01\n${b64}\n`), 'malformed-text'],
    ['a size of 2^53', signed(`coinbox/example\n${2 ** 53}\n${b64}\n`), 'malformed-text'],
    ['a negative size', signed(`coinbox/example\n-1\n${b64}\n`), 'malformed-text'],
    [
      'a root of 31 bytes',
      signed(`coinbox/example\n1\n${toBase64(root.slice(1))}\n`),
      'malformed-text',
    ],
  ];
  for (const [name, text, code] of rows) {
    it(`answers ${name} with ${code}`, () => assert.equal(answer(text), code));
  }

  it('knows no other log, and no other key of the log', () => {
    assert.equal(answer(note, logKeyOf('another', key.publicKey)), 'key-unknown');
    assert.equal(answer(note, logKeyOf('example', witnessKey.publicKey)), 'key-unknown');
  });
});

describe('parseCheckpoint()', () => {
  it('reads what checkpointText() writes, the empty tree too', () => {
    for (const size of [0, 1, Number.MAX_SAFE_INTEGER]) {
      const read = parseCheckpoint(checkpointText({ ...checkpoint, size }));
      assert.deepEqual(read.ok && read.value, { ...checkpoint, size });
    }
  });
});

describe('cosign()', () => {
  const opened = openCheckpoint(note, key);
  assert.ok(opened.ok);
  const own = opened.value.note;
  const time = 1_772_352_000;
  const line = cosign(own, time, witnessKey, witness);
  const cosigned = { ...own, signatures: [...own.signatures, line] };

  it('signs header, time and text', () => {
    const signedText = `cosignature/v1\ntime 1772352000\n${own.text}`;
    const [stamp, signature] = [line.bytes.subarray(0, 8), line.bytes.subarray(8)];
    assert.equal(Buffer.from(stamp).readBigUInt64BE(), 1_772_352_000n);
    assert.ok(verifySignature(witness.publicKey, textBytes(signedText), signature));
  });

  it('makes a note that openCosignature() and openCheckpoint() take', () => {
    const found = openCosignature(cosigned, witnessKey);
    assert.equal(found.ok && found.value, time);
    assert.deepEqual(answer(formatNote(cosigned)), checkpoint);
  });

  it('gives the latest time of several', () => {
    const signatures = [time, time + 60, time + 5].map((at) =>
      cosign(own, at, witnessKey, witness),
    );
    const found = openCosignature({ ...own, signatures }, witnessKey);
    assert.equal(found.ok && found.value, time + 60);
  });

  const code = (signatures: readonly (typeof line)[], text = own.text, by = witnessKey): string => {
    const found = openCosignature({ text, signatures }, by);
    return found.ok ? 'ok' : found.rejection.code;
  };
  it('is of this note, time, name and key alone', () => {
    assert.equal(code([line]), 'ok');
    assert.equal(code(own.signatures), 'key-unknown');
    assert.equal(code([line], own.text, { ...witnessKey, name: 'other' }), 'key-unknown');
    assert.equal(code([line], own.text.replace('20852163', '20852164')), 'signature-invalid');
    const later = line.bytes.map((byte, i) => (i === 7 ? byte + 1 : byte));
    assert.equal(code([{ ...line, bytes: later }]), 'signature-invalid');
    assert.equal(code([{ ...line, bytes: line.bytes.subarray(8) }]), 'signature-invalid');
    const far = Uint8Array.from(line.bytes).fill(255, 0, 8);
    assert.equal(code([{ ...line, bytes: far }]), 'signature-invalid');
  });
});
