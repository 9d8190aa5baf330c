// Carriers that need this machine's network, reader or radio
export { openBle } from './ble.ts';
export type { BleOptions } from './ble.ts';
export { attachSoftCard } from './soft-card.ts';
