#!/usr/bin/env node
import { CommanderError } from 'commander';
import { program } from './program.ts';
import { EXIT, describeError, exitCodeOf } from './exit-codes.ts';
import { tell } from './output.ts';

try {
  await program.parseAsync();
} catch (error) {
  // Commander has said already what is wrong with the command line, or printed the help asked for.
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : EXIT.usage;
  else {
    tell(`coinbox: ${describeError(error)}`);
    process.exitCode = exitCodeOf(error);
  }
}
