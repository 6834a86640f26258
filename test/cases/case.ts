/** One fault on a real server: what is true of it, how it is started, and how it is healed. */
import type { CauseId } from '../../src/model.ts';

export interface Case {
  /** `product/fault`, unique. */
  readonly id: string;
  /** Products whose answer is read, with their version where it is known. */
  readonly servers: readonly string[];
  /**
   * The true cause. More than one: nobody could tell them apart from outside; what is really so stands first, and each
   * of them is right at `likely`, if what is really so is named.
   */
  readonly causes: readonly CauseId[];
  /** Not the answer, but true as well: saying so, at whatever certainty, is no mistake. */
  readonly beside?: readonly CauseId[];
  /** Only the word of the server shows it, and nothing that can be seen from here bears it out: likely at most. */
  readonly onlyTold?: boolean;
  /** Each must stand in the evidence, summary or fix of the first finding: the decisive values. */
  readonly decisive: readonly string[];
  /** Hop that the first finding must name; null: any. */
  readonly hop: number | null;
  /** Id of a case with the same answer and another cause. */
  readonly twin: string | null;
  readonly written: 'with the rules' | 'after the rules';
  /** Without these it is skipped, visibly: a program (`nginx`), a file (`/usr/share/x`), a Python module (`/usr/bin/python3:flask`). */
  readonly needs: readonly string[];
  start(): Promise<Started>;
}

export interface Started {
  /** Files of the project by path: `why401.yml` (JSON is YAML), `orders.yml`. */
  readonly files: Readonly<Record<string, string>>;
  /** Variables for `${secret.X}`. */
  readonly env: Readonly<Record<string, string>>;
  /** Applies the fix, on the servers or in the project; gives what changed in the project. */
  heal(): Promise<Partial<Pick<Started, 'files' | 'env'>>>;
  /**
   * What the servers received from why401 so far (`User-Agent: why401/...`; not what servers ask of each other), each
   * request once, in any order; cleared by `heal`.
   */
  received(): readonly Received[];
  close(): Promise<void>;
}

export interface Received {
  /** Origin under which why401 knows the server. */
  readonly origin: string;
  readonly method: string;
  /** Path and query as received. */
  readonly path: string;
  /** Lower-case names of the credential fields that came with it: `authorization`, `cookie`, `x-api-key`. */
  readonly credentials: readonly string[];
}
