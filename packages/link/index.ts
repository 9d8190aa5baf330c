// What a party brings to a link, and what it gets
export type { Link, LinkHandler, LinkMessage, LinkOptions, LinkSide, Outbox } from './link.ts';

// Over MQTT 5
export { openMqttLink } from './mqtt-link.ts';
export type { MqttLinkOptions } from './mqtt-link.ts';
export { openMqttConnection } from './mqtt-connection.ts';
export type { MqttConnection, MqttConnectionOptions } from './mqtt-connection.ts';
export { LINK_MEDIA_TYPE, linkTopic, readLinkTopic, statusTopic } from './topics.ts';
export type { LinkTopic } from './topics.ts';

// Over HTTP, to an issuer or a terminal
export { keepAliveFetch } from './keep-alive-fetch.ts';

// In memory, for a simulator and for tests
export { createMemoryLinks } from './memory-links.ts';
export type { Carry, MemoryLinks, Parcel } from './memory-links.ts';
