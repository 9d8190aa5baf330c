import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { softwareSigner } from '@coinbox/protocol';
import { createCursors } from './cursor.ts';

const signer = softwareSigner('EdDSA', new Uint8Array(32).fill(7));
const cursors = createCursors(signer);

describe('createCursors()', () => {
  test('opens what it has sealed, also after a restart', () => {
    const sealed = cursors.seal('payments', 42);
    assert.deepEqual(createCursors(signer).open('payments', sealed), { ok: true, value: 42 });
  });

  const sealed = cursors.seal('payments&status=posted', 42);
  const forged: readonly (readonly [string, string, string])[] = [
    ['another list', 'refunds&status=posted', sealed],
    ['another filter', 'payments&status=refused', sealed],
    ['another index', 'payments&status=posted', sealed.replace('42', '43')],
    [
      'a changed tag',
      'payments&status=posted',
      sealed.replace(/.$/, (last) => (last === 'A' ? 'Q' : 'A')),
    ],
    ['bits beyond the tag', 'payments&status=posted', sealed.replace(/.$/, 'B')],
    ['no tag', 'payments&status=posted', '42'],
    ['nothing', 'payments&status=posted', ''],
    ['a huge index', 'payments&status=posted', `${'9'.repeat(20)}.${'A'.repeat(22)}`],
  ];
  for (const [name, scope, cursor] of forged) {
    test(`rejects ${name}`, () => {
      const opened = cursors.open(scope, cursor);
      assert.equal(!opened.ok && opened.rejection.code, 'cursor-invalid');
    });
  }

  test('rejects what another issuer has sealed', () => {
    const other = createCursors(softwareSigner('EdDSA', new Uint8Array(32).fill(8)));
    assert.equal(other.open('payments&status=posted', sealed).ok, false);
  });
});
