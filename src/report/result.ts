/** The model as the JSON report says it (`src/schemas/report.schema.json`). */
import type {
  Body,
  Check,
  CookieNote,
  CookieTrace,
  Exchange,
  Finding,
  Hop,
  JobRef,
  JobResult,
  Json,
  JsonMap,
  ProblemData,
  RedirectStop,
  Row,
  Source,
  StepResult,
  TlsFacts,
} from '../model.ts';
import type { Collection } from './collection.ts';
import { type AddedField, addedFields } from './hop-fields.ts';
import { reportBeside } from './result-beside.ts';
import { reportComparison, reportVerdict } from './result-comparison.ts';
import { reportFailure, reportLost } from './result-failure.ts';
import { visibleLines } from './text.ts';

/** Characters of a body that a report quotes. */
const excerptLength = 2000;

export const schemaId = 'why401.report/1';

export function reportRun(run: Collection): JsonMap {
  const { passed, failed, errored, skipped, warnings } = run.summary;
  return {
    schema: schemaId,
    tool: { name: 'why401', version: run.started?.version ?? null },
    started: run.started ? new Date(run.started.at).toISOString() : null,
    duration_ms: milliseconds(run.finished?.duration ?? 0),
    environments: run.environments.map(({ name }) => name),
    insecure: run.environments.filter(({ insecure }) => insecure).map(({ name }) => name),
    summary: { passed, failed, errored, skipped, warnings },
    scenarios: run.jobs.map(reportJob),
    problems: (run.finished?.problems ?? []).map(reportProblem),
    findings: (run.finished?.findings ?? []).map(reportFinding),
    ...reportComparison(run.finished?.comparison ?? run.finished?.runComparison),
    ...reportVerdict(run.finished),
  };
}

export function reportJob(job: JobResult): JsonMap {
  return {
    ...reportJobRef(job),
    row: job.row ? reportRow(job.row) : null,
    tags: [...job.tags],
    status: job.status,
    steps: job.steps.map(reportStep),
  };
}

export function reportJobRef({ file, name, environment, row }: JobRef): JsonMap {
  return { file, name, environment, ...(row && { row: reportRow(row) }) };
}

function reportRow({ number, name }: Row): JsonMap {
  return { number, name };
}

export function reportStep(step: StepResult): JsonMap {
  return {
    name: step.name,
    credential: step.credential,
    passed_after: step.passedAfter,
    source: reportSource(step.source),
    status: step.status,
    reason: step.reason,
    attempts: step.attempts,
    duration_ms: milliseconds(step.duration),
    exchanges: step.exchanges.map(reportExchange),
    checks: step.checks.map(reportCheck),
    findings: step.findings.map(reportFinding),
    ...(step.beside ? { beside: reportBeside(step.beside) } : {}),
  };
}

function reportExchange({ role, attempt, hops, credentials, stopped, as, clients = [] }: Exchange): JsonMap {
  return {
    role,
    attempt,
    hops: hops.map((hop) => reportHop(hop, { hops })),
    credentials: credentials.map(({ name, field }) => ({ name, field })),
    stopped: stopped ? reportStop(stopped) : null,
    ...(as === undefined ? {} : { as }),
    clients: clients.map(({ client, header, verdict, hop, rule }) => ({
      client,
      header,
      verdict,
      hop,
      rule,
    })),
  };
}

function reportStop({ reason, location, client }: RedirectStop): JsonMap {
  return { reason, location, ...(client ? { client: client.name, why: client.why } : {}) };
}

function reportHop(hop: Hop, chain: Pick<Exchange, 'hops'>): JsonMap {
  const { request, response, failure, timings } = hop;
  return {
    request: {
      method: request.method,
      url: request.url,
      headers: request.headers.map(([name, value]) => [name, value]),
      body: request.body
        ? {
            bytes: request.body.bytes,
            excerpt: firstCharacters(request.body.excerpt),
            sha256: digest(request.body.excerpt, request.body.sha256),
          }
        : null,
    },
    response: response
      ? {
          status: response.status,
          headers: response.headers.map(([name, value]) => [name, value]),
          body: reportBody(response.body),
        }
      : null,
    failure: nullable(failure, reportFailure),
    ...(hop.lost ? { lost: hop.lost.map(reportLost) } : {}),
    added: addedFields(chain, hop).map(reportAdded),
    dropped: hop.dropped.map(({ header, rule, client }) =>
      client === undefined ? { header, rule } : { header, rule, client },
    ),
    cookies: reportCookies(hop.cookies),
    timings_ms: {
      connect: nullable(timings.connect, milliseconds),
      head: nullable(timings.head, milliseconds),
      total: milliseconds(timings.total),
    },
    tls: nullable(hop.tls, reportTls),
    remote: hop.remote,
  };
}

function reportAdded({ header, by, changed }: AddedField): JsonMap {
  const [kind, name] = by.startsWith('credential ') ? ['credential', by.slice(11)] : [by, null];
  return { header, by: kind, credential: name, changed };
}

function reportCookies({ sent, set, remarks = [], refused, withheld = [] }: CookieTrace): JsonMap {
  const notes = (list: readonly CookieNote[]): JsonMap[] =>
    list.map(({ name, rule, section, reason }) => ({ name, rule, section, reason }));
  return {
    sent: [...sent],
    set: [...set],
    remarks: notes(remarks),
    refused: notes(refused),
    withheld: notes(withheld),
  };
}

function reportBody(body: Body): JsonMap {
  const shown = excerpt(body);
  return { bytes: body.bytes, excerpt: shown, sha256: digest(shown, body.sha256) };
}

/** Where all but a password is known of a body, guesses could be tried against its digest. */
function digest(shown: string, sha256: string): string | null {
  return shown.includes('[secret:') || sha256 === '' ? null : sha256;
}

/** The first characters of a body, as text that can be printed. */
export function excerpt({ content }: Body): string {
  const text = Buffer.from(content.subarray(0, excerptLength * 4)).toString('utf8');
  return firstCharacters(text);
}

/** Not half a surrogate pair at the end. */
function firstCharacters(text: string): string {
  return visibleLines(text)
    .slice(0, excerptLength)
    .replace(/[\ud800-\udbff]$/, '');
}

function reportTls(tls: TlsFacts): JsonMap {
  return {
    protocol: tls.protocol,
    cipher: tls.cipher,
    subject: tls.subject,
    issuer: tls.issuer,
    names: [...tls.names],
    not_before: instant(tls.notBefore),
    not_after: instant(tls.notAfter),
    verified: tls.verified,
  };
}

function reportCheck({ kind, subject, passed, expected, actual, source }: Check): JsonMap {
  return { kind, subject, passed, expected, actual, source: reportSource(source) };
}

export function reportFinding(finding: Finding): JsonMap {
  return {
    cause: finding.cause,
    check: finding.check,
    environment: finding.environment,
    severity: finding.severity,
    expected: finding.expected,
    certainty: finding.certainty,
    summary: finding.summary,
    hop: finding.hop,
    evidence: finding.evidence.map(({ hop, field, seen }) => ({ hop, field, seen })),
    experiments: finding.experiments.map((experiment) => ({
      id: experiment.id,
      class: experiment.class,
      predicted: experiment.predicted,
      observed: experiment.observed,
      agrees: experiment.agrees,
      exchange: experiment.exchange,
    })),
    fix: finding.fix,
    fix_source: nullable(finding.fixSource, reportSource),
    references: [...finding.references],
    alternatives: finding.alternatives.map(({ cause, why_not }) => ({ cause, why_not })),
  };
}

export function reportProblem({ code, message, source, line, fix }: ProblemData): JsonMap {
  return { code, message, source: nullable(source, reportSource), line, fix };
}

function reportSource({ file, line, column }: Source): JsonMap {
  return { file, line, column };
}

/** Three decimals, which is what a monotonic clock means. */
export function milliseconds(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}

/** A certificate may carry a date that is none. */
function instant(ms: number): string | null {
  return Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : null;
}

function nullable<From, To extends Json>(value: From | null, map: (value: From) => To): To | null {
  return value === null ? null : map(value);
}
