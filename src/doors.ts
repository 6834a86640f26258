/** The doors to the outside: one for network, clock, randomness and files of output each. Everything else is pure. */
import type { Field, Hop, Transport } from './model.ts';

export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Milliseconds from any fixed point; never goes back. */
  monotonic(): number;
  /** Milliseconds, from any fixed point, in which this process was at work and did not listen. Absent: not known. */
  busy?(): number;
  /** Resolves after `ms`, or at once when `signal` aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export interface Random {
  uuid(): string;
  /** `bytes` random bytes as base64url without padding. */
  token(bytes: number): string;
}

/** Somewhere to write text: a terminal, a file, a buffer. */
export interface Sink {
  write(text: string): void;
  readonly isTTY: boolean;
  /** Columns. */
  readonly width: number;
  readonly color: boolean;
}

/** Somewhere to put bytes aside for the time of a run. */
export interface Spool {
  append(bytes: Uint8Array): void;
  read(at: number, length: number): Uint8Array;
  close(): void;
}

/** One request, never redirected. `url` is real; secrets in `headers` are revealed only here. */
export interface SendRequest {
  readonly method: string;
  readonly url: URL;
  /** In the order and case in which they are sent. `Host` and framing fields are added by the sender. */
  readonly headers: readonly Field[];
  readonly body: Uint8Array | null;
  readonly transport: Transport;
  readonly timeouts: Timeouts;
  /** Bytes of a body to keep. */
  readonly bodyLimit: number;
  /**
   * Who named the target, where it was not the project: a redirect, a captured address. No connection is made to an inner
   * network in which the environment is not itself, whatever the name resolves to.
   */
  readonly namedBy?: 'answer';
  /** Over a connection that was never used. Others take one that is open, if twice is as good as once. */
  readonly fresh?: true;
  readonly signal: AbortSignal | null;
}
/** Milliseconds. */
export interface Timeouts {
  readonly connect: number;
  readonly head: number;
  readonly body: number;
  readonly total: number;
}
/** What one request gave: a hop without the parts that only a chain has. */
export type Sent = Omit<Hop, 'index' | 'dropped' | 'cookies'>;

/** The door to the network. Resolves for every failure of the network; rejects only for a bug of ours. */
export type Send = (request: SendRequest) => Promise<Sent>;

/** One program, run without a shell. */
export interface Execution {
  /** Found as the system finds it; a path with a slash is relative to `cwd`. */
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** Variables beside those of this process. */
  readonly env: Readonly<Record<string, string>>;
  /** Milliseconds. */
  readonly timeout: number;
  /** Bytes of output to take, of each stream. */
  readonly outputLimit: number;
  readonly signal: AbortSignal | null;
}
/** How a program ended; nothing in it has passed the redactor. */
export interface Executed {
  readonly end:
    | { readonly kind: 'exited'; readonly code: number }
    | { readonly kind: 'killed'; readonly signal: string }
    /** It could not be started: `ENOENT`, `EACCES`. */
    | { readonly kind: 'unstarted'; readonly code: string }
    | { readonly kind: 'timeout' | 'output-limit' | 'aborted' };
  readonly stdout: string;
  readonly stderr: string;
}
/** The door to programs. Ends the whole process group on timeout and interruption; never rejects. */
export type Execute = (execution: Execution) => Promise<Executed>;
