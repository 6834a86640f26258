/** What the system did not give: no bug of ours, and no verdict either. */

const lacks: Readonly<Record<string, readonly [what: string, fix: string]>> = {
  EMFILE: ['too many files are open', 'Raise the limit: ulimit -n 1024'],
  ENFILE: [
    'too many files are open on this machine',
    'End other programs, or raise the limit of the system.',
  ],
  ENOMEM: ['there is not enough memory', 'Give it more: ulimit -v, or the limit of the container.'],
};

export interface Lack {
  readonly message: string;
  readonly fix: string;
}

/** null where the error says nothing of the kind. */
export function lackOf(error: unknown): Lack | null {
  if (!(error instanceof Error)) return null;
  const { code = '' } = error as NodeJS.ErrnoException;
  const isMemory = error instanceof RangeError && /out of memory|allocation failed/i.test(error.message);
  const found = isMemory ? lacks['ENOMEM'] : Object.hasOwn(lacks, code) ? lacks[code] : undefined;
  return found ? { message: `why401 broke off: ${found[0]} (${error.message}).`, fix: found[1] } : null;
}

export function lackText({ message, fix }: Lack): string {
  return `${message}\n  fix  ${fix}\n`;
}
