/** Cookies that were refused while the step passed: what needs them comes later. */
import { fixOfRefused } from '../../diagnose/explain/cookie-fix.ts';
import { checkOfRule } from '../checks/cookies.ts';
import { line, type Passed, type Warning, warning } from './warning.ts';

/** A fix for each rule that was broken, up to here. */
const mostFixes = 2;

export function refusedCookies({ hops }: Passed): Warning[] {
  return hops.flatMap((seen) => {
    const { refused } = seen.hop.cookies;
    if (refused.length === 0) return [];
    const names = [...new Set(refused.map(({ name }) => (name === '' ? 'a cookie without a name' : name)))];
    const others = seen.known.environments.filter(({ name }) => name !== seen.environment.name);
    const told = warning(seen, {
      cause: 'cookie-rejected',
      check: null,
      certainty: 'certain',
      summary: `${seen.origin} sets ${names.join(', ')}, not kept by the rules of browsers: ${lowerFirst(refused[0]?.reason ?? '')}`,
      evidence: refused.map(({ name, reason }) => line(seen, `set-cookie ${name}`, reason)),
      fix: [...new Set(refused.map((note) => fixOfRefused(note, seen.hop, others)))]
        .slice(0, mostFixes)
        .join(' '),
      references: [...new Set(refused.map(({ section }) => section))],
    });
    return [{ ...told, tells: refused.flatMap(({ rule }) => checkOfRule.get(rule) ?? []) }];
  });
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
