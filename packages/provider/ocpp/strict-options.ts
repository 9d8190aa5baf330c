import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createValidator } from 'ocpp-rpc';

const OCPP_VERSIONS = ['ocpp2.1', 'ocpp2.0.1', 'ocpp1.6'] as const;

/**
 * The library looks for the schemas of 2.1 under the names of 2.0.1, and would refuse every message
 * in strict mode: `urn:NameRequest` is `urn:Name.req` to it.
 */
function validator21() {
  const file = createRequire(import.meta.url).resolve('ocpp-rpc/lib/schemas/ocpp2_1.json');
  const schemas = JSON.parse(readFileSync(file, 'utf8'), withoutNoise) as { $id: string }[];
  const named = schemas.map((schema) => ({
    ...schema,
    $id: schema.$id.replace(/Request$/, '.req').replace(/Response$/, '.conf'),
  }));
  return createValidator('ocpp2.1', named as never);
}

/**
 * An enum with `additionalProperties`, as the schemas of 2.1 have them, makes the validator write a
 * warning for each; for a text the keyword means nothing.
 */
function withoutNoise(_name: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('enum' in value)) return value;
  const { additionalProperties: _none, ...rest } = value as Record<string, unknown>;
  return rest;
}

/**
 * Options of ocpp-rpc for either end of a connection: the newest version first, and nothing that
 * its schema does not allow.
 */
export const strictOptions = () => ({
  protocols: [...OCPP_VERSIONS],
  strictMode: true,
  strictModeValidators: [validator21()],
});
