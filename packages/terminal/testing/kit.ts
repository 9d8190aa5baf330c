// Fixed keys, certificates and messages
export {
  KIT_BILLED,
  KIT_NETWORK,
  KIT_PAID,
  KIT_REST,
  KIT_START,
  KIT_TARIFF,
  KIT_TARIFF_HASH,
  askOffer,
  contextAt,
  kitBill,
  kitBook,
  kitKeys,
  kitOffer,
  kitParties,
  kitPay,
  kitReadings,
  kitReceipt,
  kitStranger,
  kitTerminal,
  kitTerms,
  lastingParties,
  payRequest,
  tariffHashOf,
} from './messages.ts';
export type { Billed } from './messages.ts';

// The pure core, step by step
export { createPlot, found, offerNamed, sessionNamed } from './plot.ts';
export type { Plot, PlotOptions } from './plot.ts';

// A whole terminal among simulated parties
export { createSimulatedIssuer } from './simulated-issuer.ts';
export type {
  Interference,
  SimulatedIssuer,
  SimulatedMapping,
  Submitted,
} from './simulated-issuer.ts';
export { createSimulatedProvider } from './simulated-provider.ts';
export type { SimulatedProvider } from './simulated-provider.ts';
export {
  createKitCore,
  createVirtualTimers,
  createWorld,
  enrolKitTerminal,
  rest,
} from './world.ts';
export type { VirtualTimers, World, WorldOptions } from './world.ts';
export { Crash, createCrashHooks } from './crash-hooks.ts';
export type { CrashHooks } from './crash-hooks.ts';
export { hookStatements } from './statement-hooks.ts';
export { liveSession } from './session-life.ts';
export type { LifeHooks, Outcome, Story } from './session-life.ts';

// What a power cut can leave on the disk
export { checkPowerLoss, writeFolder } from './power-loss/check-power-loss.ts';
export type { PowerLossReport } from './power-loss/check-power-loss.ts';
export { resumeTerminal } from './power-loss/resume.ts';
export type { Resumed } from './power-loss/resume.ts';
export { readSystemCalls, straceOptions } from './power-loss/system-calls.ts';
export type { DiskEvent } from './power-loss/system-calls.ts';

// A payer's wallet on a reader
export { createCardTwin, createWalletTwin } from './wallet-twin.ts';
export type { Tear, WalletTwin } from './wallet-twin.ts';
export { openTerminalSite } from './terminal-site.ts';
export type { Ending, TerminalSite } from './terminal-site.ts';
