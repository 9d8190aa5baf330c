// pure
import type { CheckName, Checks } from './checks.ts';
import type { Entry } from './ledger.ts';

// The groups of page 11. For each code: the check that other steps fail | id | steps | claims |
// place in a series | facts of the memo. {…} is a value that the request or an earlier entry gives.
const GROUPS = `
open     issuance    | issuer/open | 1 issuance {asset} 1 | | | asset
wallet   payload     | {wallet} | 1 {role}/{wallet} {asset} 0 | key/{key} | | wallet person
proposal payload     | {proposal} | | {proposal} |
                     | proposal terminal provider replaces person expires
mapping  payload     | mapping/{terminal}/{version} | | | mapping/{terminal} {version}
                     | terminal provider version proposal person approver
freeze   standing    | freeze/{wallet}/{change} | 2 {role}/{wallet} | | | wallet person
unfreeze standing    | freeze/{wallet}/{change} | 3 {role}/{wallet} | | | wallet person
resume   standing    | freeze/{wallet}/{change} | | freeze/{wallet}/{change} | | wallet person
revoke   standing    | revoke/{wallet} | | revoke/{wallet} | | wallet person approver
suspend  standing    | suspend/{hash} | | suspend/{hash} | | wallet code
issue    issuance    | {id} | 4 issuance {role}/{to} {amount} | | | amount asset to person
redeem   issuance    | {id} | 4 {role}/{from} issuance {amount} | | | amount asset from person
pay      payload     | {id} | {steps} | {claims} | | {m} amount from to version code
void     refund      | {voided} | {drawn} | {burned} | | {m} amount from to
settle   destination | {settlement} | {drawn}; 4 {own} provider/{to} {amount} | | {place}
                     | {m} amount from to version session bill
park     destination | park/{settlement} | {drawn}; 5 parked/{settlement} {own} {amount} | | {place}
                     | {m} amount from to version session bill
refund   refund      | {refund} | {drawn} | | {place} | {m} amount from to session
parameters payload   | parameters/{number} | | | parameters {number} | person
load     payload     | {load} | 1 float/{from} {asset} 0; 4 {debit} {credit} {amount} | |
                     | {m} amount from to
unload   payload     | unload/{load} | | unload/{load} | | {m} amount from to
fork     standing    | fork/{wallet}/{sequence} | 2 payer/{wallet} | | | {m} from wallet
uncovered standing   | uncovered/{id} | 2 payer/{wallet} | | | amount asset wallet terminal
reclaim  refund      | reclaim/{id} | {drawn} | {burned} | | wallet terminal
refusal  payload     | refusal/{hash} | | refusal/{hash} | | {m} from session bill code`;

const MESSAGE = 'subject subjectTyp asset';
const COLUMNS = /\s*\|\s*/;
const rows = GROUPS.trim()
  .split(/\n(?=\w)/)
  .map((row) => row.split(COLUMNS).map((cell) => cell.trim()));
const groups = new Map(rows.map(([head = '', ...row]) => [head.split(/\s+/)[0], [head, ...row]]));

/** What the groups of page 11 are filled with. */
export type Values = Readonly<Record<string, string | number | bigint | undefined>>;

/** Holds an entry to the row of its code, with these values; `hash` is that of the request. */
export function compare({ demand }: Checks, entry: Entry, values: Values): void {
  const [head = '', id, steps, claims, series, facts = ''] = groups.get(entry.code) ?? [];
  const fill = (text = ''): string =>
    text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ''));
  const equal = (check: CheckName, what: string, found: string, wanted: string): void =>
    demand(check, found === wanted, `its ${what} is not ${wanted}`);
  equal('id', 'id', entry.id, fill(id));
  equal('fingerprint', 'fingerprint', entry.fingerprint, fill('{hash}'));
  equal(head.split(/\s+/)[1] as CheckName, 'steps', entry.steps.join('; '), fill(steps));
  equal('claim', 'claims', entry.claims.join(' '), fill(claims));
  equal('series', 'place', entry.series, fill(series));
  const names = facts.replace('{m}', MESSAGE).split(' ');
  for (const [name, fact] of Object.entries(entry.facts)) {
    equal('payload', name, fact, names.includes(name) ? fill(`{${name}}`) : '');
  }
}
