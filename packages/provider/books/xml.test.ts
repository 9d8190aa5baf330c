import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseXml, xmlText } from './xml.ts';

describe('parseXml()', () => {
  test('reads elements, attributes, entities and comments', () => {
    const text =
      '\ufeff<?xml version="1.0"?>\n<!-- a --><c:a x="1" y=\'&lt;\'>' +
      '<b/> &amp;&#65;&#x42; <b>c</b></c:a>\n';
    assert.deepEqual(parseXml(text), {
      ok: true,
      value: {
        name: 'a',
        attributes: { x: '1', y: '<' },
        children: [
          { name: 'b', attributes: {}, children: [], text: '' },
          { name: 'b', attributes: {}, children: [], text: 'c' },
        ],
        text: '&AB',
      },
    });
  });

  test('reads 100,000 elements', () => {
    const read = parseXml(`<a>${'<b>1</b>'.repeat(100_000)}</a>`);
    assert.equal(read.ok && read.value.children.length, 100_000);
  });

  const bad: readonly (readonly [string, string])[] = [
    ['nothing', ''],
    ['a text', 'hello'],
    ['two documents', '<a/><b/>'],
    ['a document type', '<!DOCTYPE a><a/>'],
    [
      'an entity that names a file',
      '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
    ],
    ['an entity of its own', '<a>&x;</a>'],
    ['a bare ampersand', '<a>a & b</a>'],
    ['a character that there is not', '<a>&#xD800;</a>'],
    ['character data as it is', '<a><![CDATA[x]]></a>'],
    ['an instruction', '<a><?php x?></a>'],
    ['an element that is not closed', '<a><b></a>'],
    ['an end without a beginning', '</a>'],
    ['an attribute twice', '<a x="1" x="2"/>'],
    ['an attribute without quotes', '<a x=1/>'],
    ['forty levels', '<a>'.repeat(40) + '</a>'.repeat(40)],
    ['a cut', '<a><b>1</b'],
  ];
  for (const [what, text] of bad) {
    test(`refuses ${what}`, () => {
      const read = parseXml(text);
      assert.equal(read.ok ? 'read' : read.rejection.code, 'import-invalid');
    });
  }
});

test('xmlText() leaves nothing that is markup, and nothing that XML cannot hold', () => {
  assert.equal(xmlText('a<b>&c\u0000\u001b\ud800d'), 'a&lt;b&gt;&amp;cd');
});
