import { accept } from '@coinbox/protocol';
import type { Instant } from '@coinbox/protocol';
import type { Results } from '../../group-commit.ts';

/**
 * Results on their way between threads: a group that was posted by this batch is its index alone,
 * anything else is the result itself. Copying a number costs a tenth of copying an object.
 */
export type PackedResults = readonly (number | Results[number])[];

/** The results of one batch, packed. */
export const packResults = (results: Results): PackedResults =>
  results.map((result) => {
    const isPosted = result.ok && result.value.status === 'posted' && !result.value.replayed;
    return isPosted ? result.value.index : result;
  });

/** The results again. `at` is the instant that the batch was given. */
export const unpackResults = (packed: PackedResults, at: Instant): Results =>
  packed.map((one) =>
    typeof one === 'number' ? accept({ index: one, at, status: 'posted', replayed: false }) : one,
  );
