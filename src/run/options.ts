/** What a run needs from outside: doors, and the options of the command line. */
import type { RefreshVault } from '../credential/presentation.ts';
import type { Clock, Execute, Random, Send } from '../doors.ts';
import type { Environment, Job, RunEvent } from '../model.ts';
import type { Lookups } from '../plan/scope.ts';
import type { Redactor } from '../secret.ts';

export interface RunDoors {
  readonly send: Send;
  readonly clock: Clock;
  readonly random: Random;
  readonly redactor: Redactor;
  readonly lookups: Lookups;
  /** Absent: no program is run. */
  readonly execute?: Execute;
  /** Shows a person what to do; absent: nobody is there. */
  readonly prompt?: (text: string) => void;
  /** Refresh tokens kept between runs; absent: none are. */
  readonly vault?: RefreshVault;
}

export interface RunOptions {
  readonly version: string;
  /** Directory of why401.yml. */
  readonly root: string;
  /** Further folders of files that steps send; absolute. */
  readonly folders?: readonly string[];
  readonly jobs: readonly Job[];
  readonly environments: readonly Environment[];
  /** All environments of the file: what belongs to which. */
  readonly known: readonly Environment[];
  /** Jobs at a time. */
  readonly concurrency: number;
  /** Stop after the first failed job. */
  readonly bail: boolean;
  /** Warnings fail the run. */
  readonly strict: boolean;
  readonly experiments: boolean;
  /** Bytes of a body to keep. */
  readonly bodyLimit: number;
  /** Milliseconds for each request of a credential: tokens, metadata, pages of a login. Default: 30 s. */
  readonly timeout?: number;
  /** Failures that are explained when all jobs have run; later ones as soon as so many others wait behind them. Default: 1000. */
  readonly mostWaiting?: number;
  /** Milliseconds for the whole run, or null. */
  readonly deadline: number | null;
  /** Aborted by SIGINT. */
  readonly signal: AbortSignal;
  readonly emit: (event: RunEvent) => void;
}
