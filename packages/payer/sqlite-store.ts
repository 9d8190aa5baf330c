import { join } from 'node:path';
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { money } from '@coinbox/protocol';
import type { OfferId, SessionId, WalletId } from '@coinbox/protocol';
import { createBatch, openDatabase } from '@coinbox/storage';
import type { Payment, PaymentMessageName, PaymentMessages, PaymentStage } from './payment.ts';
import type { PayerStore } from './store.ts';

/** Payments that are not read back from the disk. */
const MOST_RECENT = 256;

const schema = `
CREATE TABLE wallet (
  wallet TEXT PRIMARY KEY,
  sequence INTEGER NOT NULL,
  previous BLOB
) STRICT, WITHOUT ROWID;
CREATE TABLE payment (
  wallet TEXT NOT NULL REFERENCES wallet (wallet),
  offer TEXT NOT NULL,
  stage TEXT NOT NULL CHECK (stage IN ('debited', 'done', 'recredited', 'refunded')),
  amount INTEGER NOT NULL CHECK (amount > 0),
  pay_hash BLOB NOT NULL,
  session TEXT,
  refunded INTEGER CHECK (refunded >= 0 AND refunded <= amount),
  message_offer BLOB NOT NULL,
  message_pay BLOB NOT NULL,
  message_accept BLOB,
  message_void BLOB,
  message_bill BLOB,
  message_refund BLOB,
  message_receipt BLOB,
  PRIMARY KEY (wallet, offer)
) STRICT, WITHOUT ROWID;
`;

/** "CBPW": Coinbox payer wallets. */
const APPLICATION_ID = 0x43425057;
const messageNames: readonly PaymentMessageName[] = [
  'offer',
  'pay',
  'accept',
  'void',
  'bill',
  'refund',
  'receipt',
];

/**
 * The payer wallets of a folder: one or many share a file. Faults: startup-unsafe, storage-failed.
 */
export function openPayerStore(folder: string): PayerStore {
  const file = join(folder, 'payments.db');
  const database = openDatabase(file, { schema, applicationId: APPLICATION_ID, version: 1 });
  const columns = ['wallet', 'offer', 'stage', 'amount', 'pay_hash', 'session', 'refunded'];
  const all = [...columns, ...messageNames.map((name) => `message_${name}`)];
  const updates = all.slice(2).map((name) => `${name} = excluded.${name}`);
  const write = database.prepare(
    `INSERT INTO payment (${all.join(', ')}) VALUES (${all.map(() => '?').join(', ')})
     ON CONFLICT (wallet, offer) DO UPDATE SET ${updates.join(', ')}`,
  );
  const count = database.prepare(
    `INSERT INTO wallet (wallet, sequence, previous) VALUES (?, ?, ?)
     ON CONFLICT (wallet) DO UPDATE SET sequence = excluded.sequence, previous = excluded.previous`,
  );
  const findCounters = database.prepare('SELECT sequence, previous FROM wallet WHERE wallet = ?');
  const findOne = big(database, 'SELECT * FROM payment WHERE wallet = ? AND offer = ?');
  const batch = createBatch(database);
  const recent = createRecent();
  const save = (wallet: WalletId, payment: Payment): void => {
    write.run(...valuesOf(wallet, payment));
    recent.set(wallet, payment);
  };
  /** What a failed commit took back is read from the disk again. */
  const durable = (work: () => void): Promise<void> =>
    batch.write(work).catch((cause: unknown) => {
      recent.clear();
      throw cause;
    });
  const findAll = big(database, 'SELECT * FROM payment WHERE wallet = ? ORDER BY offer');
  return {
    counters(wallet) {
      const row = findCounters.get(wallet) as CounterRow | undefined;
      if (!row) return { sequence: 0 };
      return { sequence: row.sequence, ...(row.previous && { previous: row.previous }) };
    },
    begin: (wallet, payment, { sequence, previous }) =>
      durable(() => {
        count.run(wallet, sequence, previous ?? null);
        save(wallet, payment);
      }),
    save: (wallet, payment) => durable(() => save(wallet, payment)),
    payment(wallet, offer) {
      const known = recent.get(wallet, offer);
      if (known) return known;
      const row = findOne.get(wallet, offer) as PaymentRow | undefined;
      return row && toPayment(row);
    },
    payments: (wallet) => (findAll.all(wallet) as PaymentRow[]).map(toPayment),
    close() {
      batch.flush();
      database.close();
    },
  };
}

/** The payments that were written last: what is under way is not read back for every answer. */
function createRecent() {
  const payments = new Map<string, Payment>();
  const keyOf = (wallet: WalletId, offer: OfferId): string => `${wallet} ${offer}`;
  return {
    get: (wallet: WalletId, offer: OfferId) => payments.get(keyOf(wallet, offer)),
    set(wallet: WalletId, payment: Payment) {
      const key = keyOf(wallet, payment.offer);
      payments.delete(key);
      payments.set(key, payment);
      const [oldest] = payments.size > MOST_RECENT ? payments.keys() : [];
      if (oldest) payments.delete(oldest);
    },
    clear: () => payments.clear(),
  };
}

type CounterRow = { sequence: number; previous: Uint8Array | null };
type PaymentRow = {
  offer: OfferId;
  stage: PaymentStage;
  amount: bigint;
  pay_hash: Uint8Array;
  session: SessionId | null;
  refunded: bigint | null;
} & Record<`message_${PaymentMessageName}`, Uint8Array | null>;

function big(database: DatabaseSync, sql: string) {
  const statement = database.prepare(sql);
  statement.setReadBigInts(true);
  return statement;
}

const valuesOf = (wallet: string, payment: Payment): SQLInputValue[] => [
  wallet,
  payment.offer,
  payment.stage,
  payment.amount,
  payment.payHash,
  payment.session ?? null,
  payment.refunded ?? null,
  ...messageNames.map((name) => payment.messages[name] ?? null),
];

function toPayment(row: PaymentRow): Payment {
  const messages = messageNames.flatMap((name): [string, Uint8Array][] => {
    const bytes = row[`message_${name}`];
    return bytes ? [[name, bytes]] : [];
  });
  return {
    offer: row.offer,
    stage: row.stage,
    amount: money(row.amount),
    payHash: row.pay_hash,
    messages: Object.fromEntries(messages) as PaymentMessages,
    ...(row.session && { session: row.session }),
    ...(row.refunded !== null && { refunded: money(row.refunded) }),
  };
}
