/** A login page with status 200 where an API was asked. */
import { asksJson } from '../checks/http.ts';
import type { Seen } from '../seen.ts';
import { line, type Passed, type Warning, warning } from './warning.ts';

const password = /<input\b[^>]{0,300}\btype\s{0,9}=\s{0,9}["']?password\b/gi;

export function loginPage(passed: Passed): Warning[] {
  const { hops } = passed;
  return hops.flatMap((seen) => {
    // The login itself goes by way of such pages.
    const sentThere = seen.endpoint === 'authorization' && seen.hop.index > 1;
    const asked = seen.exchange.role === 'resource' && (seen.endpoint === 'resource' || sentThere);
    const page = asked && seen.isSuccess && seen.isLast && seen.isMarkup;
    const why = page ? (reasonOf(seen) ?? sessionOver(seen, passed)) : null;
    if (why === null || !asksPassword(seen.text)) return [];
    return [
      warning(seen, {
        cause: 'login-redirect',
        check: null,
        certainty: 'likely',
        summary: `${seen.origin} answered ${seen.status} with a login page: the step passes, and nothing was read.`,
        evidence: [
          line(seen, 'content-type', seen.header('content-type') ?? 'missing'),
          line(seen, 'body', 'a form that asks for a password'),
          line(seen, 'request', why),
        ],
        fix: 'Expect something of the content, for instance `headers: {content-type: {contains: json}}`; then see why the credential is not taken.',
        references: ['RFC 9110 section 15.5.2'],
      }),
    ];
  });
}

/** Two fields are a form to change it. */
function asksPassword(text: string): boolean {
  return text.match(password)?.length === 1;
}

/** Who has a session is not sent to a login, unless it is over. */
function sessionOver(seen: Seen, { step, environment }: Passed): string | null {
  if (step.kind !== 'request' || seen.hop.index === 1) return null;
  const session = step.credentials.find(({ name }) => environment.credentials.get(name)?.type === 'session');
  return session ? `it was redirected, though the session "${session.name}" was sent` : null;
}

/** Why no page was due; null where one may have been. */
function reasonOf(seen: Seen): string | null {
  const html = seen.mediaType === 'text/html' || seen.mediaType === 'application/xhtml+xml';
  if (seen.isJsonType) return 'the answer is labelled as JSON';
  if (!html) return null;
  const first = seen.exchange.hops[0];
  if (asksJson(seen)) return 'JSON was asked for';
  const sent = first?.request.headers.find(([name]) => name.toLowerCase() === 'authorization')?.[1];
  // Basic is how pages are guarded.
  return sent !== undefined && !/^basic\b/i.test(sent) ? 'a credential was sent' : null;
}
