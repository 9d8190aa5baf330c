import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';

/** What a program says that runs on the stand-in. */
const underCondition = (program: string): string =>
  execFileSync(
    process.execPath,
    ['--conditions=simulator', '--input-type=module-typescript', '--eval', program],
    { cwd: import.meta.dirname, encoding: 'utf8' },
  );

describe('the primitives of the simulator', () => {
  it('refuse to be loaded without the condition', async () => {
    await assert.rejects(import('./primitives-simulator.ts'), /--conditions=simulator alone/);
  });

  it('are taken under the condition, and say that they are insecure', () => {
    const program = `import { ed25519Library } from './index.ts'; console.log(ed25519Library);`;
    assert.match(underCondition(program), /insecure/);
  });

  it('tie a signature to one key and one message, the same each time', () => {
    const program = `
      import { softwareSigner, verifySignature } from './index.ts';
      const bytes = (fill) => new Uint8Array(32).fill(fill);
      for (const algorithm of ['EdDSA', 'ES256']) {
        const [ours, theirs] = [1, 2].map((fill) => softwareSigner(algorithm, bytes(fill)));
        const signature = ours.sign(bytes(3));
        console.log(
          verifySignature(ours.publicKey, bytes(3), signature),
          verifySignature(ours.publicKey, bytes(4), signature),
          verifySignature(theirs.publicKey, bytes(3), signature),
          verifySignature(ours.publicKey, bytes(3), signature.subarray(1)),
          Buffer.compare(ours.sign(bytes(3)), signature) === 0,
        );
      }`;
    assert.equal(underCondition(program), 'true false false false true\n'.repeat(2));
  });
});
