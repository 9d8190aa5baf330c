import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { signCertificate } from '@coinbox/protocol';
import type { Instant } from '@coinbox/protocol';
import { EXAMPLE_NETWORK, exampleTime } from '@coinbox/protocol/testing';
import { createProviderFolder, enrolProvider } from '../config.ts';
import { KIT_TARIFF, kit, kitConfig } from './kit.ts';

/** A folder that is gone after the test. */
export function temporaryFolder(t: { after(work: () => void): void }): string {
  const folder = mkdtempSync(join(tmpdir(), 'coinbox-provider-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** An enrolled provider: its own key, certified for the wallet of the example's provider. */
export function enrolledFolder(
  t: { after(work: () => void): void },
  tariffs: readonly string[] = [KIT_TARIFF],
): string {
  const folder = join(temporaryFolder(t), 'provider');
  const { publicKey } = createProviderFolder(folder).signer('provider');
  const { body } = kit.provider.certificate;
  const certificate = signCertificate(
    { ...body, publicKey },
    kit.authority.signer,
    EXAMPLE_NETWORK,
  );
  enrolProvider(folder, kitConfig(certificate.bytes), tariffs);
  return folder;
}

/** A clock that stands still until it is moved. */
export function createClock(afterMs = 8_000_000) {
  let now = exampleTime(afterMs);
  return {
    now: (): Instant => now,
    forward(ms: number): void {
      now = (now + ms) as Instant;
    },
  };
}

/** Bytes that differ at each call. */
export function createRandom() {
  let calls = 0;
  return (bytes: number): Uint8Array => new Uint8Array(bytes).fill(++calls);
}
