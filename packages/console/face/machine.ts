import {
  OFFER,
  decodeCarrierReply,
  encodeCarrierRequest,
  openEnvelope,
  readPayload,
} from '@coinbox/protocol';
import { CARRIER_MEDIA_TYPE } from '@coinbox/protocol';
import { parseTariff } from '@coinbox/tariff';
import type { Tariff } from '@coinbox/tariff';
import { payFragment } from '../pay/link.ts';
import type { PayLink } from '../pay/link.ts';

/** What a terminal shows of its sessions; no payer is named. */
export type SessionSight = {
  readonly stage: string;
  readonly held: string;
  readonly cost?: string;
  readonly registers: Readonly<Record<string, string>>;
};

export type MachineSight = {
  readonly asset: string;
  readonly tariff: string;
  readonly isOpen: boolean;
  readonly sessions: readonly SessionSight[];
};

/** An offer as the display shows it: a link for the payer's phone, good until a time. */
export type ShownOffer = { readonly link: string; readonly validUntil: number };

export const readMachine = async (terminal: string): Promise<MachineSight> => {
  const answer = await fetch(`${terminal}/display`);
  return (await answer.json()) as MachineSight;
};

export async function readTariff(terminal: string, hash: string): Promise<Tariff | undefined> {
  const answer = await fetch(`${terminal}/tariffs/${hash}`);
  const tariff = answer.ok ? parseTariff(await answer.text()) : undefined;
  return tariff?.ok ? tariff.value : undefined;
}

/**
 * Asks the machine for an offer, and puts it into a link to the payer's page. The display believes
 * its own machine: the payer's page checks the signature.
 */
export async function askOffer(link: PayLink, payPage: string): Promise<ShownOffer | undefined> {
  const answer = await fetch(`${link.terminal}/carrier`, {
    method: 'POST',
    headers: { 'content-type': CARRIER_MEDIA_TYPE },
    body: Uint8Array.from(encodeCarrierRequest({ kind: 'ask-offer' })),
  });
  const reply = decodeCarrierReply(new Uint8Array(await answer.arrayBuffer()));
  const offer = reply.ok && reply.value.kind === 'offer' ? reply.value.messages[0] : undefined;
  const envelope = offer && openEnvelope(offer);
  const body = envelope?.ok ? readPayload(OFFER, envelope.value) : undefined;
  if (!offer || !body?.ok) return undefined;
  return {
    link: payPage + payFragment({ ...link, offer }),
    validUntil: body.value.validUntil,
  };
}
