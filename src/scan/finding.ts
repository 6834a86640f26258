/** One file: its credentials, which of them are over, and which belong elsewhere. */
import type { ProblemData } from '../model.ts';
import { Problem } from '../problem.ts';
import type { Candidate } from './candidate.ts';
import {
  clientIdsIn,
  hostsIn,
  isIssuerKnown,
  type Known,
  type Owner,
  ownerOf,
  placeOwner,
  short,
} from './environments.ts';
import { textsOf, timeOf } from './jwt.ts';
import { type ScannedText, scanText } from './text.ts';
import type { TextFile } from './walk.ts';

/** What was found at one place. No value of a secret is in it. */
export interface ScanFinding {
  readonly kind: Candidate['kind'] | 'client-id';
  readonly what: string;
  readonly name: string | null;
  readonly token: TokenTimes | null;
  /** The environments whose it is; null: nothing says. */
  readonly belongs_to: readonly string[] | null;
  /** The environments whose place it is; null: nothing says, or they are the same. */
  readonly stands_in: readonly string[] | null;
  /** As people read it; `code` is HARDCODED_SECRET, STALE_CREDENTIAL or FOREIGN_CREDENTIAL. */
  readonly problem: ProblemData;
}
export interface TokenTimes {
  readonly iss: string | null;
  readonly aud: readonly string[];
  /** ISO 8601. */
  readonly exp: string | null;
  readonly nbf: string | null;
  readonly state: 'over' | 'not-yet-valid' | 'valid' | 'no-end';
  /** null: there is no project to hold it against. */
  readonly issuer_known: boolean | null;
}

/** `now`: milliseconds since the epoch. `known`: null without a project file. */
export function findingsIn({ file, text }: TextFile, known: Known | null, now: number): ScanFinding[] {
  const scanned = scanText(text, file, known ? [...known.secrets.keys()] : []);
  const isProject = known?.files.has(file) === true;
  let whole: Owner | null | undefined;
  const placed = (name: string | null, offset: number): Owner | null => {
    if (!known || isProject) return null;
    if (whole === undefined) whole = hostsIn(text, known, 'is the only one in this file');
    return placeOwner(name, file, nearOf(text, offset), known) ?? whole;
  };
  const findings = scanned.found.map((each) => {
    const owner = known ? ownerOf(each, known) : null;
    const foreign = foreignOf(owner, placed(each.name, each.start));
    return findingOf(each, owner, foreign, file, scanned, known, now);
  });
  if (!known || isProject) return findings;
  return [...findings, ...foreignClients(file, text, scanned, known, placed)].sort(
    (a, b) =>
      (a.problem.source?.line ?? 0) - (b.problem.source?.line ?? 0) ||
      (a.problem.source?.column ?? 0) - (b.problem.source?.column ?? 0),
  );
}

/** The lines around an offset, three on each side at most. */
function nearOf(text: string, offset: number): string {
  let [from, to] = [offset, offset];
  for (let count = 0; count < 4 && from > 0; count += 1) from = text.lastIndexOf('\n', from - 1);
  for (let count = 0; count < 4 && to >= 0 && to < text.length; count += 1) to = text.indexOf('\n', to + 1);
  return text.slice(Math.max(from, offset - 2000, 0), Math.min(to < 0 ? text.length : to, offset + 4000));
}

interface Foreign {
  readonly owner: Owner;
  readonly place: Owner;
}

function foreignOf(owner: Owner | null, place: Owner | null): Foreign | null {
  if (!owner || !place || [...owner.environments].some((name) => place.environments.has(name))) return null;
  return { owner, place };
}

function findingOf(
  each: Candidate,
  owner: Owner | null,
  foreign: Foreign | null,
  file: string,
  scanned: ScannedText,
  known: Known | null,
  now: number,
): ScanFinding {
  const token = each.jwt ? timesOf(each.jwt.claims, known, now) : null;
  const place = scanned.placeOf(each.start);
  const isStale =
    token?.state === 'over' || token?.state === 'not-yet-valid' || token?.issuer_known === false;
  const code = foreign ? 'FOREIGN_CREDENTIAL' : isStale ? 'STALE_CREDENTIAL' : 'HARDCODED_SECRET';
  const beside = each.name === null ? '' : ` ("${short(each.name)}")`;
  const facts = [
    ...(token ? tokenFacts(token, now) : []),
    ...(owner ? [`it is ${listed(owner.environments)}'s: ${owner.by}`] : []),
    ...(foreign
      ? [`it stands in a place of ${listed(foreign.place.environments)}: ${foreign.place.by}`]
      : []),
  ];
  const what = each.what.charAt(0).toUpperCase() + each.what.slice(1);
  const message = `${what} in plain text${beside}${facts.length > 0 ? `: ${facts.join('; ')}` : ''}.`;
  const fix = fixOf(token, foreign, known?.secrets.get(each.value)?.name ?? null);
  return {
    kind: each.kind,
    what: each.what,
    name: each.name,
    token,
    belongs_to: owner ? [...owner.environments] : null,
    stands_in: foreign ? [...foreign.place.environments] : null,
    problem: new Problem(code, message, {
      source: { file, ...place },
      line: scanned.masked(place.line),
      fix,
    }).toData(),
  };
}

function fixOf(token: TokenTimes | null, foreign: Foreign | null, secret: string | null): string {
  if (token?.state === 'over')
    return 'Remove it: it opens nothing any more, and hides what is used in its place.';
  if (foreign)
    return `Put the credential of ${listed(foreign.place.environments)} here, read from the environment or a secret store.`;
  if (secret !== null)
    return `Read it from the environment variable ${secret}, and renew it if others can read the file.`;
  return 'Read it from the environment or a secret store, and renew it: it is known to all who can read the file.';
}

function listed(names: ReadonlySet<string>): string {
  return [...names].join(' and ');
}

/** What the claims say of its time; `known` null: of its issuer nothing is said. */
export function timesOf(
  claims: NonNullable<Candidate['jwt']>['claims'],
  known: Known | null,
  now: number,
): TokenTimes {
  const [exp, nbf] = [timeOf(claims, 'exp'), timeOf(claims, 'nbf')];
  const iss = claims?.['iss'];
  const date = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());
  return {
    iss: typeof iss === 'string' ? short(iss) : null,
    aud: textsOf(claims?.['aud']).slice(0, 10).map(short),
    exp: date(exp),
    nbf: date(nbf),
    state:
      exp !== null && exp <= now
        ? 'over'
        : nbf !== null && nbf > now
          ? 'not-yet-valid'
          : exp === null
            ? 'no-end'
            : 'valid',
    issuer_known: known ? isIssuerKnown(claims, known) : null,
  };
}

/** What a token says of itself, each a part of a sentence. */
export function tokenFacts({ iss, aud, exp, nbf, state, issuer_known }: TokenTimes, now: number): string[] {
  const facts: string[] = [];
  if (iss !== null)
    facts.push(`iss ${iss}${issuer_known === false ? ', which is the issuer of no environment' : ''}`);
  if (aud.length > 0) facts.push(`aud ${aud.join(', ')}`);
  if (state === 'over' && exp !== null)
    facts.push(`over since ${shortDate(exp)} (${spanOf(now - Date.parse(exp))} ago)`);
  if (state === 'not-yet-valid' && nbf !== null)
    facts.push(`not valid before ${shortDate(nbf)} (in ${spanOf(Date.parse(nbf) - now)})`);
  if (state === 'valid' && exp !== null)
    facts.push(`valid until ${shortDate(exp)} (ends in ${spanOf(Date.parse(exp) - now)})`);
  if (state === 'no-end') facts.push('it names no end');
  return facts;
}

/** `2026-11-29 01:46 UTC`. */
function shortDate(iso: string): string {
  return `${iso.slice(0, -8).replace('T', ' ')} UTC`;
}

function spanOf(ms: number): string {
  const units = [
    ['day', 86_400_000],
    ['hour', 3_600_000],
    ['minute', 60_000],
    ['second', 1000],
  ] as const;
  const [unit, size] = units.find(([, each]) => ms >= 2 * each) ?? ['second', 1000];
  const count = Math.max(Math.floor(ms / size), 0);
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

function foreignClients(
  file: string,
  text: string,
  scanned: ScannedText,
  known: Known,
  placed: (name: string | null, offset: number) => Owner | null,
): ScanFinding[] {
  const told = new Set<string>();
  return clientIdsIn(text, known).flatMap(({ clientId, offset }) => {
    const names = known.environments
      .filter(({ clientIds }) => clientIds.includes(clientId))
      .map(({ name }) => name);
    const owner = { environments: new Set(names), by: 'its client_id there' };
    const foreign = foreignOf(owner, placed(null, offset));
    const { line, column } = scanned.placeOf(offset);
    if (!foreign || told.has(`${line} ${clientId}`)) return [];
    told.add(`${line} ${clientId}`);
    const message = `The client_id "${short(clientId)}" is ${listed(owner.environments)}'s, and stands in a place of ${listed(foreign.place.environments)}: ${foreign.place.by}.`;
    const fix = `Write the client_id of ${listed(foreign.place.environments)}.`;
    const problem = new Problem('FOREIGN_CREDENTIAL', message, {
      source: { file, line, column },
      line: scanned.masked(line),
      fix,
    });
    return [
      {
        kind: 'client-id' as const,
        what: 'a client_id',
        name: null,
        token: null,
        belongs_to: names,
        stands_in: [...foreign.place.environments],
        problem: problem.toData(),
      },
    ];
  });
}
