import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { languageOf, problemOf, rejectionOfProblem } from './problem.ts';
import { REJECTIONS } from './rejections.ts';
import type { RejectionCode } from './rejections.ts';

describe('problemOf()', () => {
  it('is an RFC 9457 document in either language', () => {
    assert.deepEqual(problemOf({ code: 'amount-zero' }), {
      type: 'https://coinbox.example/problems/amount-zero',
      title: 'The amount is zero.',
      status: 422,
      code: 'amount-zero',
    });
    assert.equal(problemOf({ code: 'amount-zero' }, 'zh').title, '金额为零。');
  });

  it('says where and what, when it is told', () => {
    const at = { instance: '/v1/messages', trace_id: 'a1' };
    const problem = problemOf({ code: 'not-found', detail: 'no such page' }, 'en', at);
    assert.equal(problem.detail, 'no such page');
    assert.equal(problem.instance, '/v1/messages');
    assert.equal(problem.trace_id, 'a1');
  });
});

describe('rejectionOfProblem()', () => {
  it('reads back every code, with its detail', () => {
    for (const code of Object.keys(REJECTIONS) as RejectionCode[]) {
      assert.deepEqual(rejectionOfProblem(problemOf({ code })), { code });
      const detailed = { code, detail: 'why' };
      assert.deepEqual(rejectionOfProblem(problemOf(detailed)), detailed);
    }
  });

  it('gives nothing for what is not of ours', () => {
    const bodies = [null, undefined, 7, 'amount-zero', {}, [], { code: 7 }, { code: 'toString' }];
    for (const body of [...bodies, { code: '__proto__' }, { type: 'about:blank' }]) {
      assert.equal(rejectionOfProblem(body), undefined);
    }
    assert.deepEqual(rejectionOfProblem({ code: 'overloaded', detail: 7 }), { code: 'overloaded' });
  });
});

describe('languageOf()', () => {
  const rows: readonly (readonly [string | undefined, string])[] = [
    [undefined, 'en'],
    ['', 'en'],
    ['zh', 'zh'],
    ['zh-CN,zh;q=0.9,en;q=0.8', 'zh'],
    [' ZH-Hans', 'zh'],
    ['en, zh', 'en'],
    ['de', 'en'],
    ['zhuang', 'en'],
  ];
  for (const [header, language] of rows) {
    it(`answers ${JSON.stringify(header)} in ${language}`, () => {
      assert.equal(languageOf(header), language);
    });
  }
});
