import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeLedger } from '../../conformance.ts';
import { createSqliteLedger } from './ledger.ts';

describeLedger(
  'sqlite',
  async (clock) => {
    const folder = await mkdtemp(join(tmpdir(), 'ledger-'));
    let ledger = await createSqliteLedger({ folder, clock });
    return {
      ledger,
      async reopen() {
        await ledger.close();
        ledger = await createSqliteLedger({ folder, clock });
        return ledger;
      },
      async discard() {
        await ledger.close();
        await rm(folder, { recursive: true });
      },
    };
  },
  20,
);
