// pure
import { AT_THE_PAYER, AT_THE_TERMINAL } from './planted-at-devices.ts';
import { AT_THE_ISSUER, AT_THE_LEDGER, AT_THE_PROVIDER } from './planted-at-servers.ts';
import type { PlantedBug } from './planted-bug.ts';
import { MUTATIONS } from './planted-mutations.ts';

/** Every planted bug: the ten mutations of the protocol first, then party by party. */
export const PLANTED_BUGS: readonly PlantedBug[] = [
  ...MUTATIONS.map((bug) => ({ ...bug, isMutation: true })),
  ...AT_THE_TERMINAL,
  ...AT_THE_PAYER,
  ...AT_THE_ISSUER,
  ...AT_THE_LEDGER,
  ...AT_THE_PROVIDER,
];
