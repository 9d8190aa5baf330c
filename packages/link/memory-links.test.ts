import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';

import { createParty, hasSeen, messageOf, walletOf } from './fixtures.ts';
import { createMemoryLinks } from './memory-links.ts';
import type { Parcel } from './memory-links.ts';

const provider = walletOf(1);
const terminal = walletOf(2);
const plain = { certificates: [] };
const asTerminal = { ...plain, side: 'terminal', own: terminal, peers: [provider] } as const;
const asProvider = { ...plain, side: 'provider', own: provider, peers: 'any' } as const;

test('a message is delivered, acknowledged and taken out of the outbox', () => {
  const links = createMemoryLinks();
  const [machine, host] = [createParty(), createParty()];
  links.open({ ...asProvider, ...host });
  const link = links.open({ ...asTerminal, ...machine });
  const message = messageOf(provider, 1);
  machine.outbox.add(message);
  link.wake(provider);
  assert.equal(links.settle(), 2);
  assert.ok(hasSeen(host, [message]));
  assert.equal(machine.outbox.size, 0);
});

test('a party that is cut off is sent everything again when it is back', () => {
  const links = createMemoryLinks();
  const [machine, host] = [createParty(), createParty()];
  links.open({ ...asProvider, ...host });
  const link = links.open({ ...asTerminal, ...machine });
  links.setConnected(terminal, false);
  machine.outbox.add(messageOf(provider, 1));
  link.wake();
  assert.deepEqual([link.connected, links.settle()], [false, 0]);
  links.setConnected(terminal, true);
  links.settle();
  assert.equal(machine.outbox.size, 0);
});

type Fate = 'deliver' | 'drop' | 'twice' | 'hold';
const fate = fc.constantFrom<Fate>('deliver', 'drop', 'twice', 'hold');

test('under loss, repeats, reordering and crashes nothing is lost', () => {
  const reached = { drop: 0, twice: 0, hold: 0, deliver: 0, crash: 0 };
  fc.assert(
    fc.property(
      fc.array(fate, { minLength: 10, maxLength: 200 }),
      fc.array(fc.constantFrom('send', 'deliver', 'retry', 'crash-machine', 'crash-host'), {
        maxLength: 60,
      }),
      (fates, steps) => {
        const waiting: Parcel[] = [];
        let at = 0;
        const links = createMemoryLinks({
          carry(parcel) {
            const what = fates[at++] ?? 'deliver';
            reached[what] += 1;
            if (what === 'drop') return;
            if (what === 'hold') waiting.push(parcel);
            else waiting.unshift(...(what === 'twice' ? [parcel, parcel] : [parcel]));
          },
        });
        const deliverAll = (): void => {
          for (let next = waiting.shift(); next; next = waiting.shift()) next.arrive();
        };
        const [machine, host] = [createParty(), createParty()];
        let machineLink = links.open({ ...asTerminal, ...machine });
        let hostLink = links.open({ ...asProvider, ...host });
        const sent = [];
        for (const [number, step] of steps.entries()) {
          if (step === 'send') {
            const [up, down] = [messageOf(provider, number), messageOf(terminal, 1000 + number)];
            machine.outbox.add(up);
            host.outbox.add(down);
            sent.push({ up, down });
            machineLink.wake(provider);
            hostLink.wake();
          } else if (step === 'deliver') waiting.shift()?.arrive();
          else if (step === 'retry') links.retry();
          else reached.crash += 1;
          if (step === 'crash-machine') machineLink = links.open({ ...asTerminal, ...machine });
          if (step === 'crash-host') hostLink = links.open({ ...asProvider, ...host });
        }
        // The network heals: what is left goes through within a bounded number of repeats.
        at = fates.length;
        for (let round = 0; round < 3; round++) {
          deliverAll();
          links.retry();
        }
        deliverAll();
        assert.deepEqual([machine.outbox.size, host.outbox.size], [0, 0]);
        assert.ok(
          hasSeen(
            host,
            sent.map(({ up }) => up),
          ),
        );
        assert.ok(
          hasSeen(
            machine,
            sent.map(({ down }) => down),
          ),
        );
      },
    ),
    { numRuns: 150 },
  );
  assert.ok(
    Object.values(reached).every((count) => count > 0),
    JSON.stringify(reached),
  );
});
