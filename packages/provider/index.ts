// The decisions
export { BILL_LIFE_MS, billFor, linesOf } from './bill-for.ts';
export type { BillTerms } from './bill-for.ts';
export { billOfLines, readBillLines } from './own-bill.ts';
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
export { answerJson, openBillingToken } from './json-door.ts';
export type { JsonAnswer, JsonQuestion } from './json-door.ts';
export { openBook } from './book.ts';
export type { Book, Evidence } from './book.ts';
export { createBookMemory, openMemoryBook } from './memory-book.ts';
export type { BookMemory } from './memory-book.ts';

// Looking at the book
export { readProviderBook } from './report.ts';
export type { ProviderReport, SessionLine } from './report.ts';
export { reconcile } from './reconcile.ts';
export type { Finding, FindingKind, IssuerSettlement, Reconciliation } from './reconcile.ts';
export { readBookMessages } from './books/session-messages.ts';

// Books: comparing and writing them (spec/33-books.md)
export { createReconciler } from './books/reconciler.ts';
export type { BookLine, Break, BreakKind, DayBook, Reconciler } from './books/reconciler.ts';
export { BOOK_PACE, reconcileBooks } from './books/reconcile-books.ts';
export type { BookSide, BooksCompared } from './books/reconcile-books.ts';
export { readBankStatement } from './books/bank-statement.ts';
export { CAMT, writeCamt } from './books/camt-write.ts';
export type { Camt } from './books/camt-write.ts';
export type { Statement, StatementEntry } from './books/statement.ts';
export { billLines, csvOf, ndjsonOf, statementOf } from './books/provider-books.ts';
export type { Stretch } from './books/provider-books.ts';
