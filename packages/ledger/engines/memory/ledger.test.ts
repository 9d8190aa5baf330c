import { describeLedger } from '../../conformance.ts';
import { createMemoryLedger } from './ledger.ts';

describeLedger(
  'memory',
  async (clock) => {
    const ledger = createMemoryLedger({ clock });
    return { ledger, discard: () => ledger.close() };
  },
  200,
);
