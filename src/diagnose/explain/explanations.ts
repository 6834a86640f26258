/** Every cause to its words: a function of its own where there are values to name, the vocabulary for the rest. */
import type { CauseId } from '../../model.ts';
import { isUnusable, type Subject } from '../subject.ts';
import { binding } from './binding.ts';
import { body } from './body.ts';
import { claims } from './claims.ts';
import { client } from './client.ts';
import { delivery } from './delivery.ts';
import { edge } from './edge.ts';
import { type Explanation, type Explanations, originOfHop, refusal, withVocabulary } from './explanation.ts';
import { grant } from './grant.ts';
import { headSize } from './head-size.ts';
import { header } from './header.ts';
import { redirects } from './redirects.ts';
import { routing } from './routing.ts';
import { scope } from './scope.ts';
import { session } from './session.ts';
import { signed } from './signed.ts';
import { times } from './times.ts';
import { token } from './token.ts';
import { words } from './words.ts';

/** The causes that have a function of their own. */
export const explanations: Explanations = {
  ...times,
  ...claims,
  ...token,
  ...binding,
  ...header,
  ...headSize,
  ...client,
  ...grant,
  ...scope,
  ...session,
  ...delivery,
  ...edge,
  ...redirects,
  ...routing,
  ...body,
};

export function explain(cause: CauseId, subject: Subject): Explanation {
  if (cause === 'unknown') return undecided(subject);
  return withVocabulary(subject, cause, signed(cause, subject) ?? explanations[cause]?.(subject) ?? {});
}

function undecided(subject: Subject): Explanation {
  const [check] = subject.failed;
  const isOfCredential =
    isUnusable(subject) || (subject.stage === 'authorization' && check?.kind === 'token');
  if ((subject.stage === 'login' || isOfCredential) && check) {
    const fix = isOfCredential
      ? 'Look at the answer of the authorization server, and into its log at this time.'
      : 'Correct the step that is named, or what the page it leads to is to be.';
    return { summary: check.actual, fix, fixSource: check.source, references: [] };
  }
  const said = words(subject);
  return {
    summary: `${originOfHop(subject)} answered ${refusal(subject)}${said === null ? '' : ` (${said})`}, and nothing in the answer or the request decides why.`,
    fix: 'Look at the candidates below, and into the log of the server at this time.',
    fixSource: null,
    references: [],
  };
}
