/** A server whose clock is wrong, while it does not matter yet. */
import { span } from '../../diagnose/facts/time.ts';
import { describeSkew, skewOf } from '../checks/http.ts';
import { line, type Passed, type Warning, warning } from './warning.ts';

export function clock({ hops }: Passed): Warning[] {
  return hops.flatMap((seen) => {
    const skew = skewOf(seen);
    if (skew === null) return [];
    return [
      warning(seen, {
        cause: 'clock-skew',
        check: 'http-date-skew',
        certainty: 'certain',
        summary: `By its Date the clock of ${seen.origin} is ${span(Math.abs(skew))} ${skew < 0 ? 'behind' : 'ahead of'} ours.`,
        evidence: [line(seen, 'date', `${seen.header('date') ?? ''}, ${describeSkew(skew)}`)],
      }),
    ];
  });
}
