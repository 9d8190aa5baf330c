import { Fault } from '@coinbox/protocol';
import pg from 'pg';
import type { QueryResult, QueryResultRow } from 'pg';
import { asFault, sqlState } from './errors.ts';

/** How the engine reaches its tables. */
export type ConnectionConfig = {
  /**
   * `postgres://user@host:5432/database`, or `postgres://user@/database?host=/folder/of/socket`.
   * What it leaves out is taken from PGPASSWORD, PGSSLMODE, `.pgpass` and the like.
   */
  readonly url: string;
  /** The schema that holds the ledger. */
  readonly schema: string;
  /** A statement without an answer for so long is a lost connection. */
  readonly answerWithinMs: number;
};

/** A statement that the server keeps prepared under its name. */
export type Statement = { readonly name: string; readonly text: string };

/** The rows of a statement as `types` reads them, the number of rows, and the command it was. */
export type Rows = QueryResult<QueryResultRow>;

/**
 * One connection. Statements are sent at once and answered in order. Every method throws Fault, or
 * the server's own error (`sqlState`) while a transaction can still be tried again.
 */
export interface Session {
  run(statement: Statement | string, values?: readonly unknown[]): Promise<Rows>;
  /** False once the connection is lost or given up: it is never true again. */
  readonly isUsable: boolean;
  /** What the server warned of since the last look. */
  takeWarnings(): readonly string[];
  /** Drops the connection at once; the server rolls back what was not committed. */
  drop(): void;
  close(): Promise<void>;
}

/** Type numbers of the server (pg_type.dat), of what the ledger's columns are made of. */
const OID = { bool: 16, bytea: 17, int8: 20, int4: 23, numeric: 1700 } as const;

// Per connection: another user of `pg` in this program keeps its own way of reading.
const readers: Readonly<Record<number, (text: string) => unknown>> = {
  [OID.bool]: (text) => text === 't',
  // A copy of its own: a slice of the network's buffer would keep all of it alive.
  [OID.bytea]: (text) => new Uint8Array(Buffer.from(text.slice(2), 'hex')),
  [OID.int8]: BigInt,
  [OID.int4]: Number,
  [OID.numeric]: BigInt,
};
const asText = (text: string): string => text;
const types = {
  getTypeParser: (oid: number) => readers[oid] ?? asText,
} as unknown as pg.CustomTypesConfig;

/** What is taken where a configuration does not say. */
export const DEFAULTS = { schema: 'coinbox', answerWithinMs: 60_000 } as const;

const CONNECT_WITHIN_MS = 10_000;
/**
 * A writer that stops in the middle of a transaction, holding the lock on the head, is cut off by
 * the server, so that other processes can go on; so is, within half a minute, the session of a
 * machine that is gone.
 */
const IDLE_IN_TRANSACTION_MS = 15_000;

const schemaName = /^[a-z_][a-z0-9_]{0,62}$/;

/**
 * Connects. Every read looks up by key: compiling a statement (jit) never pays. Throws Fault
 * unreachable, config-invalid, storage-failed.
 */
export async function openSession(config: ConnectionConfig): Promise<Session> {
  const { schema } = config;
  if (!schemaName.test(schema)) throw new Fault('config-invalid', `not a schema name: ${schema}`);
  const client = createClient(config);
  const warnings: string[] = [];
  let isUsable = true;
  const drop = (): void => {
    isUsable = false;
    // `end` would wait for the answers under way.
    client.connection.stream.destroy();
  };
  client.on('error', () => (isUsable = false));
  client.on('end', () => (isUsable = false));
  client.on('notice', ({ severity, message }) => {
    if (severity === 'WARNING') warnings.push(message ?? '');
  });
  const session: Session = {
    get isUsable() {
      return isUsable;
    },
    async run(statement, values = []) {
      if (!isUsable) throw new Fault('unreachable', 'the connection to PostgreSQL was lost');
      const query = typeof statement === 'string' ? { text: statement } : statement;
      try {
        return await client.query({ ...query, values: [...values] });
      } catch (error) {
        // Where the server has not said no, what it is doing now is not known.
        if (sqlState(error) === undefined) drop();
        throw error;
      }
    },
    takeWarnings: () => warnings.splice(0),
    drop,
    async close() {
      if (!isUsable) return;
      isUsable = false;
      await client.end();
    },
  };
  try {
    await client.connect();
    await session.run(
      `SELECT set_config('search_path', $1, false), set_config('jit', 'off', false),
         set_config('bytea_output', 'hex', false),
         set_config('idle_in_transaction_session_timeout', $2, false),
         set_config('tcp_keepalives_idle', '10', false),
         set_config('tcp_keepalives_interval', '5', false),
         set_config('tcp_keepalives_count', '3', false)`,
      [schema, `${IDLE_IN_TRANSACTION_MS}`],
    );
    return session;
  } catch (error) {
    drop();
    throw asFault(error);
  }
}

function createClient({ url, answerWithinMs }: ConnectionConfig): pg.Client {
  try {
    return new pg.Client({
      connectionString: url,
      types,
      pipeline: true,
      keepAlive: true,
      connectionTimeoutMillis: CONNECT_WITHIN_MS,
      query_timeout: answerWithinMs,
      fallback_application_name: 'coinbox',
    });
  } catch (cause) {
    // The address may hold a password: it is not repeated.
    throw new Fault('config-invalid', 'not the address of a PostgreSQL database', cause);
  }
}
