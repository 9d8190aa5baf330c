// One terminal
export { startAgent } from './agent.ts';
export type { Agent, AgentParts, AgentStatus, LinkOrder } from './agent.ts';
export {
  changeSettlementKey,
  createTerminalFolder,
  enrolTerminal,
  readTerminalFolder,
} from './config.ts';
export type { TerminalConfig, TerminalFolder, TerminalKeyOrder } from './config.ts';
export { openJournal } from './journal.ts';
export type { Journal } from './journal.ts';
export { createJournalMemory, openMemoryJournal } from './memory-journal.ts';
export type { JournalMemory } from './memory-journal.ts';

// Several in one process, over HTTP
export { startGateway } from './gateway.ts';
export type { Gateway, GatewayOptions } from './gateway.ts';

// Carriers beside HTTP
export { startNfc } from './carriers/nfc.ts';
export type { NfcOptions, NfcReader } from './carriers/nfc.ts';
export { serveContact } from './carriers/nfc-contact.ts';
export type { NfcContactEnd, NfcContactParts } from './carriers/nfc-contact.ts';
export { startBle } from './carriers/ble.ts';
export type { BleOptions, BleStation } from './carriers/ble.ts';

// Ports
export type { CarrierDoor } from './carrier-door.ts';
export type { Device, DeviceEvents, Tick } from './device.ts';
export { createSimulatedDevice } from './devices/simulated.ts';
export type { SimulatedDevice } from './devices/simulated.ts';

// Machines
export { createMeteredDevice } from './devices/metered.ts';
export type {
  MeteredDevice,
  MeteredMachine,
  MeteredOptions,
  Registers,
} from './devices/metered.ts';
export { openModbusMachine } from './devices/modbus-machine.ts';
export type { ModbusMachine, ModbusOptions } from './devices/modbus-machine.ts';
export { PULSE_SKU, createPulseDevice } from './devices/pulse.ts';
export type { PulseMachine, PulseOptions } from './devices/pulse.ts';
export { createRentalDevice } from './devices/rental.ts';
export type { RentalDevice, RentalOptions, Slot } from './devices/rental.ts';
export { createVendingDevice } from './devices/vending.ts';
export type { VendingOptions } from './devices/vending.ts';
export { withChecksum } from './devices/mdb/block.ts';
export type { MdbBus } from './devices/mdb/bus.ts';
export { openSerialBus } from './devices/mdb/serial-bus.ts';
export type { SerialBus, SerialBusOptions } from './devices/mdb/serial-bus.ts';
export { createQueuedDevice } from './devices/queued.ts';
export { machineTimers } from './timers.ts';
export type { Timers } from './timers.ts';

// From the outside
export { readTerminalReport, stillHeld } from './report.ts';
export type { SessionReport, TerminalReport } from './report.ts';
export { readSessionMessages } from './session-messages.ts';
export { DEFAULT_BOUNDS } from './state.ts';
export type { Bounds } from './state.ts';
