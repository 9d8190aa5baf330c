// One terminal
export { startAgent } from './agent.ts';
export type { Agent, AgentParts, AgentStatus, LinkOrder } from './agent.ts';
export { createTerminalFolder, enrolTerminal, readTerminalFolder } from './config.ts';
export type { TerminalConfig, TerminalFolder } from './config.ts';
export { openJournal } from './journal.ts';
export type { Journal } from './journal.ts';
export { createJournalMemory, openMemoryJournal } from './memory-journal.ts';
export type { JournalMemory } from './memory-journal.ts';

// Several in one process, over HTTP
export { startGateway } from './gateway.ts';
export type { Gateway, GatewayOptions } from './gateway.ts';

// Ports
export type { CarrierDoor } from './carrier-door.ts';
export type { Device, DeviceEvents } from './device.ts';
export { createSimulatedDevice } from './devices/simulated.ts';
export type { SimulatedDevice } from './devices/simulated.ts';
export { machineTimers } from './timers.ts';
export type { Timers } from './timers.ts';

// From the outside
export { readTerminalReport, stillHeld } from './report.ts';
export type { SessionReport, TerminalReport } from './report.ts';
export { DEFAULT_BOUNDS } from './state.ts';
export type { Bounds } from './state.ts';
