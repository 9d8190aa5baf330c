// pure
import { fromCbor, idBytes, must, sha256, toCbor, unhex } from './encoding.ts';
import type { Entry } from './ledger.ts';
import { openSigned, signedBytes, verifySignature } from './signatures.ts';
import type { State } from './state.ts';

/** What a recorded refusal is called in a receipt (page 11), where it is not the ledger's word. */
const CODES: Readonly<Record<string, string>> = {
  'settle hold-exceeded': 'backing-insufficient',
  'park hold-exceeded': 'backing-insufficient',
  'refund hold-exceeded': 'refund-exceeds-unspent',
  'void hold-exceeded': 'session-closed',
};

/** The payload of the RECEIPT of an entry (pages 04 and 11). */
function receiptOf({ index, at, code, status, facts }: Entry, hash: Buffer): Uint8Array {
  const { subject, subjectTyp: typ, amount, asset, from, to, version, bill } = facts;
  const word = status === 'claim-taken' ? facts.code : (CODES[`${code} ${status}`] ?? status);
  const [result, why] =
    status !== 'posted' ? [2, word] : code === 'park' ? [3, 'settlement-parked'] : [1, ''];
  const wallets = [from, to].map((wallet) => wallet && idBytes(wallet));
  const moved = [hash, BigInt(amount), asset, ...wallets, version && Number(version), at];
  const settled = typ === 'coinbox.settle' && bill ? idBytes(bill) : '';
  const fields = [1, index, unhex(subject), typ, result, why, ...moved, settled];
  const given = fields.map((field, at) => [at + 1, field] as const);
  return toCbor(new Map(given.filter(([, field]) => field !== '')));
}

/** What the issuer has signed of the tree when it has so many leaves. */
type Promised = { readonly check: 'receipt' | 'checkpoint'; readonly signature: Uint8Array };
type Given = { readonly payload: Uint8Array; readonly salt: Uint8Array };

/** The log (page 16): checkpoint and receipts are held to the tree of all entries. */
export function createLog({ demand, network, issuer }: State) {
  const { key } = issuer;
  const labels = { 1: Number(key.alg), 4: unhex(key.id), 16: 'coinbox.receipt' };
  const header = toCbor(new Map(Object.entries(labels).map(([label, part]) => [+label, part])));
  const edge: Buffer[] = [];
  const promises = new Map<number, Promised[]>();
  const receipts = new Map<number, Given[]>();
  let size = 0;
  const add = <T>(map: Map<number, T[]>, at: number, one: T): unknown =>
    map.set(at, [...(map.get(at) ?? []), one]);
  const push = (statement: Uint8Array, salt: Buffer): void => {
    let node = sha256(Buffer.of(0), sha256(salt, statement));
    for (let rest = size; rest % 2 === 1; rest = (rest - 1) / 2) {
      node = sha256(Buffer.of(1), edge.pop() ?? node, node);
    }
    edge.push(node);
    size += 1;
  };
  return {
    /** The checkpoint that the header carries: a signed note. */
    promise(note: string): void {
      const [origin, at] = note.split('\n');
      const own = sha256(Buffer.from(`${origin}\n`), Buffer.of(1), key.bytes).subarray(0, 4);
      const lines = [...note.matchAll(/^— (\S+) (\S+)$/gm)].map(([, , text = '']) => text);
      const signed = lines.map((line) => Buffer.from(line, 'base64'));
      const found = signed.find((bytes) => bytes.subarray(0, 4).equals(own)) ?? Buffer.alloc(4);
      add(promises, Number(at), { check: 'checkpoint', signature: found.subarray(4) });
    },
    /** A receipt that is to be of an entry of the export. */
    receive(bytes: Uint8Array): void {
      const { kid, alg, typ, payload, signature: proof } = openSigned(bytes, network);
      const isOwn = kid === key.id && alg === key.alg && typ === 'coinbox.receipt';
      demand('receipt', isOwn, 'not a receipt of this issuer');
      const [, salt, , at, , signature] = fromCbor(proof) as Uint8Array[];
      must(salt && signature, 'a proof has six parts');
      add(promises, Number(at), { check: 'receipt', signature });
      add(receipts, (fromCbor(payload) as Map<number, number>).get(2) ?? 0, { payload, salt });
    },
    /** The next entry, with the salt of its leaf where there is a log. */
    take(entry: Entry, hash: Buffer, salt: Buffer | undefined): void {
      const payload = entry.facts.subject ? receiptOf(entry, hash) : undefined;
      for (const given of receipts.get(entry.index) ?? []) {
        const isSame = Buffer.compare(given.payload, payload ?? hash) === 0;
        demand('receipt', isSame && salt?.equals(given.salt), 'the receipt says something else');
      }
      receipts.delete(entry.index);
      if (!salt) return;
      push(payload ? sha256(signedBytes(network, header, payload)) : hash, salt);
      for (const { check, signature } of promises.get(size) ?? []) {
        const root = edge.reduceRight((right, left) => sha256(Buffer.of(1), left, right));
        const text = `coinbox/${network}\n${size}\n${root.toString('base64')}\n`;
        const isSigned = verifySignature(key, Buffer.from(text), signature);
        demand(check, isSigned, `the issuer has signed another tree of ${size} entries`);
      }
      promises.delete(size);
    },
    /** Nothing may be left that was signed. */
    end(): void {
      if (receipts.size > 0) demand('receipt', false, 'a receipt of an entry that is not there');
      if (promises.size > 0) demand('checkpoint', false, 'a tree was signed that is not there');
    },
  };
}

export type Log = ReturnType<typeof createLog>;
