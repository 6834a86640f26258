/** An authorization server of hand-made answers, asked about the clients of one protected environment. */
import type { JsonMap } from '../../src/model.ts';
import type { SurveyOptions } from '../../src/survey/survey.ts';
import type { Origins } from '../support/origins.ts';
import { compare, type Replayed } from '../support/replay.ts';

export const login = 'https://login.example.test';
export const callback = 'https://app.example.test/callback';

export interface Answer {
  readonly status: number;
  readonly location?: string;
  readonly type?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}
export type Answering = (given: URLSearchParams, path: string) => Answer;

/** Only `web` and `other` are registered, with the callback alone. */
export const isClient = (given: URLSearchParams): boolean =>
  ['web', 'other'].includes(given.get('client_id') ?? '');
export const isUri = (given: URLSearchParams): boolean => given.get('redirect_uri') === callback;

/** Back to the redirect_uri, whatever it is. */
export const back = (given: URLSearchParams, error = 'login_required'): Answer => ({
  status: 303,
  location: `${given.get('redirect_uri')}?error=${error}&state=${given.get('state')}`,
});
export const page = (status: number, body: string): Answer => ({
  status,
  body: `<!doctype html><title>Sign in</title><script>let client_id = "redirect_uri invalid_client"</script><p>${body}</p>`,
});

export interface Asking {
  readonly clients?: JsonMap;
  readonly environment?: JsonMap;
  readonly metadata?: JsonMap;
  readonly others?: JsonMap;
  readonly project?: JsonMap;
  readonly scenario?: JsonMap;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly experiments?: boolean;
  readonly survey?: Partial<SurveyOptions>;
}
export interface Said {
  /** `redirect_uri URI: accepted`. */
  readonly checks: readonly string[];
  /** `cause certainty severity`, with `at` and line of the fix. */
  readonly findings: readonly string[];
  /** `what: why`. */
  readonly left: readonly string[];
  /** `client redirect_uri` of each request, random ones named so. */
  readonly sent: readonly string[];
  readonly replayed: Replayed;
}

export async function ask(origins: Origins, answering: Answering, asking: Asking = {}): Promise<Said> {
  await origins.serve(login, (request, response) => {
    const url = new URL(request.url, login);
    const given = request.method === 'POST' ? new URLSearchParams(request.body) : url.searchParams;
    const { status, location, type = 'text/html', body = '', headers = {} } = answering(given, url.pathname);
    response.writeHead(status, { 'content-type': type, ...(location ? { location } : {}), ...headers });
    response.end(body);
  });
  return askServed(origins, asking);
}

/** As `ask`, of a server that is there already. */
export async function askServed(origins: Origins, asking: Asking): Promise<Said> {
  const replayed = await compare({
    origins,
    project: {
      ...asking.project,
      environments: {
        production: {
          issuers: {
            main: {
              issuer: login,
              discovery: 'none',
              metadata: { authorization_endpoint: `${login}/authorize`, ...asking.metadata },
            },
          },
          clients: asking.clients ?? { web: { client_id: 'web', redirect_uris: [callback] } },
          ...asking.environment,
        },
        ...asking.others,
      },
    },
    // Nothing of it is sent.
    scenarios: { 'a.yml': asking.scenario ?? { steps: [{ name: 'wait', wait: '1ms' }] } },
    environments: ['production'],
    secrets: asking.secrets ?? {},
    options: { experiments: asking.experiments ?? true },
    ...(asking.survey && { survey: asking.survey }),
  });
  return { ...said(replayed), sent: sentTo(origins), replayed };
}

function said({ jobs, finished }: Replayed): Pick<Said, 'checks' | 'findings' | 'left'> {
  const steps = jobs.flatMap((job) => job.steps).filter(({ name }) => name.startsWith('client '));
  return {
    checks: steps.flatMap(({ checks }) =>
      checks.map(({ kind, subject, actual }) => `${kind} ${subject}: ${actual}`),
    ),
    findings: steps.flatMap(({ findings }) =>
      findings.map(({ cause, check, certainty, severity }) => `${cause ?? check} ${certainty} ${severity}`),
    ),
    left: (finished.comparison?.left ?? [])
      .filter(({ what }) => /client|redirect_uri/.test(what))
      .map(({ what, why }) => `${what}: ${why}`),
  };
}

function sentTo({ received }: Origins): string[] {
  return received.map(({ method, url, body }) => {
    const { searchParams, pathname } = new URL(url, login);
    const given = method === 'POST' ? new URLSearchParams(body) : searchParams;
    const client = (given.get('client_id') ?? '').replace(/^why401-\w+$/, 'random');
    const uri = (given.get('redirect_uri') ?? '').replace(
      /^https:\/\/\w+\.why401\.invalid\/callback$/,
      'random',
    );
    return [...(method === 'GET' && pathname === '/authorize' ? [] : [method, pathname]), client, uri].join(
      ' ',
    );
  });
}
