import { after, before, describe } from 'node:test';
import { describeLedger } from '../../conformance.ts';
import { postgresMissing, startPostgres } from '../../testing/postgres-server.ts';
import type { PostgresServer } from '../../testing/postgres-server.ts';
import { createPostgresLedger } from './ledger.ts';

describe('the PostgreSQL engine', { skip: postgresMissing() ?? false }, () => {
  let server: PostgresServer;
  let ledgers = 0;
  before(async () => {
    server = await startPostgres();
  });
  after(() => server.discard());

  describeLedger(
    'postgres',
    async (clock) => {
      const config = { url: server.url(), schema: `ledger_${(ledgers += 1)}`, clock };
      let ledger = await createPostgresLedger(config);
      return {
        ledger,
        async reopen() {
          await ledger.close();
          ledger = await createPostgresLedger(config);
          return ledger;
        },
        discard: () => ledger.close(),
      };
    },
    25,
  );
});
