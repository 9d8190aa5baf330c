// Charge points of OCPP 1.6J, 2.0.1 and 2.1
export { createOcppServer } from './server.ts';
export type { OcppServer, OcppServerOptions } from './server.ts';
export type { StationConfig } from './seats.ts';
export type { Machine, MachineEvents } from './machine.ts';
export { hashPassword } from './password.ts';
export { openConnectorStore } from './store.ts';
export type { ConnectorStore } from './store.ts';
export { CONNECTOR_TIMES } from './step-connector.ts';
export type { ConnectorTimes } from './step-connector.ts';

// For the other end of a connection
export { strictOptions } from './strict-options.ts';
