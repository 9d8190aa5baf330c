// The decisions
export { BILL_LIFE_MS, billFor, linesOf } from './bill-for.ts';
export type { BillTerms } from './bill-for.ts';
export { billSession, onMeter } from './decide-meter.ts';
export type { MeterFacts, MeterOutcome } from './decide-meter.ts';
export { onAcknowledged, onReceipt, onRefusal } from './decide-bill.ts';
export type { BillOutcome } from './decide-bill.ts';
export type { BillRecord, BillState, SessionState } from './state.ts';

// Setting up
export { createProviderFolder, enrolProvider, readProviderFolder } from './config.ts';
export type { ProviderConfig, ProviderFolder } from './config.ts';
export { addTariff, createTariffShelf, readTariffs, tariffHashOf } from './tariff-shelf.ts';
export type { TariffShelf } from './tariff-shelf.ts';

// At work
export { createProvider, startProvider } from './agent.ts';
export type { LinkOrder, Provider, ProviderParts, StartProvider } from './agent.ts';
export { openBook } from './book.ts';
export type { Book, Evidence } from './book.ts';
export { createBookMemory, openMemoryBook } from './memory-book.ts';
export type { BookMemory } from './memory-book.ts';

// Looking at the book
export { readProviderBook } from './report.ts';
export type { ProviderReport, SessionLine } from './report.ts';
export { reconcile } from './reconcile.ts';
export type { Finding, FindingKind, IssuerSettlement, Reconciliation } from './reconcile.ts';
