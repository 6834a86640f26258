/** What commander hands to the commands. */
export interface RunFlags {
  readonly config?: string;
  readonly env?: readonly string[];
  readonly tag?: readonly string[];
  readonly grep?: string;
  readonly var?: readonly string[];
  readonly envFile?: string;
  readonly jobs?: number;
  readonly shard?: string;
  readonly bail?: boolean;
  readonly retries?: number;
  readonly timeout?: string;
  readonly deadline?: string;
  readonly reporter?: readonly string[];
  readonly strict?: boolean;
  readonly experiments?: boolean;
  readonly checks?: boolean;
  readonly clients?: boolean;
  readonly verbose?: boolean;
}

export interface CompareFlags extends RunFlags {
  /** Nothing is sent. */
  readonly offline?: boolean;
  /** A JSON report of an earlier comparison. */
  readonly baseline?: string;
  /** The scenarios are replayed, too, with their credentials. */
  readonly scenarios?: boolean;
}
