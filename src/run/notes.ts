/** What is said before a run: what has ended or ends soon, and grants that should not be used. */
import { endingCertificates, endingTokens } from '../credential/forewarning.ts';
import { span } from '../diagnose/facts/clocks.ts';
import type { Credential, Job, Step } from '../model.ts';
import { expectsRefusal } from './renewal.ts';

/** One sentence each, none twice. */
export function notesOf(jobs: readonly Job[], now: number): string[] {
  const notes = new Set<string>();
  const passwords = new Set<string>();
  for (const { environment, steps } of jobs) {
    const meant = new Set(steps.flatMap(namesMeant));
    const used = [...environment.credentials.values()].filter(({ name }) => meant.has(name));
    for (const credential of used) if (hasPasswordGrant(credential)) passwords.add(`"${credential.name}"`);
    const ending = [
      ...used.flatMap((credential) => endingTokens(credential, now)),
      ...endingCertificates(environment, now),
    ];
    for (const { what, end } of ending) notes.add(`${environment.name}: ${what} ${when(end, now)}.`);
  }
  if (passwords.size > 0)
    notes.add(
      `grant_type password (${[...passwords].join(', ')}) must not be used (RFC 9700 section 2.4): it is going away; use client_credentials, or authorization_code with a login.`,
    );
  return [...notes];
}

/** Credentials that the step wants to be taken: a refusal that is expected may be that of an old token. */
function namesMeant(step: Step): string[] {
  if (step.kind === 'token') return [step.credential];
  if (step.kind !== 'request' || expectsRefusal(step)) return [];
  return step.credentials.filter(({ renew, fault }) => renew !== false && !fault).map(({ name }) => name);
}

function hasPasswordGrant(credential: Credential): boolean {
  return credential.type === 'oauth2' && credential.grant_type === 'password';
}

function when(end: number, now: number): string {
  return end <= now ? `ended ${span(now - end)} ago` : `ends in ${span(end - now)}`;
}
