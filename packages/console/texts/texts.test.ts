import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { CONSOLE_TEXTS } from './console.ts';
import { FACE_TEXTS } from './face.ts';
import { PAY_TEXTS } from './pay.ts';

type Texts = Readonly<Record<string, string>>;
const catalogues: readonly [name: string, folder: string, { en: Texts; zh: Texts }][] = [
  ['console', 'console', CONSOLE_TEXTS],
  ["payer's page", 'pay', PAY_TEXTS],
  ["machine's display", 'face', FACE_TEXTS],
];

const placeholders = (text: string): string[] =>
  [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name as string).sort();

/** Nothing in it is a word of any language, but for placeholders. */
const isWordless = (text: string): boolean => !/\p{Letter}/u.test(text.replace(/\{\w+\}/g, ''));

const sources = (folder: string): string =>
  readdirSync(join(import.meta.dirname, '..', folder))
    .filter((name) => /\.tsx?$/.test(name) && !name.includes('.test.'))
    .map((name) => readFileSync(join(import.meta.dirname, '..', folder, name), 'utf8'))
    .join('\n');

for (const [name, folder, { en, zh }] of catalogues) {
  test(`the ${name} has every text in both languages, each in its own script`, () => {
    assert.deepEqual(Object.keys(zh).sort(), Object.keys(en).sort());
    for (const [key, english] of Object.entries(en)) {
      assert.ok(english.trim() !== '' && !/\p{Script=Han}/u.test(english), `${key} in English`);
      const chinese = zh[key] ?? '';
      assert.ok(isWordless(chinese) || /\p{Script=Han}/u.test(chinese), `${key} in Chinese`);
      assert.deepEqual(placeholders(chinese), placeholders(english), key);
    }
  });

  test(`the ${name} uses every one of its texts`, () => {
    const text = sources(folder) + sources('shared');
    const unused = Object.keys(en).filter((key) => !new RegExp(`['"\`]${key}['"\`]`).test(text));
    assert.deepEqual(unused, []);
  });
}
