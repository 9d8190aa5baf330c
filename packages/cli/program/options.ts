import { fileURLToPath } from 'node:url';
import { Option } from 'commander';
import { parseId } from '@coinbox/protocol';
import type { WalletId } from '@coinbox/protocol';
import { checkLoopback } from '../commands/run.ts';
import { UsageError } from '../exit-codes.ts';

// What the commands have in common.

/** Examples before the help of a command. */
export function examples(...lines: readonly string[]): string {
  return `Examples:\n${lines.map((line) => `  ${line}`).join('\n')}\n`;
}

export type Listen = { host: string; port: number; json: boolean };

export const json = (): Option => new Option('--json', 'print JSON on stdout').default(false);
export const host = (): Option =>
  new Option('--host <address>', 'loopback address').default('127.0.0.1').argParser(checkLoopback);
export const port = (): Option =>
  new Option('--port <number>', 'TCP port; 0 takes any that is free')
    .default(0)
    .argParser(portNumber);

/** An option whose default is a file of the repository. */
export const fileOption = (flags: string, what: string, path: string): Option =>
  new Option(flags, what).default(inRepository(path), `${path} of Coinbox`);
const inRepository = (path: string): string =>
  fileURLToPath(new URL(`../../../${path}`, import.meta.url));

/** A TCP port of an option. */
export function portNumber(text: string): number {
  const number = wholeNumber(text);
  if (number > 65_535) throw new UsageError(`not a TCP port: ${text}`);
  return number;
}

/** A whole number of an option. */
export function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new UsageError(`not a whole number: ${text}`);
  return Number(text);
}

/** The address of a site of an option, without a slash at its end. */
export function webAddress(text: string): string {
  if (!URL.canParse(text)) throw new UsageError(`not an address of the web: ${text}`);
  const { protocol, origin, pathname } = new URL(text);
  const isWeb = protocol === 'https:' || protocol === 'http:';
  const path = pathname.replace(/\/$/, '');
  if (!isWeb || origin + path !== text.replace(/\/$/, '')) {
    throw new UsageError(`not an address such as https://pay.example.org: ${text}`);
  }
  return origin + path;
}

/** A whole number of an option, at least 1. */
export function countingNumber(text: string): number {
  const number = wholeNumber(text);
  if (number === 0) throw new UsageError('at least 1');
  return number;
}

/** The id of a wallet in an argument. */
export function walletId(text: string): WalletId {
  const id = parseId('wallet', text);
  if (!id.ok) throw new UsageError(`not the id of a wallet: ${text}`);
  return id.value;
}
