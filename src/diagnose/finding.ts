/** A ranking to the finding that is reported. */
import type { CauseId, Certainty, ExperimentReport, Finding } from '../model.ts';
import { alternatives, whyNot } from './alternatives.ts';
import type { Evidence } from './evidence.ts';
import { client } from './explain/client.ts';
import { delivery } from './explain/delivery.ts';
import { type Explain, type Explanation, originOfHop, refusal } from './explain/explanation.ts';
import { token } from './explain/token.ts';
import type { Candidate, Ranking } from './rank.ts';
import type { Subject } from './subject.ts';

const explanations: Readonly<Record<CauseId, Explain>> = { ...client, ...delivery, ...token };

export function findingFrom(
  subject: Subject,
  ranking: Ranking,
  certainty: Certainty,
  experiments: readonly ExperimentReport[],
): Finding {
  const first = ranking.candidates[0];
  const cause = first && first.support.length > 0 ? first.cause : 'unknown';
  const explained =
    cause === 'unknown' ? undecided(subject) : (explanations[cause]?.(subject) ?? plain(subject, cause));
  return {
    cause,
    check: null,
    environment: subject.environment.name,
    severity: 'error',
    expected: false,
    certainty,
    summary: explained.summary,
    hop: subject.hop.index,
    evidence: evidenceLines(subject, first, ranking),
    experiments,
    fix: explained.fix,
    fixSource: explained.fixSource,
    references: explained.references,
    alternatives: certainty === 'proven' || certainty === 'certain' ? [] : named(ranking, cause),
  };
}

/** Order of evidence in a report. */
const kinds: readonly Evidence['kind'][] = ['fact', 'text', 'experiment'];

/** The answer first, then what supports the cause; each line once. */
function evidenceLines(
  subject: Subject,
  first: Candidate | undefined,
  ranking: Ranking,
): Finding['evidence'] {
  const answer = subject.response
    ? [{ hop: subject.hop.index, field: 'answer', seen: answerLine(subject) }]
    : [];
  const support = [...(first?.support ?? [])].sort((a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind));
  const lines = [
    ...answer,
    ...support.flatMap(({ lines: own }) => own),
    ...ranking.conflicts.flatMap(({ lines: own }) => own),
  ];
  const seen = new Set<string>();
  return lines.filter((line) => {
    const key = `${line.hop} ${line.field} ${line.seen}`;
    const told = line.field.startsWith('error') && answer.some((first) => first.seen.includes(line.seen));
    if (told || seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function answerLine(subject: Subject): string {
  const words = [String(subject.response?.status ?? ''), subject.error, subject.description].filter(
    (word) => word,
  );
  return words.join(' ').trim();
}

function named(ranking: Ranking, cause: CauseId): Finding['alternatives'] {
  return alternatives(ranking, cause).map((each) => ({ cause: each.cause, why_not: whyNot(each, ranking) }));
}

function undecided(subject: Subject): Explanation {
  return {
    summary: `${originOfHop(subject)} answered ${refusal(subject)}, and nothing in the answer or the request decides why.`,
    fix: 'Look at the candidates below, and into the log of the server at this time.',
    fixSource: null,
    references: [],
  };
}

function plain(subject: Subject, cause: CauseId): Explanation {
  const said = [subject.error, subject.description].filter(Boolean).join(': ');
  return {
    summary: `${originOfHop(subject)} answered ${refusal(subject)}${said ? ` (${said})` : ''}: ${cause.replaceAll('-', ' ')}.`,
    fix: 'See the evidence; look into the log of the server at this time.',
    fixSource: null,
    references: [],
  };
}
