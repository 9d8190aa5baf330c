import type { Benchmark } from '../lib/suite.ts';
import { asOf } from './as-of.ts';
import { books } from './books.ts';
import { exported } from './export.ts';
import { footprint } from './footprint.ts';
import { postgres } from './postgres.ts';
import { receipts } from './receipts.ts';
import { recovery } from './recovery.ts';
import { efficiency, hotOverCold, http, manyWallets } from './settle.ts';

/** Every benchmark, in the order in which they run. */
export const BENCHMARKS: readonly Benchmark[] = [
  {
    name: 'settle.efficiency.EdDSA',
    what: "the signatures' part in the server's CPU time, Ed25519",
    run: (extent) => efficiency('EdDSA', extent),
  },
  {
    name: 'settle.efficiency.ES256',
    what: "the signatures' part in the server's CPU time, P-256",
    run: (extent) => efficiency('ES256', extent),
  },
  {
    name: 'settle.http.sqlite',
    what: 'settlements a second by connections, beside what the cores can verify',
    run: http,
  },
  {
    name: 'settle.hot_over_cold',
    what: 'one provider for all against one for each terminal',
    run: hotOverCold,
  },
  {
    name: 'settle.wallets',
    what: 'an issuer with many wallets against one with few',
    run: manyWallets,
  },
  {
    name: 'settle.postgres',
    what: 'the PostgreSQL engine against one transaction for each settlement',
    run: postgres,
  },
  { name: 'verify.receipts', what: 'receipts verified offline', run: receipts },
  {
    name: 'verify.export',
    what: 'an export verified from its first entry to its last',
    run: exported,
  },
  { name: 'start.recovery', what: 'a start after kill -9, by entries', run: recovery },
  { name: 'books.reconcile', what: 'three books compared, line by line', run: books },
  { name: 'terminal.footprint', what: 'what the agent of one machine takes', run: footprint },
  { name: 'read.as_of', what: 'a balance as of any entry, beside that of now', run: asOf },
];
