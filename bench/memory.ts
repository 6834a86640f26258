/** How much memory a run takes at its peak. */
import { runNode } from './measure.ts';

/** Prints the peak as the last line of the output. */
const watch = `data:text/javascript,${encodeURIComponent(
  'process.on("exit", () => { process.stdout.write("\\n" + process.resourceUsage().maxRSS); process.exitCode = 0; });',
)}`;

/** Megabytes of resident memory, of `node ...args`, whatever its exit code. */
export async function peak(args: readonly string[], cwd: string): Promise<number> {
  const { output } = await runNode(['--import', watch, ...args], cwd);
  return Number(output.slice(output.lastIndexOf('\n') + 1)) / 1024;
}
