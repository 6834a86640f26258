/** A ranking to the finding that is reported. */
import type { CauseId, Certainty, ExperimentReport, Finding } from '../model.ts';
import { alternatives, whyNot } from './alternatives.ts';
import type { Evidence } from './evidence.ts';
import { explain } from './explain/explanations.ts';
import { agrees, type Candidate, type Ranking } from './rank.ts';
import { isUnusable, type Subject } from './subject.ts';

export function findingFrom(
  subject: Subject,
  ranking: Ranking,
  certainty: Certainty,
  experiments: readonly ExperimentReport[],
): Finding {
  const first = ranking.candidates[0];
  const shown = first !== undefined && first.support.length > 0;
  // Nothing was refused: no cause of a refusal is worth a guess.
  const cause = !shown && isUnusable(subject) ? 'unknown' : (first?.cause ?? 'unknown');
  const explained = explain(shown ? cause : 'unknown', subject);
  return {
    cause,
    check: null,
    environment: subject.environment.name,
    severity: 'error',
    expected: false,
    certainty,
    summary: explained.summary,
    hop: subject.hop.index,
    evidence: evidenceLines(subject, first, ranking, certainty === 'certain'),
    experiments,
    fix: explained.fix,
    fixSource: explained.fixSource,
    references: explained.references,
    alternatives:
      certainty === 'proven' || certainty === 'certain' || cause === 'unknown' ? [] : named(ranking, cause),
  };
}

/** Order of evidence in a report. */
const kinds: readonly Evidence['kind'][] = ['fact', 'text', 'experiment'];

/** The answer first, then what supports the cause, with what makes it certain; each line once. */
function evidenceLines(
  subject: Subject,
  first: Candidate | undefined,
  ranking: Ranking,
  sure: boolean,
): Finding['evidence'] {
  const answer = subject.response
    ? [{ hop: subject.hop.index, field: 'answer', seen: answerLine(subject) }]
    : [];
  const agreeing = first ? ranking.evidence.filter((item) => agrees(item, first, ranking)) : [];
  const support = [...new Set([...(first?.support ?? []), ...(sure ? agreeing : [])])].sort(
    (a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind),
  );
  const lines = [
    ...answer,
    ...asked(subject),
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

/** Who asked an authorization server, and for what. */
function asked({ stage, client, redirect_uri }: Subject): Finding['evidence'] {
  if (stage !== 'token' && stage !== 'authorization') return [];
  const lines = [
    ['client_id', client?.client_id],
    ['redirect_uri', redirect_uri],
  ] as const;
  return lines.flatMap(([field, seen]) => (seen == null ? [] : [{ hop: null, field, seen }]));
}

function answerLine(subject: Subject): string {
  const words = [String(subject.response?.status ?? ''), subject.error, subject.description].filter(
    (word) => word,
  );
  return words.join(' ').trim();
}

function named(ranking: Ranking, cause: CauseId): Finding['alternatives'] {
  return alternatives(ranking.candidates).map((each) => ({
    cause: each.cause,
    why_not: whyNot(each, cause, ranking),
  }));
}

/** A fault that arithmetic shows beside the first: fixing the first alone is not shown to suffice. */
export function findingBeside(subject: Subject, cause: CauseId, fact: Evidence): Finding {
  const { summary, fix, fixSource, references } = explain(cause, subject);
  return {
    cause,
    check: null,
    environment: subject.environment.name,
    severity: 'error',
    expected: false,
    certainty: 'likely',
    summary,
    hop: subject.hop.index,
    evidence: fact.lines,
    experiments: [],
    fix,
    fixSource,
    references,
    alternatives: [],
  };
}
