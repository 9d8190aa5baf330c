import { reject, sha256, textBytes, toHex } from '@coinbox/protocol';
import type { Offer, Result } from '@coinbox/protocol';
import { parseTariff } from '@coinbox/tariff';
import type { Tariff } from '@coinbox/tariff';

/** The tariff that an offer names; its hash is checked. Rejects tariff-invalid. */
export async function readTariff(terminal: string, offer: Offer): Promise<Result<Tariff>> {
  const hash = toHex(offer.tariffHash);
  const answer = await fetch(`${terminal}/tariffs/${hash}`);
  const text = answer.ok ? await answer.text() : '';
  if (toHex(sha256(textBytes(text))) !== hash) {
    return reject('tariff-invalid', 'not the tariff that the offer names');
  }
  const tariff = parseTariff(text);
  return tariff.ok ? tariff : reject('tariff-invalid', tariff.rejection.code);
}
