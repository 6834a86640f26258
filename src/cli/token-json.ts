/** What `why401 token --json` prints, but for the token itself. */
import type { Exchange } from '../model.ts';
import type { Inspected } from '../run/inspect.ts';
import type { Redactor } from '../secret.ts';
import type { OneCredential } from './one-credential.ts';
import { dateOf, lifetimeOf, scopeOf, secondsOf, sentOf, signatureOf } from './token-facts.ts';

export function tokenJson(
  planned: OneCredential,
  inspected: Inspected,
  now: number,
  redactor: Redactor,
): object {
  return redacted(report(planned, inspected, now), redactor) as object;
}

/** Text by text: in the text of the whole, a secret that is a JSON word would break it. */
function redacted(value: unknown, redactor: Redactor): unknown {
  if (typeof value === 'string') return redactor.redact(value);
  if (typeof value === 'bigint') return String(value);
  if (Array.isArray(value)) return value.map((each) => redacted(each, redactor));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [redactor.redact(name), redacted(each, redactor)]),
  );
}

function report(planned: OneCredential, inspected: Inspected, now: number): object {
  const { credential, job } = planned;
  const use = inspected.presentation?.use ?? null;
  const { ends, lasts } = lifetimeOf(inspected);
  const { failure } = inspected;
  return {
    credential: credential.name,
    type: credential.type,
    environment: job.environment.name,
    status:
      inspected.job.status === 'passed'
        ? 'obtained'
        : inspected.job.status === 'failed'
          ? 'refused'
          : 'no answer',
    token: use?.token ? { ...use.token, times: timesOf(use.token.claims) } : null,
    signature: signatureOf(inspected),
    lifetime: {
      seconds: seconds(lasts),
      expires: dateOf(ends),
      left: seconds(ends === null ? null : ends - now),
    },
    scope: scopeOf(planned, inspected),
    scheme: use?.scheme ?? null,
    sends: sentOf(inspected),
    origins: [...job.environment.origins.values()],
    failure: failure && { error: failure.error, message: failure.message },
    findings: inspected.job.steps.flatMap(({ findings }) => findings),
    exchanges: inspected.exchanges.map(summary),
  };
}

function seconds(ms: number | null): number | null {
  return ms === null ? null : Math.round(ms / 1000);
}

function timesOf(claims: Parameters<typeof secondsOf>[0]): Record<string, string | null> {
  return Object.fromEntries(
    ['iat', 'nbf', 'exp', 'auth_time']
      .filter((name) => secondsOf(claims, name) !== null)
      .map((name) => [name, dateOf(secondsOf(claims, name))]),
  );
}

function summary({ role, hops }: Exchange): object {
  return {
    role,
    hops: hops.map(({ request, response, failure }) => ({
      method: request.method,
      url: request.url,
      status: response?.status ?? null,
      failure: failure?.code ?? null,
    })),
  };
}
