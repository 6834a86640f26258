/** The same value passed in this run: in another field of this route, at another route, in another environment. */
import { isUrl } from '../../http/url.ts';
import type { CauseId, CredentialUse } from '../../model.ts';
import { otherCredentials } from '../cause-lists.ts';
import { type Evidence, evidence } from '../evidence.ts';
import { tokenValidity } from '../groups.ts';
import type { Past, Subject } from '../subject.ts';
import { carries, lostUses } from './delivery.ts';
import { lastHop, originText, routeOf } from './wire.ts';

/** Causes that lie in the value: who takes it in one field would take it in another. */
const ofValue: readonly CauseId[] = [
  ...tokenValidity.filter((cause) => cause !== 'token-invalid-unspecified'),
  ...otherCredentials.filter((cause) => /^(?:api-key|password)-/.test(cause)),
];

interface Passed {
  readonly past: Past;
  readonly use: CredentialUse;
}

export function passesFacts(subject: Subject): Evidence[] {
  const status = subject.response?.status ?? 0;
  const [use] = subject.uses;
  if (subject.stage !== 'resource' || ![400, 401, 403].includes(status) || !use) return [];
  if (subject.uses.length > 1 || use.field.includes(':') || lostUses(subject).length > 0) return [];
  const passed = passedWith(subject, use);
  return [
    inOtherField(subject, use, passed) ??
      atOtherPlace(subject, use, passed) ??
      elsewhere(subject, use, passed),
  ].flatMap((found) => found ?? []);
}

/** Latest first. */
function passedWith(subject: Subject, own: CredentialUse): Passed[] {
  return subject.past.toReversed().flatMap((past) => {
    const hop = lastHop(past.exchange);
    const status = hop?.response?.status ?? 0;
    if (!hop || past.exchange.role !== 'resource' || !past.passed || status < 200 || status > 299) return [];
    const use = past.exchange.credentials.find(({ fingerprint }) => fingerprint === own.fingerprint);
    return use && carries(hop, use) ? [{ past, use }] : [];
  });
}

function lostCause({ field }: CredentialUse): CauseId {
  return field === 'authorization' ? 'credentials-stripped-by-proxy' : 'header-dropped-by-proxy';
}

/** Either the field is lost, or nobody looks into it. */
function inOtherField(subject: Subject, own: CredentialUse, passed: readonly Passed[]): Evidence | null {
  const route = routeOf(subject.hop);
  const found = passed.find(({ past, use }) => {
    const hop = lastHop(past.exchange);
    return use.field !== own.field && hop !== null && here(subject, past) && routeOf(hop) === route;
  });
  if (!found) return null;
  const seen = `refused in this field; the same value passes here in ${written(found)} (step "${found.past.step}")`;
  return evidence('delivery/passes-in-other-field', {
    names: [lostCause(own), 'credentials-missing'],
    excludes: ofValue,
    weight: 2,
    lines: [{ hop: subject.hop.index, field: own.field, seen }],
  });
}

/** As the step wrote it. */
function written({ past, use }: Passed): string {
  const names = lastHop(past.exchange)?.request.headers.map(([name]) => name) ?? [];
  return names.find((name) => name.toLowerCase() === use.field) ?? use.field.replace(':', ' ');
}

function here({ environment }: Subject, past: Past): boolean {
  return past.environment === environment.name;
}

/** At another route or origin, where somebody else may judge it. */
function atOtherPlace(subject: Subject, own: CredentialUse, passed: readonly Passed[]): Evidence | null {
  const found = passed.find(
    ({ past, use }) =>
      use.field === own.field &&
      here(subject, past) &&
      lastHop(past.exchange)?.request.url !== subject.hop.request.url,
  );
  const url = found && lastHop(found.past.exchange)?.request.url;
  if (!found || url === undefined) return null;
  const origin = originText(url);
  const same = origin === originText(subject.hop.request.url);
  const place = same && isUrl(url) ? new URL(url).pathname : origin;
  const seen = `the same value in the same field passes at ${place} (step "${found.past.step}")`;
  const names: CauseId[] =
    own.token?.format === 'jwt'
      ? [lostCause(own), 'audience-mismatch', 'credentials-replaced-by-proxy']
      : [lostCause(own), 'credentials-replaced-by-proxy'];
  return evidence('delivery/passes-elsewhere', {
    names,
    weight: 1,
    lines: [{ hop: subject.hop.index, field: own.field, seen }],
  });
}

/** Another environment has data of its own as a rule: the value may be unknown here. */
function elsewhere(subject: Subject, own: CredentialUse, passed: readonly Passed[]): Evidence | null {
  const found = passed.find(
    ({ past, use }) => !here(subject, past) && past.step === subject.step.name && use.field === own.field,
  );
  if (!found) return null;
  const seen = `the same value in the same field passes in ${found.past.environment}`;
  const names: CauseId[] = own.type === 'api_key' ? ['api-key-invalid', lostCause(own)] : [lostCause(own)];
  return evidence('delivery/passes-in-sibling', {
    names,
    weight: 1,
    lines: [{ hop: subject.hop.index, field: own.field, seen }],
  });
}
