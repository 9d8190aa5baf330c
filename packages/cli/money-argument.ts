import { exponentOf } from '@coinbox/protocol';
import type { Asset } from '@coinbox/protocol';
import { UsageError } from './exit-codes.ts';

/** Minor units of a decimal of major units, such as `50` or `50.00`. Throws UsageError. */
export function parseMajor(text: string, asset: Asset): bigint {
  const exponent = exponentOf(asset);
  const match = /^(\d{1,12})(?:\.(\d+))?$/.exec(text);
  const fraction = match?.[2] ?? '';
  if (!match || fraction.length > exponent) {
    throw new UsageError(`${text}: an amount is a decimal with at most ${exponent} places`);
  }
  const minor = BigInt((match[1] as string) + fraction.padEnd(exponent, '0'));
  if (minor === 0n) throw new UsageError(`${text}: an amount is more than nothing`);
  return minor;
}
