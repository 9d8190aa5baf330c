import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { anchorsIn, checkLinks, linksIn } from './links.ts';

describe('linksIn()', () => {
  it('finds inline, reference and HTML links, and none in code', () => {
    const text = [
      '[a](a.md) ![b](b.svg "title")',
      '[c]: c.md',
      '<img src="d.png">',
      '`[e](e.md)`',
      '```',
      '[f](f.md)',
      '```',
      '[g](<g.md>)',
    ].join('\n');
    assert.deepEqual(linksIn(text), [
      { target: 'a.md', line: 1 },
      { target: 'b.svg', line: 1 },
      { target: 'c.md', line: 2 },
      { target: 'd.png', line: 3 },
      { target: 'g.md', line: 8 },
    ]);
  });
});

describe('anchorsIn()', () => {
  it('names headings as GitHub does', () => {
    const text = '# One: `two`\n## Three four\n## Three four\n```\n# no\n```\n### 金额, ok\n';
    assert.deepEqual([...anchorsIn(text)], ['one-two', 'three-four', 'three-four-1', '金额-ok']);
  });
});

describe('checkLinks()', () => {
  const paths = ['README.md', 'docs/a.md', 'docs/sub/b.png'];
  const check = (text: string) =>
    checkLinks([{ path: 'docs/a.md', text: `# Here\n${text}` }], paths);

  it('takes files, folders, headings and what is elsewhere', () => {
    const links = ['../README.md', 'sub/b.png', 'sub', 'sub/', '#here', 'a.md#here'];
    for (const target of [...links, 'https://a.example/b', 'mailto:a@b.example']) {
      assert.deepEqual(check(`[x](${target})`), [], target);
    }
  });

  it('finds a link to a file and to a heading that is not there', () => {
    assert.match(check('[x](b.md)')[0] ?? '', /^docs\/a\.md:2 links to b\.md, which is not there$/);
    assert.match(check('[x](#there)')[0] ?? '', /a heading that is not there/);
    assert.match(check('[x](../../up.md)')[0] ?? '', /which is not there/);
  });
});
