import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { openMqttLink } from '@coinbox/link';
import {
  ACCEPT,
  CARRIER_MEDIA_TYPE,
  MESSAGE_MEDIA_TYPE,
  OFFER,
  decodeCarrierReply,
  newId,
  problemOf,
  readOwn,
  reject,
} from '@coinbox/protocol';
import type { CarrierReply, Instant } from '@coinbox/protocol';
import { askOffer, kitBill, kitPay, kitTerminal, lastingParties, payRequest } from './messages.ts';
import { found } from './plot.ts';
import { createSimulatedIssuer } from './simulated-issuer.ts';
import type { SimulatedIssuer } from './simulated-issuer.ts';
import { createSimulatedProvider } from './simulated-provider.ts';
import { enrolKitTerminal } from './world.ts';

/** How a session ends: with a bill, with a machine that fails, or with an offer nobody pays. */
export type Ending = 'billed' | 'failed' | 'unpaid';

/** Issuer and provider of one terminal, simulated, behind real HTTP and MQTT. */
export interface TerminalSite {
  readonly issuer: SimulatedIssuer;
  /** Plays payer and machine for one session of the terminal that serves at `url`, to its end. */
  play(url: string, ending: Ending): Promise<void>;
  close(): Promise<void>;
}

const now = (): Instant => Date.now() as Instant;
const parties = lastingParties();
const ENDS_WITHIN_MS = 20_000;

/** Enrols a terminal in `folder`, for a process that is started by the caller. */
export async function openTerminalSite(folder: string, brokerUrl: string): Promise<TerminalSite> {
  const issuer = createSimulatedIssuer();
  issuer.mapped = { version: 3, provider: parties.provider };
  const server = await serveIssuer(issuer);
  const links = {
    open: (order: Parameters<Parameters<typeof createSimulatedProvider>[0]['open']>[0]) =>
      openMqttLink({ ...order, url: brokerUrl }),
  };
  const provider = createSimulatedProvider(links, parties.provider);
  provider.billFor = ({ body: { session }, hash }) => {
    const bill = newId('bill', now(), randomBytes(10));
    const over = { bill, issuedAt: now() };
    return kitBill({ session, meterHash: hash }, over, parties.provider);
  };
  const issuerUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  enrolKitTerminal(folder, { issuerUrl, brokerUrl }, parties);
  return {
    issuer,
    play: (url, ending) => playSession(url, issuer, ending),
    async close() {
      await provider.link.close();
      server.closeAllConnections();
      server.close();
    },
  };
}

/** The calls of the issuer's HTTP that sessions need; to others it does not know the answer. */
async function serveIssuer(issuer: SimulatedIssuer): Promise<Server> {
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const isMessage = request.method === 'POST';
    const answer = isMessage
      ? await issuer.submit(Buffer.concat(parts))
      : request.url?.includes('mapping')
        ? await issuer.mapping(kitTerminal)
        : reject('not-found');
    const type = !answer.ok ? 'application/problem+json' : isMessage ? MESSAGE_MEDIA_TYPE : '';
    response.writeHead(answer.ok ? 200 : 422, { 'content-type': type || 'application/json' });
    if (!answer.ok) response.end(JSON.stringify(problemOf(answer.rejection)));
    else response.end(isMessage ? (answer.value as Uint8Array) : JSON.stringify(answer.value));
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return server;
}

async function playSession(url: string, issuer: SimulatedIssuer, ending: Ending): Promise<void> {
  const offer = await ask(url, askOffer);
  if (ending === 'unpaid') return;
  const { hash } = readOwn(OFFER, found(offer.messages[0]));
  const pay = kitPay(hash, { at: now(), sequence: now() });
  const reply = await ask(url, payRequest(pay.bytes, parties.payer));
  const { session } = readOwn(ACCEPT, found(reply.messages[0])).body;
  const at = now();
  const readings = [
    { at, phase: 'active', energyWh: '0' },
    { at: at + 3_600_000, phase: 'idle', energyWh: '6170' },
  ];
  await fetch(`${url}/${kitTerminal}/device/${session}`, {
    method: 'POST',
    body: JSON.stringify(ending === 'failed' ? { fail: true } : { readings }),
  });
  for (const end = performance.now() + ENDS_WITHIN_MS; issuer.held() !== 0n; await pause(5)) {
    if (performance.now() > end) throw new Error('the session does not come to its end');
  }
}

async function ask(url: string, body: Uint8Array): Promise<CarrierReply> {
  const answer = await fetch(`${url}/${kitTerminal}/carrier`, {
    method: 'POST',
    headers: { 'content-type': CARRIER_MEDIA_TYPE },
    body: Uint8Array.from(body),
  });
  const reply = decodeCarrierReply(new Uint8Array(await answer.arrayBuffer()));
  if (!reply.ok) throw new Error(`the terminal answered ${answer.status}`);
  return reply.value;
}
