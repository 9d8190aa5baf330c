import { ledgerFolder, readSecret, sealRecords } from '@coinbox/issuer';
import { LEDGER_FILE } from '@coinbox/ledger';
import { instantOfId, newId } from '@coinbox/protocol';
import type { Instant, WalletId } from '@coinbox/protocol';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** As large as the certificate of a wallet with an Ed25519 key. */
const CERTIFICATE = new Uint8Array(230);
/** Behind every entry of a prepared ledger. */
const FIRST_INDEX = 1_000_000_000;

/**
 * Puts wallets that nobody uses into the tables of an issuer, evenly between those that are used,
 * so that these stand as far apart as among customers of all ages. The log does not know them.
 */
export function addIdleWallets(folder: string, count: number): void {
  if (count === 0) return;
  const records = openFast(join(folder, 'records.db'));
  // Its triggers keep the seal: the issuer takes these wallets for its own.
  sealRecords(records, readSecret(folder));
  const { first, last } = records
    .prepare('SELECT min(wallet) AS first, max(wallet) AS last FROM wallets')
    .get() as { first: WalletId; last: WalletId };
  const times = [instantOfId(first), instantOfId(last)] as const;
  addAccounts(join(ledgerFolder(folder), LEDGER_FILE), times, count);
  const add = records.prepare(`INSERT INTO wallets (wallet, entry_index, role, key_id, certificate)
    VALUES (?, ?, 'payer', ?, ?)`);
  inOrder(times, count, (wallet, i) => {
    const keyId = Math.floor((i / count) * 2 ** 52)
      .toString(16)
      .padStart(13, '0');
    add.run(wallet, FIRST_INDEX + i, `${keyId}fff`, CERTIFICATE);
  });
  closeFast(records);
}

function addAccounts(file: string, times: readonly [Instant, Instant], count: number): void {
  const ledger = openFast(file);
  const { used } = ledger.prepare('SELECT count(*) AS used FROM accounts').get() as {
    used: number;
  };
  const gap = Math.ceil(count / used) + 1;
  for (const [table, column] of [
    ['accounts', 'key'],
    ['holds', 'account'],
    ['legs', 'account'],
  ]) {
    ledger.exec(`UPDATE ${table} SET ${column} = -${column};
      UPDATE ${table} SET ${column} = -${column} * ${gap}`);
  }
  const add = ledger.prepare(`INSERT INTO accounts
    (key, id, asset, may_overdraw, frozen, balance, held) VALUES (?, ?, 'CNY/2', 0, 0, 0, 0)`);
  inOrder(times, count, (wallet, i) => {
    const key = Math.floor(i / (gap - 1)) * gap + 1 + (i % (gap - 1));
    add.run(key, `payer/${wallet}`);
  });
  closeFast(ledger);
}

/** Ids in rising order between two instants. */
function inOrder(
  [from, until]: readonly [Instant, Instant],
  count: number,
  add: (wallet: WalletId, i: number) => void,
): void {
  const random = new Uint8Array(10);
  const view = new DataView(random.buffer);
  for (let i = 0; i < count; i++) {
    const at = from + ((until - from) * i) / count;
    view.setUint32(0, Math.floor((at % 1) * 2 ** 32));
    view.setUint32(4, i);
    add(newId('wallet', Math.floor(at) as Instant, random), i);
  }
}

/** Nothing here has to survive a power cut. */
function openFast(file: string): DatabaseSync {
  const database = new DatabaseSync(file);
  database.exec('PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF; BEGIN');
  return database;
}

function closeFast(database: DatabaseSync): void {
  database.exec('COMMIT; PRAGMA wal_checkpoint(TRUNCATE)');
  database.close();
}
