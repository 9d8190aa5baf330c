import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { textBytes, toHex } from './bytes.ts';
import { softwareSigner } from './keys.ts';
import {
  formatNote,
  formatNoteKey,
  noteKeyId,
  openNote,
  parseNote,
  parseNoteKey,
  signaturesBy,
} from './signed-note.ts';
import type { NoteKey } from './signed-note.ts';

/** The note in the documentation of golang.org/x/mod/sumdb/note, with its key. */
const printedKey = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
const printed =
  'If you think cryptography is the answer to your problem,\n' +
  "then you don't know what your problem is.\n\n" +
  '— PeterNeumann ' +
  'x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n';

const signer = softwareSigner('EdDSA', new Uint8Array(32).fill(5));
const key: NoteKey = { name: 'log.example', type: 'note', publicKey: signer.publicKey.bytes };
const sign = (text: string) => ({
  name: key.name,
  keyId: noteKeyId(key),
  bytes: Uint8Array.from(signer.sign(textBytes(text))),
});
const note = formatNote({ text: 'one\n\ntwo\n', signatures: [sign('one\n\ntwo\n')] });

const answer = (text: string, by = key): string => {
  const opened = openNote(text, by);
  return opened.ok ? opened.value.text : opened.rejection.code;
};

describe('openNote()', () => {
  it('takes the note in the documentation of Go, and knows its key', () => {
    const read = parseNoteKey(printedKey);
    assert.ok(read.ok);
    assert.equal(formatNoteKey(read.value), printedKey);
    assert.equal(toHex(noteKeyId(read.value)), 'c74f20a3');
    assert.match(answer(printed, read.value), /^If you think[^]*problem is\.\n$/);
    assert.equal(answer(printed.replace('think', 'thank'), read.value), 'signature-invalid');
  });

  it('gives the text up to the last empty line', () => assert.equal(answer(note), 'one\n\ntwo\n'));

  it('passes over signatures by others', () => {
    const others = [
      { ...sign(''), name: 'other.example' },
      { ...sign(''), keyId: new Uint8Array(4) },
      { ...sign(''), keyId: noteKeyId({ ...key, type: 'cosignature' }) },
    ];
    const text = 'two\n';
    assert.equal(answer(formatNote({ text, signatures: [...others, sign(text)] })), text);
    assert.equal(answer(formatNote({ text, signatures: others })), 'key-unknown');
  });

  it('takes no note of which one signature by the key is false', () => {
    const signatures = [sign('two\n'), sign('one\n')];
    assert.equal(answer(formatNote({ text: 'two\n', signatures })), 'signature-invalid');
  });

  const [, , , , line = ''] = note.split('\n');
  const rows: readonly (readonly [string, string, string])[] = [
    ['nothing', '', 'malformed-text'],
    ['a text alone', 'one\n', 'malformed-text'],
    ['a text and an empty line', 'one\n\n', 'signature-missing'],
    ['no line break at the end', note.slice(0, -1), 'malformed-text'],
    ['a carriage return', note.replaceAll('\n', '\r\n'), 'malformed-text'],
    ['a tab', note.replace('one', '\tone'), 'malformed-text'],
    ['a hyphen for the dash', note.replace('—', '-'), 'malformed-text'],
    ['base64 without padding', note.replace(/=+\n$/, '\n'), 'malformed-text'],
    ['base64 of another alphabet', note.replace(/ \S{8}(\S+\n)$/, ' ----____$1'), 'malformed-text'],
    ['a signature without a name', note.replace(' log.example', ''), 'malformed-text'],
    ['a name with +', note.replace('log.example', 'log+1'), 'malformed-text'],
    ['a signature of nothing', `one\n\n— log.example AAAAAA==\n`, 'malformed-text'],
    ['17 signatures', `one\n\n${`${line}\n`.repeat(17)}`, 'too-large'],
    ['20 000 characters', `${'1'.repeat(20_000)}${note}`, 'too-large'],
  ];
  for (const [name, text, code] of rows) {
    it(`answers ${name} with ${code}`, () => assert.equal(answer(text), code));
  }
});

describe('signaturesBy()', () => {
  it('finds those of one key', () => {
    const parsed = parseNote(note);
    assert.ok(parsed.ok);
    assert.equal(signaturesBy(parsed.value, key).length, 1);
    assert.equal(signaturesBy(parsed.value, { ...key, name: 'other' }).length, 0);
  });
});

describe('parseNoteKey()', () => {
  it('reads what formatNoteKey() writes, of either type', () => {
    for (const type of ['note', 'cosignature'] as const) {
      const read = parseNoteKey(formatNoteKey({ ...key, type }));
      assert.deepEqual(read.ok && read.value, { ...key, type });
    }
  });

  const good = formatNoteKey(key);
  const rows: readonly (readonly [string, string])[] = [
    ['another id', good.replace(/\+[0-9a-f]{8}\+/, '+00000000+')],
    ['another name', good.replace('log', 'lag')],
    ['a type that is not known', printedKey.replace('+AR', '+CR')],
    ['a key that is too short', good.slice(0, -4)],
    ['nothing', ''],
    ['a name with a space', `a ${good}`],
  ];
  for (const [name, text] of rows) {
    it(`refuses ${name}`, () => {
      const read = parseNoteKey(text);
      assert.equal(!read.ok && read.rejection.code, 'key-invalid');
    });
  }
});
