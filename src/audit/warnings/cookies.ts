/** Cookies that were refused while the step passed: what needs them comes later. */
import { line, type Passed, type Warning, warning } from './warning.ts';

export function refusedCookies({ hops }: Passed): Warning[] {
  return hops.flatMap((seen) => {
    const { refused } = seen.hop.cookies;
    if (refused.length === 0) return [];
    const names = [...new Set(refused.map(({ name }) => name))];
    return [
      warning(seen, {
        cause: 'cookie-rejected',
        check: null,
        certainty: 'certain',
        summary: `${seen.origin} sets ${names.join(', ')}, which no client keeps: ${lowerFirst(refused[0]?.reason ?? '')}`,
        evidence: refused.map(({ name, reason }) => line(seen, `set-cookie ${name}`, reason)),
        fix: 'Set the cookie by the rule that it breaks.',
        references: ['RFC 6265bis section 5.7'],
      }),
    ];
  });
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
