import { expect } from 'chai';
import { type Origins, startOrigins } from '../support/origins.ts';
import {
  type Answering,
  type Asking,
  ask,
  back,
  callback,
  isClient,
  isUri,
  login,
  page,
  type Said,
} from './asking.ts';

type Told = Partial<Pick<Said, 'checks' | 'findings' | 'left' | 'sent'>>;
interface Server {
  readonly name: string;
  readonly answers: Answering;
  readonly asking?: Asking;
  readonly told: Told;
}

const asked = [`web ${callback}`, `random ${callback}`, 'web random'];
const accepted = [`redirect_uri ${callback}: accepted`, 'client web: known'];
const known = 'client web: known';
const wrongId: Asking = { clients: { web: { client_id: 'webb', redirect_uris: [callback] } } };
const slash = `${callback}/`;
const wrongUri: Asking = { clients: { web: { client_id: 'web', redirect_uris: [slash] } } };
const beside: Asking = {
  clients: {
    web: { client_id: 'webb', redirect_uris: [callback] },
    other: { client_id: 'other', redirect_uris: [callback] },
  },
};

/** As RFC 6749 section 4.1.2.1 wants it. */
const standard =
  (client: string, uri: string): Answering =>
  (given) =>
    isClient(given) ? (isUri(given) ? back(given) : page(400, uri)) : page(400, client);
const named = standard('invalid_client: the client is unknown', 'The redirect_uri is not registered.');
const json =
  (error: string, error_description: string): Answering =>
  () => ({ status: 400, type: 'application/json', body: JSON.stringify({ error, error_description }) });
/** Which shows its login page in spite of `prompt=none`. */
const stubborn =
  (client: string, uri: string, status = 400): Answering =>
  (given) => {
    if (!isClient(given)) return page(status, client);
    return isUri(given)
      ? page(
          200,
          `<form action="/login"><input name="redirect_uri" value="${given.get('redirect_uri')}"></form>`,
        )
      : page(status, uri);
  };

/** Two servers behind one address, asked in turn. */
const inTurn = (...all: readonly Answering[]): Answering => {
  let count = 0;
  return (given, path) => (all[count++ % all.length] ?? named)(given, path);
};
const stale: Answering = () => page(400, 'The redirect_uri is not registered.');
const blocking: Answering = () => page(403, 'No.');
const unknowing: Answering = () => page(400, 'invalid_client: the client is unknown');

const servers: readonly Server[] = [
  {
    name: 'wants a request object, and names the redirect_uri',
    answers: (given) =>
      isClient(given)
        ? page(400, 'invalid_request: redirect_uri must be given inside the request object')
        : page(400, 'invalid_client: the client is unknown'),
    told: { checks: [known], findings: [] },
  },
  {
    name: 'says of the redirect_uri what it says to everybody',
    answers: stale,
    told: { checks: [], findings: [] },
  },
  {
    name: 'is two, one of which does not have the redirect_uri',
    answers: inTurn(stale, named),
    told: {
      checks: [`redirect_uri ${callback}: refused: 400 The redirect_uri is not registered`, known],
      findings: ['redirect-uri-mismatch likely error'],
    },
  },
  {
    name: 'is two, one of which does not know the client',
    answers: inTurn(unknowing, unknowing, unknowing, named),
    told: {
      checks: ['client web: unknown: 400 invalid_client: invalid_client: the client is unknown'],
      findings: ['client-unknown likely error'],
    },
  },
  {
    name: 'has a page for everything that comes too fast',
    answers: inTurn(named, named, named, blocking, blocking, blocking),
    asking: {
      clients: {
        other: { client_id: 'other', redirect_uris: [callback] },
        web: { client_id: 'web', redirect_uris: [slash] },
      },
    },
    told: {
      checks: [`redirect_uri ${callback}: accepted`, 'client other: known', known],
      findings: [],
    },
  },
  {
    name: 'refuses the scope in words of the redirect_uri',
    answers: (given) =>
      isClient(given)
        ? page(400, 'invalid_scope: the scope is not allowed for this redirect_uri')
        : page(400, 'unknown client'),
    told: { checks: [known], findings: [] },
  },
  { name: 'takes both', answers: named, told: { checks: accepted, findings: [], left: [], sent: asked } },
  {
    name: 'does not know the client',
    answers: named,
    asking: wrongId,
    told: {
      checks: ['client webb: unknown: 400 invalid_client: invalid_client: the client is unknown'],
      findings: ['client-unknown certain error'],
      left: ['the redirect_uris of client web: the client is unknown'],
      sent: [`webb ${callback}`, `random ${callback}`, 'webb random', `webb ${callback}`],
    },
  },
  {
    name: 'does not have the redirect_uri',
    answers: named,
    asking: wrongUri,
    told: {
      checks: [`redirect_uri ${slash}: refused: 400 The redirect_uri is not registered`, known],
      findings: ['redirect-uri-mismatch certain error'],
      sent: [`web ${slash}`, `random ${slash}`, 'web random', `web ${slash}`],
    },
  },
  {
    name: 'shows its login page, and refuses a random redirect_uri',
    answers: stubborn('Unknown client.', 'Invalid redirect URI.'),
    told: { checks: accepted, findings: [], left: [] },
  },
  {
    name: 'shows its login page to whoever comes',
    answers: () => page(200, '<form action="/login"></form>'),
    told: {
      checks: [],
      findings: [],
      left: [
        `redirect_uri ${callback} of client web: a random redirect_uri is answered in the same way: 200 Sign in`,
        'whether client web is known: the server answers a random client in the same way: 200 Sign in',
      ],
    },
  },
  {
    name: 'shows its login page to clients that it knows, whatever the redirect_uri',
    answers: (given) =>
      isClient(given) ? page(200, '<form action="/login"></form>') : page(400, 'Unknown client.'),
    told: {
      checks: [known],
      findings: [],
      left: [
        `redirect_uri ${callback} of client web: a random redirect_uri is answered in the same way: 200 Sign in`,
      ],
    },
  },
  {
    name: 'answers errors as pages with status 200',
    answers: stubborn('Unknown client.', 'The redirect URI is not registered.', 200),
    asking: wrongUri,
    told: {
      checks: [`redirect_uri ${slash}: refused: 200 The redirect URI is not registered`, known],
      findings: ['redirect-uri-mismatch certain error'],
    },
  },
  {
    name: 'answers errors as pages with status 200, and takes ours',
    answers: stubborn('Unknown client.', 'The redirect URI is not registered.', 200),
    told: { checks: accepted, findings: [], left: [] },
  },
  {
    name: 'redirects to an error page of its own',
    answers: (given) => {
      const error = isClient(given) ? 'Invalid+redirect_uri' : 'Unknown+client';
      return isClient(given) && isUri(given)
        ? back(given)
        : { status: 302, location: `/error?error=invalid_request&error_description=${error}` };
    },
    asking: wrongUri,
    told: {
      checks: [`redirect_uri ${slash}: refused: 302 invalid_request: Invalid redirect_uri`, known],
      findings: ['redirect-uri-mismatch certain error'],
    },
  },
  {
    name: 'redirects to one error page, whatever is wrong',
    answers: (given) =>
      isClient(given) && isUri(given) ? back(given) : { status: 302, location: '/error?id=4711' },
    asking: wrongUri,
    told: {
      checks: [],
      findings: [],
      left: [
        `redirect_uri ${slash} of client web: no control separates them: 302`,
        'whether client web is known: the server answers a random client in the same way: 302',
      ],
    },
  },
  {
    name: 'sends the error to whatever redirect_uri is asked for',
    answers: (given) => back(given),
    told: {
      checks: [],
      findings: [],
      left: [
        `redirect_uri ${callback} of client web: the server redirects to a random redirect_uri as well: 303 login_required`,
        'whether client web is known: the server answers a random client in the same way: 303 login_required',
      ],
    },
  },
  {
    name: 'answers in JSON',
    answers: (given, path) => {
      if (!isClient(given)) return json('invalid_client', 'Invalid client')(given, path);
      return isUri(given) ? back(given) : json('invalid_request', 'redirect_uri does not match')(given, path);
    },
    asking: wrongUri,
    told: {
      checks: [`redirect_uri ${slash}: refused: 400 invalid_request: redirect_uri does not match`, known],
      findings: ['redirect-uri-mismatch certain error'],
    },
  },
  {
    name: 'has invalid_client for both, and says which',
    answers: (given, path) => {
      if (!isClient(given)) return json('invalid_client', 'Invalid client: client is invalid')(given, path);
      return isUri(given)
        ? back(given)
        : json('invalid_client', 'Invalid client: `redirect_uri` does not match client value')(given, path);
    },
    asking: wrongUri,
    told: {
      checks: [
        `redirect_uri ${slash}: refused: 400 invalid_client: Invalid client: \`redirect_uri\` does not match client value`,
        known,
      ],
      findings: ['redirect-uri-mismatch certain error'],
    },
  },
  {
    name: 'posts the error by a form',
    answers: (given) =>
      isClient(given) && isUri(given)
        ? {
            status: 400,
            body: `<form method="post" action="${callback.replace('/callback', '&#x2F;callback')}"><input name='error' value='login_required'><input value="${given.get('state')}" name="state"></form>`,
          }
        : page(400, isClient(given) ? 'invalid_redirect_uri' : 'invalid_client'),
    told: { checks: accepted, findings: [], left: [] },
  },
  {
    name: 'refuses without a word what it knows apart',
    answers: (given) => {
      if (isClient(given) && isUri(given)) return back(given);
      return page(isClient(given) ? 400 : 403, 'That did not work.');
    },
    asking: wrongUri,
    told: {
      checks: [`redirect_uri ${slash}: refused: 400 Sign in`, known],
      findings: ['redirect-uri-mismatch likely error'],
    },
  },
  {
    name: 'refuses everything without a word',
    answers: () => page(400, 'That did not work.'),
    told: {
      checks: [],
      findings: [],
      left: [
        `redirect_uri ${callback} of client web: no control separates them: 400 Sign in`,
        'whether client web is known: the server answers a random client in the same way: 400 Sign in',
      ],
    },
  },
  {
    name: 'wants a parameter that is not sent',
    answers: (given) => page(400, isClient(given) ? 'resource is required' : 'invalid_client'),
    told: {
      checks: [known],
      findings: [],
      left: [
        `redirect_uri ${callback} of client web: the server refuses something else of the request: 400 Sign in`,
      ],
    },
  },
  {
    name: 'sends another error back',
    answers: (given) => (isClient(given) && isUri(given) ? back(given, 'invalid_scope') : page(400, 'No.')),
    told: { checks: accepted, findings: [], left: [] },
  },
];

describe('clients at an authorization server', () => {
  let origins: Origins;
  beforeEach(async () => {
    origins = await startOrigins();
  });
  afterEach(() => origins.close());

  const picked = (said: Said, told: Told): Told =>
    Object.fromEntries(Object.keys(told).map((key) => [key, said[key as keyof Told]]));

  for (const { name, answers, asking, told } of servers) {
    it(`that ${name}`, async () => {
      expect(picked(await ask(origins, answers, asking), told)).to.deep.equal(told);
    });
  }

  it('asks nothing but GET authorize with configured and random values, without cookie', async () => {
    await ask(origins, named);
    expect(origins.received.map(({ method, url }) => `${method} ${url.replace(/\?.*/, '')}`)).to.deep.equal(
      Array.from({ length: 3 }, () => 'GET /authorize'),
    );
    const names = origins.received.flatMap(({ headers }) => headers.map(([field]) => field.toLowerCase()));
    expect([...new Set(names)].sort()).to.deep.equal(['accept', 'connection', 'host', 'user-agent']);
    for (const { url } of origins.received)
      expect(new URL(url, login).searchParams.get('prompt')).to.equal('none');
  });

  it('has one random client for all clients of a server', async () => {
    const clients = {
      web: { client_id: 'web', redirect_uris: [callback] },
      other: { client_id: 'other', redirect_uris: [callback] },
    };
    const { sent, checks } = await ask(origins, named, { clients });
    expect(sent).to.deep.equal([...asked, `other ${callback}`, 'other random']);
    expect(checks).to.deep.equal([...accepted, `redirect_uri ${callback}: accepted`, 'client other: known']);
  });

  it('tells an unknown client without words by one that is known', async () => {
    const silent: Answering = (given) => (isClient(given) && isUri(given) ? back(given) : page(400, 'No.'));
    const { findings, checks } = await ask(origins, silent, beside);
    expect(findings).to.deep.equal(['client-unknown possible error']);
    expect(checks).to.deep.equal([
      `redirect_uri ${callback}: refused: 400 Sign in`,
      `redirect_uri ${callback}: accepted`,
      'client other: known',
    ]);
  });

  for (const [what, answer, why] of [
    ['429', { status: 429 }, 'it showed a stop sign: 429'],
    ['503', { status: 503 }, 'it answered 503'],
    [
      'a challenge',
      { status: 403, body: '<script src="/cdn-cgi/challenge-platform/x"></script>' },
      'it showed a stop sign: a challenge for browsers',
    ],
  ] as const) {
    it(`leaves a server alone that answers ${what}`, async () => {
      const redirect_uris = [callback, slash];
      const clients = { web: { client_id: 'web', redirect_uris }, other: { client_id: 'other' } };
      const { findings, left, sent } = await ask(origins, () => answer, { clients });
      expect(sent).to.deep.equal([`web ${callback}`]);
      expect(findings).to.deep.equal([]);
      expect(left.slice(-2)).to.deep.equal([
        `redirect_uris of client web: ${slash}: ${why}`,
        `whether client other is known: ${why}`,
      ]);
    });
  }

  it('says of a client without redirect_uris that it exists, and no more', async () => {
    const clients = { web: { client_id: 'web' }, gone: { client_id: 'gone' } };
    const { checks, findings, left, sent } = await ask(origins, named, { clients });
    expect(checks).to.deep.equal([
      known,
      'client gone: unknown: 400 invalid_client: invalid_client: the client is unknown',
    ]);
    expect(findings).to.deep.equal(['client-unknown certain error']);
    expect(left).to.deep.equal([]);
    expect(sent).to.deep.equal(['web random', 'random random', 'gone random', 'gone random']);
  });

  it('does not call a client unknown that a server refuses without words for its random redirect_uri', async () => {
    const machine: Asking = {
      clients: { web: { client_id: 'web', redirect_uris: [callback] }, machine: { client_id: 'other' } },
    };
    const answers: Answering = (given) =>
      isClient(given) && isUri(given) ? back(given) : { status: 403, body: '' };
    const { checks, findings, left } = await ask(origins, answers, machine);
    expect({ checks, findings, left }).to.deep.equal({
      checks: accepted,
      findings: [],
      left: ['whether client machine is known: no control separates them: 403'],
    });
  });

  it('sends nothing with --no-experiments', async () => {
    const { left, sent } = await ask(origins, named, { experiments: false });
    expect(sent).to.deep.equal([]);
    expect(left).to.deep.equal([
      'clients and their redirect_uris: nothing is asked with --no-experiments but what is published',
    ]);
  });

  it('keeps a code that comes back to itself, and says so', async () => {
    const answers: Answering = (given) =>
      isUri(given)
        ? { status: 302, location: `${callback}?code=SplxlOBeZQQYbYS6WxSbIA&state=${given.get('state')}` }
        : page(400, 'redirect_uri');
    const { findings, replayed } = await ask(origins, answers);
    expect(findings).to.deep.equal(['client.code certain warning']);
    expect(replayed.redactor.redact('SplxlOBeZQQYbYS6WxSbIA')).to.equal('[secret:code of web]');
  });

  it('keeps a code to itself that comes back to a control only', async () => {
    const answers: Answering = (given) =>
      isUri(given)
        ? back(given)
        : {
            status: 302,
            location: `${given.get('redirect_uri')}?code=aJ4kd92lmQwX&state=${given.get('state')}`,
          };
    const { replayed } = await ask(origins, answers);
    expect(replayed.redactor.redact('aJ4kd92lmQwX')).to.equal('[secret:code of web]');
  });

  it('takes native redirect_uris as they are', async () => {
    const own = ['com.example.app:/callback', 'http://127.0.0.1/callback'];
    const answers: Answering = (given) =>
      own.includes(given.get('redirect_uri') ?? '') ? back(given) : page(400, 'redirect_uri');
    const clients = { web: { client_id: 'web', redirect_uris: own } };
    const { checks } = await ask(origins, answers, { clients });
    expect(checks.slice(0, 2)).to.deep.equal(own.map((uri) => `redirect_uri ${uri}: accepted`));
  });

  it('looks for a near variant where that is allowed, and only there', async () => {
    const environment = { experiments: { allow: ['A0', 'redirect-uri-variants'] } };
    const { replayed, sent } = await ask(origins, named, { ...wrongUri, environment });
    expect(sent).to.deep.equal([
      ...asked.map((each) => each.replace(callback, slash)),
      `web ${callback}`,
      `web ${slash}`,
    ]);
    const [finding] = replayed.jobs.flatMap(({ steps }) => steps.flatMap(({ findings }) => findings));
    expect(finding?.fix).to.equal(
      `Registered is probably ${callback} (differs in a slash at the end): register exactly ${slash}, or write that one at environments.production.clients.web.redirect_uris.`,
    );
    expect(finding?.certainty).to.equal('proven');
    expect(finding?.experiments.map(({ id, class: kind, exchange }) => [id, kind, exchange])).to.deep.equal([
      ['redirect-uri-variants', 'C', 3],
      ['repeat-baseline', 'A0', 4],
    ]);
  });

  it('says how near variants are looked for where that is not allowed', async () => {
    const { left, sent } = await ask(origins, named, wrongUri);
    expect(sent).to.have.lengthOf(4);
    expect(left).to.deep.equal([
      `near variants of redirect_uri ${slash} of client web: it looks like somebody trying callbacks, and is only done where it is allowed`,
    ]);
  });

  const staging = (client_id: string) => ({
    staging: { issuers: { main: 'https://login.staging.example.test' }, clients: { web: { client_id } } },
  });

  it('names an unknown client that is one of staging', async () => {
    const clients = { web: { client_id: 'web-staging', redirect_uris: [callback] } };
    const { findings, sent } = await ask(origins, named, { clients, others: staging('web-staging') });
    expect(findings).to.deep.equal(['environment-mixup likely error']);
    expect(sent).to.have.lengthOf(4);
  });

  it('does not call it so where the same id is used everywhere', async () => {
    const { findings } = await ask(origins, named, { ...wrongId, others: staging('webb') });
    expect(findings).to.deep.equal(['client-unknown certain error']);
  });
});
