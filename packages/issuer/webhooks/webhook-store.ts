import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Instant, Signer } from '@coinbox/protocol';
import { createKeys, inTransaction, makeFolder, openDatabase, openKeys } from '@coinbox/storage';
import type { EventFilter } from '../events/event.ts';

/** An address that events are sent to. */
export type Webhook = {
  /** Made by the operator that adds it. */
  readonly webhook: string;
  readonly url: string;
  /** Only events of this type, or with this first word. */
  readonly type?: string;
  /** `disabled`: the endpoint has answered that it is gone. */
  readonly state: 'active' | 'disabled';
  readonly person: string;
  /** Index of the last event that was delivered, was left out, or is a dead letter. */
  readonly position: number;
  /** Failed attempts with the event that is next. */
  readonly attempts: number;
  /** Not before. */
  readonly nextAt: Instant;
};

/** An event that was not delivered. */
export type DeadLetter = {
  readonly event: number;
  readonly at: Instant;
  /** Of the last attempt: the status of the answer, or what went wrong. */
  readonly cause: string;
};

/**
 * Endpoints, and how far each has come. Each method that writes is one commit. Faults:
 * storage-failed, storage-full.
 */
export interface WebhookStore {
  list(): readonly Webhook[];
  find(webhook: string): Webhook | undefined;
  add(webhook: Webhook): void;
  remove(webhook: string): void;
  /** The next event has been dealt with, or was tried in vain; a dead letter goes along. */
  move(webhook: Webhook, dead?: DeadLetter): void;
  deadLetters(webhook: string): readonly DeadLetter[];
  /** The events that were asked for once more, oldest first. */
  again(webhook: string, limit: number): readonly number[];
  /** Dead letters from `from` to `to` are sent once more. Answers with their number. */
  replay(webhook: string, from: number, to: number): number;
  /** One that was sent once more: delivered, or a dead letter again. */
  replayed(webhook: string, event: number, dead?: DeadLetter): void;
  close(): void;
}

export const WEBHOOKS_FOLDER = 'webhooks';
/** `CBwh`. */
const APPLICATION_ID = 0x43427768;

const SCHEMA = `
  CREATE TABLE webhook (
    webhook TEXT PRIMARY KEY,
    url TEXT NOT NULL,
    type TEXT,
    state TEXT NOT NULL CHECK (state IN ('active', 'disabled')),
    person TEXT NOT NULL,
    position INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    next_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE dead_letter (
    webhook TEXT NOT NULL REFERENCES webhook (webhook) ON DELETE CASCADE,
    event INTEGER NOT NULL,
    at INTEGER NOT NULL,
    cause TEXT NOT NULL,
    again INTEGER NOT NULL DEFAULT 0 CHECK (again IN (0, 1)),
    PRIMARY KEY (webhook, event)
  ) STRICT, WITHOUT ROWID;
`;

/** The key that signs webhooks, made when it is first asked for. Faults as keys of storage do. */
export function openWebhookKey(issuerFolder: string): Signer {
  const folder = join(issuerFolder, WEBHOOKS_FOLDER);
  if (!existsSync(folder)) {
    makeFolder(folder);
    createKeys(folder, { webhooks: 'EdDSA' });
  }
  const keys = openKeys(folder);
  return keys.signer('webhooks');
}

/** Opens the store of an issuer's folder, or makes it. Faults: startup-unsafe, storage-failed. */
export function openWebhookStore(issuerFolder: string): WebhookStore {
  const database = openDatabase(join(issuerFolder, WEBHOOKS_FOLDER, 'webhooks.db'), {
    schema: SCHEMA,
    applicationId: APPLICATION_ID,
    version: 1,
  });
  const columns = 'webhook, url, type, state, person, position, attempts, next_at AS nextAt';
  const all = database.prepare(`SELECT ${columns} FROM webhook ORDER BY webhook`);
  const one = database.prepare(`SELECT ${columns} FROM webhook WHERE webhook = ?`);
  const insert = database.prepare('INSERT INTO webhook VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
  const remove = database.prepare('DELETE FROM webhook WHERE webhook = ?');
  const removeLetters = database.prepare('DELETE FROM dead_letter WHERE webhook = ?');
  const update = database.prepare(
    'UPDATE webhook SET state = ?, position = ?, attempts = ?, next_at = ? WHERE webhook = ?',
  );
  const bury = database.prepare(
    `INSERT INTO dead_letter (webhook, event, at, cause) VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET at = excluded.at, cause = excluded.cause, again = 0`,
  );
  const letters = database.prepare(
    'SELECT event, at, cause FROM dead_letter WHERE webhook = ? ORDER BY event',
  );
  const asked = database.prepare(
    'SELECT event FROM dead_letter WHERE webhook = ? AND again = 1 ORDER BY event LIMIT ?',
  );
  const ask = database.prepare(
    'UPDATE dead_letter SET again = 1 WHERE webhook = ? AND event BETWEEN ? AND ?',
  );
  const unbury = database.prepare('DELETE FROM dead_letter WHERE webhook = ? AND event = ?');
  const buryOne = (webhook: string, { event, at, cause }: DeadLetter): void =>
    void bury.run(webhook, event, at, cause);
  return {
    list: () => (all.all() as Row[]).map(webhookOf),
    find(webhook) {
      const row = one.get(webhook) as Row | undefined;
      return row && webhookOf(row);
    },
    add: ({ webhook, url, type = null, state, person, position, attempts, nextAt }) =>
      void insert.run(webhook, url, type, state, person, position, attempts, nextAt),
    remove: (webhook) =>
      inTransaction(database, () => {
        removeLetters.run(webhook);
        remove.run(webhook);
      }),
    move: ({ webhook, state, position, attempts, nextAt }, dead) =>
      inTransaction(database, () => {
        const { changes } = update.run(state, position, attempts, nextAt, webhook);
        if (dead && changes > 0) buryOne(webhook, dead);
      }),
    deadLetters: (webhook) => letters.all(webhook) as DeadLetter[],
    again: (webhook, limit) =>
      (asked.all(webhook, limit) as { event: number }[]).map(({ event }) => event),
    replay: (webhook, from, to) => Number(ask.run(webhook, from, to).changes),
    replayed: (webhook, event, dead) =>
      inTransaction(database, () => {
        if (dead) buryOne(webhook, dead);
        else unbury.run(webhook, event);
      }),
    close: () => database.close(),
  };
}

type Row = Omit<Webhook, 'type'> & { readonly type: string | null };

const webhookOf = ({ type, ...rest }: Row): Webhook => ({
  ...rest,
  ...(type !== null && { type }),
});

/** What of the events an endpoint is told. */
export const filterOf = ({ type }: Webhook): EventFilter => (type === undefined ? {} : { type });
