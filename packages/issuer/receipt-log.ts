import type { Entry, Ledger } from '@coinbox/ledger';
import { createSalts, openLog } from '@coinbox/log';
import type { Log, TreeAt } from '@coinbox/log';
import {
  assert,
  checkpointNote,
  commitmentOf,
  completeSign1,
  encodeProof,
  logKeyOf,
  originOf,
  signCheckpoint,
  statementOf,
} from '@coinbox/protocol';
import type { Asset, NetworkId, Signer, Unsigned } from '@coinbox/protocol';
import { hasReceipt, prepareReceipt } from './receipts.ts';

/**
 * The transparency log of an issuer (spec/16-transparency.md): a leaf for every entry of the
 * ledger, and receipts that are proofs of their leaf. It follows from the ledger and the secret.
 */
export interface ReceiptLog {
  /** The last entry that has its leaf. */
  readonly appliedIndex: number;
  /** Takes an entry that is durable. They come in order; one that has its leaf is passed over. */
  note(entry: Entry): void;
  /** An entry that was noted not long ago. */
  recent(index: number): Entry | undefined;
  /**
   * The RECEIPT of an entry whose whole commit has its leaves: always the same bytes. Throws Fault
   * storage-failed where a tile on the disk is damaged.
   */
  receiptOf(entry: Entry): Uint8Array;
  /** Wants all commits that were noted to be published, soon. */
  publish(): void;
  /** Resolves when everything is published, or could not be. */
  close(): Promise<void>;
}

export type ReceiptLogParts = {
  readonly network: NetworkId;
  readonly asset: Asset;
  /** Signs checkpoints. */
  readonly signer: Signer;
  readonly ledger: Pick<Ledger, 'entries'>;
  readonly log: LogPlace;
};

/** What a log is made of, beside the ledger. */
export type LogPlace = {
  /** 32 bytes, for the salts. Issuers over one ledger have the same. */
  readonly secret: Uint8Array;
  /** Where tiles and checkpoint are published. Default: nowhere. */
  readonly folder?: string;
  /** Is told why they could not be. */
  readonly failed?: (cause: unknown) => void;
};

type Noted = { readonly entry: Entry; readonly unsigned?: Unsigned };

/** The tree at the end of a commit, with the one signature that its receipts share. */
type SignedTree = { readonly tree: TreeAt; readonly signature: Uint8Array };

/** Entries and commits that receipts are asked of without a look at the disk. */
const MOST_RECENT = 4_096;
const MOST_TREES = 256;

/** The log, up to the last entry of the ledger. Throws as openLog and the ledger do. */
export async function openReceiptLog(parts: ReceiptLogParts): Promise<ReceiptLog> {
  const { network, asset, signer, ledger, log: place } = parts;
  const saltOf = createSalts(place.secret);
  const prepare = (entry: Entry): Unsigned => prepareReceipt(entry, asset, signer, network);
  const commitmentTo = ({ entry, unsigned }: Noted): Uint8Array =>
    commitmentOf(saltOf(entry.index), unsigned ? statementOf(unsigned.toSign) : entry.hash);
  const notedFrom = (entry: Entry): Noted =>
    hasReceipt(entry) ? { entry, unsigned: prepare(entry) } : { entry };
  const { folder, failed } = place;
  const log = await openLog({
    ...(folder !== undefined && { folder }),
    ...(failed && { failed }),
    key: logKeyOf(network, signer.publicKey.bytes),
    async read(after, limit) {
      const { items, asOf } = await ledger.entries({ after, limit });
      return { commitments: items.map((entry) => commitmentTo(notedFrom(entry))), end: asOf };
    },
  });
  const recent = createRecent<Noted>(MOST_RECENT);
  const trees = createRecent<SignedTree>(MOST_TREES);
  let published = 0;
  const treeAt = (size: number): SignedTree =>
    trees.get(size) ?? trees.set(size, signTree(log, size, network, signer));

  return {
    get appliedIndex() {
      return log.size;
    },
    note(entry) {
      if (entry.index <= log.size) return;
      assert(entry.index === log.size + 1, 'entries get their leaves in order');
      const noted = recent.set(entry.index, notedFrom(entry));
      log.append(commitmentTo(noted));
    },
    recent: (index) => recent.get(index)?.entry,
    receiptOf(entry) {
      const { index, commitEnd: size } = entry;
      const unsigned = recent.get(index)?.unsigned ?? prepare(entry);
      const { tree, signature } = treeAt(size);
      const path = tree.path(index - 1);
      const proof = { salt: saltOf(index), index: index - 1, size, path, signature };
      return completeSign1(unsigned, encodeProof(proof));
    },
    publish() {
      const { size } = log;
      if (size === published) return;
      published = size;
      log.publish(size, () => noteOf(treeAt(size), network, signer));
    },
    close: () => log.settled(),
  };
}

function signTree(log: Log, size: number, network: NetworkId, signer: Signer): SignedTree {
  const tree = log.at(size);
  const checkpoint = { origin: originOf(network), size, root: tree.root };
  return { tree, signature: signCheckpoint(checkpoint, signer) };
}

const noteOf = ({ tree, signature }: SignedTree, network: NetworkId, signer: Signer): string => {
  const { size, root } = tree;
  const key = logKeyOf(network, signer.publicKey.bytes);
  return checkpointNote({ origin: key.name, size, root }, key, signature);
};

/** The values that came last, by number. */
function createRecent<T>(most: number) {
  const kept = new Map<number, T>();
  return {
    get: (number: number): T | undefined => kept.get(number),
    set(number: number, value: T): T {
      kept.set(number, value);
      const [oldest] = kept.keys();
      if (oldest !== undefined && kept.size > most) kept.delete(oldest);
      return value;
    },
  };
}
