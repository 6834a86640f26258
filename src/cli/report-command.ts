/** Arguments of `why401 report`. */
import { type Command, Option } from 'commander';
import type { ExitCode } from '../model.ts';
import type { ResultFlags } from './report.ts';
import type { World } from './world.ts';

export function addReportCommand(program: Command, world: World, done: (code: ExitCode) => void): void {
  program
    .command('report')
    .description('show what --reporter json or jsonl has recorded; several files become one report')
    .argument('<files...>', 'JSON or JSONL reports; those of a run that was killed, too')
    .option(
      '--reporter <name[=file]>',
      'console, json, jsonl, junit, github; may be repeated',
      (text: string, before: string[]) => [...before, text],
      [],
    )
    .option('--merge', 'the files are shards of one run: a scenario that two of them have is wrong')
    .option('--checks', 'show all standards checks that failed, not their number only')
    .option('--clients', 'show what other HTTP clients would have made of each redirect')
    .addOption(new Option('-v, --verbose', 'show passing steps with their hops, too'))
    .addHelpText('after', help)
    .action(async (files: string[], flags: ResultFlags) => {
      const { reportCommand } = await import('./report.ts');
      done(await reportCommand(files, flags, world));
    });
}

const help = `
Sends nothing. Exits as the recorded run did; with several, as the worst of them: 70, 1, 2, 130, 3, 0.
A run without an end is never 0: 1 where a step failed, else 3. What cannot be read is 2.

Examples:
  why401 report run.jsonl                                  what a run that was killed had finished
  why401 report shards/*.jsonl --merge --reporter junit=all.xml`;
