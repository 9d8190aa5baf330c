import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { makePayer, payTerminal, playMachine } from '../commands/pay.ts';
import { balances, startSite, until } from './site.ts';

test('coinbox pay puts money into the machine, and coinbox play lets it deliver', async () => {
  const site = await startSite();
  try {
    const folder = join(site.folder, 'me');
    await makePayer({ folder, issuerUrl: site.issuer.url, client: site.maker, funds: '100.00' });
    const terminal = `${site.gateway.url}/${site.terminal}/carrier`;
    const paid = await payTerminal({ folder, terminal, amount: '20.00', detach: true });
    assert.equal(paid.stage, 'done');
    assert.equal(paid.amount, '20.00');
    assert.ok(paid.session);
    await playMachine({ terminal, session: paid.session, energyWh: 5_600, minutes: 60 });
    const { provider, terminal: held } = await until(async () => {
      const now = await balances(site);
      return now.provider > 0n && now.terminal === 0n ? now : undefined;
    });
    assert.deepEqual([provider, held], [560n, 0n]);
  } finally {
    await site.close();
  }
});
