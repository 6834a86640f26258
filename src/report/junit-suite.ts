/** What a JUnit report is made of. */
import type { StepStatus } from '../model.ts';
import type { Element } from './xml.ts';

export interface Suite {
  readonly name: string;
  readonly environment: string;
  readonly cases: readonly {
    readonly status: StepStatus;
    readonly seconds: number;
    readonly element: Element;
    /** Said in `system-out`: how it passed, where it did not at once. */
    readonly note?: string;
  }[];
}

/** Thousandths, as Surefire's schema wants. */
export function seconds(value: number): string {
  return value.toFixed(3);
}
