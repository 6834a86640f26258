/** All warnings of a step that passed, each once. */
import { cache } from './cache.ts';
import { clock } from './clock.ts';
import { refusedCookies } from './cookies.ts';
import { echo } from './echo.ts';
import { loginPage } from './login-page.ts';
import { redirects } from './redirects.ts';
import { refreshes } from './refresh.ts';
import { refusals } from './refusals.ts';
import { rspauth } from './rspauth.ts';
import { tokenAnswers } from './token-answer.ts';
import { tokenTime } from './token-time.ts';
import type { Passed, Warn, Warning } from './warning.ts';

const all: readonly Warn[] = [
  tokenTime,
  tokenAnswers,
  redirects,
  cache,
  loginPage,
  refreshes,
  refusals,
  echo,
  clock,
  refusedCookies,
  rspauth,
];

export function warningsOf(passed: Passed): Warning[] {
  const told = new Set<string>();
  return all
    .flatMap((warn) => warn(passed))
    .filter(({ finding }) => {
      const key = `${finding.cause ?? finding.check} ${finding.summary}`;
      return !told.has(key) && told.add(key) !== null;
    });
}
