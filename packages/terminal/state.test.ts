import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isClosed } from './state.ts';
import type { Session, Upload } from './state.ts';
import { createPlot, found } from './testing/kit.ts';

const billed = createPlot().delivered().billed().session();
const answered = <U extends Upload>(upload: U | undefined, answer: 'posted' | 'refused'): U => ({
  ...found(upload),
  answer,
});

describe('isClosed()', () => {
  const rows: readonly (readonly [title: string, session: Session, closed: boolean])[] = [
    ['that waits for its bill', createPlot().delivered().session(), false],
    ['whose uploads are not answered', billed, false],
    [
      'whose SETTLE alone is answered',
      { ...billed, settle: answered(billed.settle, 'posted') },
      false,
    ],
    [
      'whose REFUND alone is answered',
      { ...billed, refund: answered(billed.refund, 'posted') },
      false,
    ],
    [
      'whose uploads are both answered, be it with a no',
      {
        ...billed,
        settle: answered(billed.settle, 'refused'),
        refund: answered(billed.refund, 'posted'),
      },
      true,
    ],
  ];
  for (const [title, session, closed] of rows) {
    it(`says ${closed ? 'yes' : 'no'} to a session ${title}`, () => {
      assert.equal(isClosed(session), closed);
    });
  }
});
