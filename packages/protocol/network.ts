/**
 * Names one deployment: a message of one network is never valid in another. 1 to 32 of a–z, 0–9 and
 * `-`.
 */
export type NetworkId = string;

export const isNetworkId = (text: unknown): text is NetworkId =>
  typeof text === 'string' && /^[a-z0-9][a-z0-9-]{0,31}$/.test(text);
