import assert from 'node:assert/strict';
import { createHash, createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { concatBytes, fromHex, textBytes, toBase64, toHex } from './bytes.ts';
import { decodeCbor } from './cbor.ts';
import { checkpointText, openCheckpoint, openCosignature, signCheckpoint } from './checkpoint.ts';
import { openEnvelope, prepareSign1, verifyEnvelope } from './cose.ts';
import { softwareSigner } from './keys.ts';
import { parseNoteKey } from './signed-note.ts';
import { EXAMPLE_NETWORK, exampleMessages, exampleParties, exampleProofAt } from './testing.ts';
import { commitmentOf, isConsistent, leafHash, rootOfPath } from './tree.ts';
import {
  MOST_PROOF_BYTES,
  decodeProof,
  encodeProof,
  rootOfProof,
  statementOf,
  verifyProof,
} from './tree-signature.ts';
import type { TreeProof } from './tree-signature.ts';

const hex = (text: string): Uint8Array => fromHex(text) as Uint8Array;
const file = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../spec/vectors/transparency.json'), 'utf8'),
);
const sha256 = (...parts: readonly Uint8Array[]): string =>
  createHash('sha256').update(Buffer.concat(parts)).digest('hex');

const signer = softwareSigner('EdDSA-tree', new Uint8Array(32).fill(3));
const proof: TreeProof = {
  salt: new Uint8Array(16).fill(1),
  index: 5,
  size: 7,
  path: [2, 3, 4].map((byte) => new Uint8Array(32).fill(byte)),
  signature: new Uint8Array(64).fill(5),
};
const toSign = textBytes('what a message says');

/** The proof under a checkpoint that is really signed. */
function signed(over: Partial<TreeProof> = {}, network = 'test'): Uint8Array {
  const one = { ...proof, ...over };
  const root = rootOfProof(statementOf(toSign), one) as Uint8Array;
  const checkpoint = { origin: `coinbox/${network}`, size: one.size, root };
  return encodeProof({ ...one, signature: signCheckpoint(checkpoint, signer) });
}
const isValid = (bytes: Uint8Array, message = toSign, network = 'test', key = signer): boolean =>
  verifyProof(network, key.publicKey.bytes, message, bytes);

describe('encodeProof() and decodeProof()', () => {
  it('are each other', () => {
    const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
    const proofs = fc.record(
      {
        salt: bytes(16),
        index: fc.maxSafeNat(),
        size: fc.maxSafeNat(),
        path: fc.array(bytes(32), { maxLength: 64 }),
        signature: bytes(64),
      },
      { noNullPrototype: true },
    );
    fc.assert(
      fc.property(proofs, (one) => {
        const encoded = encodeProof(one);
        assert.ok(encoded.length <= MOST_PROOF_BYTES);
        assert.deepEqual(decodeProof(encoded), one);
      }),
    );
  });

  it('is an array of six', () => {
    const decoded = decodeCbor(encodeProof(proof));
    const { salt, index, size, path, signature } = proof;
    assert.deepEqual(decoded.ok && decoded.value, [1, salt, index, size, path, signature]);
  });

  const wrong = (change: Record<string, unknown>): Uint8Array =>
    encodeProof({ ...proof, ...change } as TreeProof);
  const long = Array.from({ length: 65 }, () => new Uint8Array(32));
  const good = encodeProof(proof);
  const rows: readonly (readonly [string, Uint8Array])[] = [
    ['nothing', new Uint8Array(0)],
    ['64 bytes, as other algorithms have them', new Uint8Array(64).fill(9)],
    ['format 2', good.with(1, 2)],
    ['five parts', concatBytes(Uint8Array.of(0x85), good.slice(1, -66))],
    ['a byte more', concatBytes(good, Uint8Array.of(0))],
    ['a length that is not minimal', concatBytes(Uint8Array.of(0x98, 6), good.slice(1))],
    ['a salt of 15 bytes', wrong({ salt: new Uint8Array(15) })],
    ['a negative place', wrong({ index: -1 })],
    ['a place of 2^53', wrong({ index: 2n ** 53n })],
    ['a size as text', wrong({ size: '7' })],
    ['a path of 65', wrong({ path: long })],
    ['a short hash in the path', wrong({ path: [new Uint8Array(31)] })],
    ['a path that is bytes', wrong({ path: new Uint8Array(32) })],
    ['a signature of 63 bytes', wrong({ signature: new Uint8Array(63) })],
  ];
  for (const [name, bytes] of rows) {
    it(`take no ${name}`, () => assert.equal(decodeProof(bytes), undefined));
  }
});

describe('verifyProof()', () => {
  it('takes a proof under a checkpoint of the network', () => {
    assert.equal(isValid(signed()), true);
    assert.equal(isValid(signed({ index: 0, size: 1, path: [] })), true);
  });

  it('takes it for no other bytes, network, key or place', () => {
    const bytes = signed();
    const other = softwareSigner('EdDSA-tree', new Uint8Array(32).fill(4));
    assert.equal(isValid(bytes, textBytes('what a message  says')), false);
    assert.equal(isValid(bytes, toSign, 'other'), false);
    assert.equal(isValid(bytes, toSign, 'test', other), false);
    const decoded = decodeProof(bytes) as TreeProof;
    const changes: readonly Partial<TreeProof>[] = [
      { index: 4 },
      { size: 8 },
      { salt: new Uint8Array(16) },
      { path: decoded.path.slice(1) },
      { path: [...decoded.path].reverse() },
      { signature: decoded.signature.with(0, (decoded.signature[0] as number) ^ 1) },
    ];
    for (const change of changes) {
      assert.equal(isValid(encodeProof({ ...decoded, ...change })), false, Object.keys(change)[0]);
    }
  });

  it('takes no flipped bit of a RECEIPT', () => {
    const { receipt } = exampleMessages();
    const { publicKey } = exampleParties().issuer.signer;
    const verdict = (bytes: Uint8Array): boolean => {
      const opened = openEnvelope(bytes);
      return opened.ok && verifyEnvelope(opened.value, EXAMPLE_NETWORK, publicKey).ok;
    };
    assert.equal(verdict(receipt.bytes), true);
    for (let at = 0; at < receipt.bytes.length; at++) {
      const byte = receipt.bytes[at] as number;
      assert.equal(verdict(receipt.bytes.with(at, byte ^ (1 << (at % 8)))), false, `byte ${at}`);
    }
  });
});

describe('a RECEIPT', () => {
  it('takes at most 2,000 bytes with the longest path of 10^9 entries', (t) => {
    const { receipt } = exampleMessages();
    const { signer: own } = exampleParties().issuer;
    const opened = openEnvelope(receipt.bytes);
    assert.ok(opened.ok);
    const { payload, typ } = opened.value;
    const unsigned = prepareSign1(EXAMPLE_NETWORK, typ, payload, own);
    // 2^30 − 1 is the leaf with the longest path of all trees of up to 2^30 leaves.
    const longest = exampleProofAt(2 ** 30 - 1, unsigned.toSign);
    const size = receipt.bytes.length - opened.value.signature.length + longest.length;
    t.diagnostic(`after 9,001 entries ${receipt.bytes.length}, after 2^30 at most ${size}`);
    assert.equal(decodeProof(longest)?.path.length, 30);
    assert.ok(size <= 2000);
  });
});

describe('spec/vectors/transparency.json', () => {
  const { receipt, tree, checkpoint } = file;

  it('goes from the RECEIPT to its checkpoint step by step, by node:crypto', () => {
    assert.equal(sha256(hex(receipt.toSign)), receipt.statement);
    assert.equal(sha256(hex(receipt.salt), hex(receipt.statement)), receipt.commitment);
    assert.equal(sha256(Uint8Array.of(0), hex(receipt.commitment)), receipt.leaf);
    // The last leaf of its tree: every hash of the path stands on the left.
    const root = (receipt.path as string[]).reduce(
      (right, left) => sha256(Uint8Array.of(1), hex(left), hex(right)),
      receipt.leaf,
    );
    assert.equal(root, receipt.root);
    const text = `coinbox/example\n9001\n${toBase64(hex(root))}\n`;
    assert.equal(receipt.checkpoint, text);
    const x = Buffer.from(file.publicKey, 'hex').toString('base64url');
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    assert.ok(verify(null, Buffer.from(text), key, hex(receipt.signature)));
    assert.ok(receipt.message.endsWith(receipt.signature));
  });

  it('has the same steps here', () => {
    const statement = statementOf(hex(receipt.toSign));
    assert.equal(toHex(statement), receipt.statement);
    const commitment = commitmentOf(hex(receipt.salt), statement);
    assert.equal(toHex(leafHash(commitment)), receipt.leaf);
    const path = (receipt.path as string[]).map(hex);
    const root = rootOfPath(leafHash(commitment), receipt.index, receipt.size, path);
    assert.deepEqual(root, hex(receipt.root));
    const origin = `coinbox/${file.network}`;
    const text = checkpointText({ origin, size: receipt.size, root: root as Uint8Array });
    assert.equal(text, receipt.checkpoint);
  });

  it('has the paths of a tree of eight', () => {
    for (const { index, size, path } of tree.inclusion) {
      const root = rootOfPath(leafHash(hex(tree.leaves[index])), index, size, path.map(hex));
      assert.equal(toHex(root as Uint8Array), tree.roots[size - 1]);
    }
    for (const { first, second, path } of tree.consistency) {
      const headOf = (size: number) => ({ size, root: hex(tree.roots[size - 1]) });
      assert.ok(isConsistent(headOf(first), headOf(second), path.map(hex)));
    }
    assert.equal(tree.inclusion.length, 36);
    assert.equal(tree.consistency.length, 36);
  });

  it('has a checkpoint with a cosignature', () => {
    const [key, witness] = [checkpoint.key, checkpoint.witness].map(parseNoteKey);
    assert.ok(key?.ok && witness?.ok);
    const opened = openCheckpoint(checkpoint.cosigned, key.value);
    assert.ok(opened.ok);
    assert.equal(opened.value.checkpoint.size, checkpoint.size);
    assert.equal(toHex(opened.value.checkpoint.root), checkpoint.root);
    assert.equal(toHex(opened.value.checkpoint.root), tree.roots[7]);
    const time = openCosignature(opened.value.note, witness.value);
    assert.equal(time.ok && time.value, checkpoint.time);
  });
});
