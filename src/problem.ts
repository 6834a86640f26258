/** Wrong input: the user's files, arguments or environment. Exit 2; nothing was sent. */
import type { ProblemData, Source } from './model.ts';

export class Problem {
  /** `UPPER_SNAKE`, public. */
  readonly code: string;
  /** One sentence: what is wrong, with the offending word in quotes. */
  readonly message: string;
  readonly source: Source | null;
  /** One sentence: what to write instead. */
  readonly fix: string | null;
  /** The source line, for the caret. */
  readonly line: string | null;

  constructor(
    code: string,
    message: string,
    at: { source?: Source | null; fix?: string | null; line?: string | null } = {},
  ) {
    this.code = code;
    this.message = message;
    this.source = at.source ?? null;
    this.fix = at.fix ?? null;
    this.line = at.line ?? null;
  }

  toData(): ProblemData {
    return { code: this.code, message: this.message, source: this.source, line: this.line, fix: this.fix };
  }
}

/** Collects problems so that all of them are told at once; `throwIfAny` ends a stage. */
export class Problems {
  readonly list: Problem[] = [];

  add(
    code: string,
    message: string,
    at: { source?: Source | null; fix?: string | null; line?: string | null } = {},
  ): void {
    this.list.push(new Problem(code, message, at));
  }

  throwIfAny(): void {
    if (this.list.length > 0) throw new ProblemError(this.list);
  }
}

/** Thrown by a stage that cannot go on. */
export class ProblemError extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map((problem) => problem.message).join('\n'));
    this.name = 'ProblemError';
    this.problems = problems;
  }
}
