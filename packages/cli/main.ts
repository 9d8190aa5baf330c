#!/usr/bin/env node
import { program } from './program.ts';
import { describeError, exitCodeOf } from './exit-codes.ts';
import { tell } from './output.ts';

try {
  await program.parseAsync();
} catch (error) {
  tell(`coinbox: ${describeError(error)}`);
  process.exitCode = exitCodeOf(error);
}
