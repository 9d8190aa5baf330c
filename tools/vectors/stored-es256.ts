import stored from './stored-es256.json' with { type: 'json' };
import type { Case } from './case.ts';

// ES256 signatures have a random part in node:crypto, so these were made once and are kept.
// They are the certificates and messages of the example with P-256 keys in the wallets.

type Stored = {
  readonly certificates: readonly Case[];
  readonly messages: readonly (Case & { readonly typ: string })[];
  readonly raw: readonly {
    readonly name: string;
    readonly algorithm: 'ES256';
    readonly publicKey: string;
    readonly message: string;
    readonly signature: string;
    readonly valid: boolean;
  }[];
};

/** Vectors with ES256 signatures: verified, never made again. */
export const storedEs256 = stored as Stored;
