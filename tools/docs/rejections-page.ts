import { REJECTIONS } from '@coinbox/protocol';
import type { RejectionRow } from '@coinbox/protocol';

const head = `# Every "no", and what it means

This page is generated from the table in \`packages/protocol/rejections\` by
\`node tools/make-docs.ts\`. Do not edit it.

A rejection is an expected answer. It has a code, which programs read and which is never given
another meaning, and a text for people. Over HTTP it is an RFC 9457 problem document, or a signed
RECEIPT whose result is \`refused\`; either way the status is the one of this table.

What the caller may do next:

- **never**: the same request will always get this answer. Mend it or give up.
- **later**: nothing was recorded. Send the same bytes again after a while.
- **new-id**: this id is burned with the answer. A new attempt takes a new id.
`;

/** The sections of the page: the first code of each, in the order of the table. */
const sections: readonly (readonly [firstCode: string, title: string])[] = [
  ['malformed-empty', 'Encoding'],
  ['amount-zero', 'Amounts, currencies and limits'],
  ['signature-missing', 'Signatures, headers, keys and certificates'],
  ['insufficient-funds', 'Offers, payments and refunds'],
  ['bill-wrong-provider', 'Bills, meters, settlements and mappings'],
  ['account-unknown', 'The ledger'],
  ['credentials-missing', 'HTTP and the JSON API'],
];

const lineOf = ([code, { status, retry, en, zh }]: [string, RejectionRow]): string =>
  `| \`${code}\` | ${status} | ${retry} | ${en} | ${zh} |\n`;

/** The text of docs/reference/rejections.md. */
export function rejectionsPage(): string {
  let page = head;
  for (const entry of Object.entries(REJECTIONS)) {
    const title = sections.find(([firstCode]) => firstCode === entry[0])?.[1];
    if (title !== undefined) {
      page += `\n## ${title}\n\n| Code | Status | Again? | Text | 中文 |\n|---|---|---|---|---|\n`;
    }
    page += lineOf(entry);
  }
  return page;
}
