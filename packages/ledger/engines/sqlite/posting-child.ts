import { writeSync } from 'node:fs';
import type { Instant } from '@coinbox/protocol';
import {
  draw,
  group,
  hold,
  open,
  openIssuance,
  release,
  transfer,
} from '../../conformance/groups.ts';
import { createSqliteLedger } from './ledger.ts';

// Posts for ever, as several callers at once, and writes `id index` to standard output for each
// group that was acknowledged. Run by tests: posting-child.ts <folder> <round>.

const CALLERS = 8;
const [folder = '', round = ''] = process.argv.slice(2);
const clock = { now: () => Date.now() as Instant };
const ledger = await createSqliteLedger({ folder, clock });

async function post(...groups: readonly ReturnType<typeof group>[]): Promise<void> {
  const results = await ledger.post(groups);
  const lines = results.map((result, i) => {
    if (!result.ok) throw new Error(`${groups[i]?.id}: ${result.rejection.code}`);
    return `${groups[i]?.id} ${result.value.index}\n`;
  });
  writeSync(1, lines.join(''));
}

async function caller(name: number): Promise<never> {
  const own = `caller:${name}`;
  await post(group(`${round}.${name}`, [open(own), transfer('issuance', own, 1000n)]));
  for (let turn = 0; ; turn++) {
    const id = `${round}.${name}.${turn}`;
    await post(
      group(`${id}.hold`, [hold(id, own, 10n)], { claims: [id] }),
      group(`${id}.draw`, [draw(id, 'shop', 6n), release(id, 4n), transfer('shop', own, 5n)]),
      group(`${id}.over`, [transfer(own, 'shop', 1_000_000n)]),
    );
  }
}

await post(group('ground', [openIssuance('issuance'), open('shop')]));
await Promise.all(Array.from({ length: CALLERS }, (_, name) => caller(name)));
