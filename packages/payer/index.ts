// The wallet
export { createPayer } from './payer.ts';
export type { Patience, PayOrder, Payer, PayerParts, PaymentView } from './payer.ts';
export type {
  Counters,
  Payment,
  PaymentMessageName,
  PaymentMessages,
  PaymentStage,
} from './payment.ts';

// Rules
export { receiptsOf, spendableOf } from './payment.ts';
export { purseOf } from './purse.ts';
export type { FloatHeard, Purse } from './purse.ts';
export {
  checkOffer,
  makePay,
  takeAccept,
  takeBill,
  takeReceipt,
  takeRefund,
  takeVoid,
} from './step.ts';
export type { PaySigning, PayerFacts } from './step.ts';

// Ports
export { httpCarrier } from './carrier.ts';
export type { Carrier } from './carrier.ts';
export { createCardCarrier } from './carriers/card.ts';
export type { CardCarrierOptions, CardPort } from './carriers/card.ts';
export { createBleCarrier } from './carriers/ble-carrier.ts';
export type { BleCarrier, GattLink, GattListener } from './carriers/ble-carrier.ts';
export { openOfferLink } from './carriers/offer-link.ts';
export type { ScannedOffer } from './carriers/offer-link.ts';
export { createMemoryStore } from './store.ts';
export type { PayerStore } from './store.ts';
