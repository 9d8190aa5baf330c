import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { REFUND, SETTLE } from '@coinbox/protocol';
import { isRequired } from '@coinbox/storage/testing';
import { openTerminalSite } from '@coinbox/terminal/testing';
import { startBroker } from '../commands/broker.ts';
import { startTraced } from './record-terminal.ts';
import { until } from './site.ts';

const hasStrace = (): boolean => {
  try {
    execFileSync('strace', ['-V'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};
const skip = hasStrace() || isRequired('strace') ? false : 'skipped: no strace on this machine';
const root = mkdtempSync(join(tmpdir(), 'coinbox-disk-'));
after(() => rmSync(root, { recursive: true, force: true }));

/** Calls of the whole program that fail: counted from its start, after the journal is made. */
const faults: readonly (readonly [call: string, error: string, when: number])[] = [
  ['fsync', 'EIO', 16],
  ['fsync', 'EIO', 18],
  ['pwrite64', 'ENOSPC', 150],
  ['pwrite64', 'ENOSPC', 200],
];

describe("a terminal's program whose disk fails", { skip }, () => {
  for (const [call, error, when] of faults) {
    it(`goes on after ${error} from the ${when}th ${call}, and no money is lost`, async () => {
      const broker = await startBroker('127.0.0.1', 0);
      const folder = join(realpathSync(root), `${call}-${when}`);
      const site = await openTerminalSite(folder, broker.url);
      const options = ['-f', '-o', '/dev/null', '--seccomp-bpf', '-e', `trace=${call}`];
      const inject = ['-e', `inject=${call}:error=${error}:when=${when}`];
      const quickly = ['--start-within', '2', '--bill-within', '2'];
      const terminal = await startTraced(folder, [...options, ...inject], [], quickly);
      let failed = 0;
      for (let sessions = 0; sessions < 3; sessions++) {
        await site.play(terminal.url, 'billed').catch(() => (failed += 1));
      }
      const { issuer } = site;
      await until(async () => (issuer.held() === 0n ? true : undefined), 20_000);
      assert.match(terminal.told(), /storage-(?:failed|full)|SQLite failed|the disk is full/);
      const settled = issuer.posted(SETTLE.typ).length;
      const refunded = issuer.posted(REFUND.typ).length;
      assert.ok(settled >= 2 && settled <= 3, `${settled} settled, ${failed} told of a fault`);
      assert.ok(refunded >= settled && refunded <= 3, `${refunded} refunded`);
      await terminal.stop();
      await site.close();
      await broker.close();
    });
  }
});
