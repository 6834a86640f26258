import { expect } from 'chai';
import { diagnose } from '../../src/diagnose/diagnose.ts';
import type { Probe } from '../../src/diagnose/experiments/experiment.ts';
import type { Subject } from '../../src/diagnose/subject.ts';
import type { Exchange } from '../../src/model.ts';
import { client, exchange, type HopSpec, now, rightClaims, subject, use } from './subjects.ts';

const challenge = (text: string): HopSpec => ({ headers: [['WWW-Authenticate', text]] });
const bare: HopSpec = challenge('Bearer realm="api"');

/** Answers of a server to what experiments ask; what is not given must not be asked. */
function probe(answers: {
  repeat?: HopSpec[];
  without?: HopSpec;
  direct?: HopSpec;
  authorize?: (client_id: string, redirect_uri: string) => HopSpec;
}): Probe & { asked: string[] } {
  const asked: string[] = [];
  const sent: Exchange[] = [];
  const one = async (name: string, hops: HopSpec[] | undefined): Promise<Exchange> => {
    asked.push(name);
    if (!hops) throw new Error(`${name} was asked`);
    const made = exchange(hops, []);
    sent.push(made);
    return made;
  };
  return {
    asked,
    repeat: () => one('repeat', answers.repeat),
    vary(change) {
      if (change.kind === 'directly')
        return one(`direct ${change.url}`, answers.direct && [{ url: change.url, ...answers.direct }]);
      if (change.kind !== 'without-credential') throw new Error(`${change.kind} was asked`);
      return one('without', answers.without && [{ sent: [], ...answers.without }]);
    },
    echo: () => Promise.reject(new Error('an echo was asked for')),
    authorize: (client_id, redirect_uri) =>
      one(
        `authorize ${client_id.replace(/^why401-.*/, 'random')}`,
        answers.authorize && [answers.authorize(client_id, redirect_uri)],
      ),
    fresh: () => Promise.reject(new Error('a fresh token was asked for')),
    ask: () => Promise.reject(new Error('the authorization server was asked')),
    random: () => 'r4nd0m',
    take: () => sent.splice(0),
  };
}

async function explain(about: Subject, answers: Parameters<typeof probe>[0] = {}, experiments = true) {
  const asking = probe(answers);
  const { findings } = await diagnose(
    about,
    {
      probe: asking,
      experiments,
      spend: () => true,
      below: async (failing) => ({ ...subject({}), failing, hop: failing.hops[0] ?? about.hop }),
    },
    1,
  );
  return {
    findings,
    first: findings.map(({ cause, certainty }) => `${cause} ${certainty}`),
    asked: asking.asked,
  };
}

describe('diagnose', () => {
  const redirected: HopSpec[] = [
    {
      url: 'http://api.example.test/orders',
      status: 301,
      headers: [['Location', 'https://api.example.test/orders']],
    },
    {
      url: 'https://api.example.test/orders',
      sent: [],
      dropped: [{ header: 'authorization', rule: 'origin-changed' }],
      ...bare,
    },
  ];

  it('proves a dropped header by A-B-A', async () => {
    const result = await explain(subject({ hops: redirected }), {
      direct: { status: 200 },
      repeat: redirected,
    });
    expect(result.first).to.deep.equal(['credentials-dropped-on-redirect proven']);
    expect(result.asked).to.deep.equal(['direct https://api.example.test/orders', 'repeat']);
  });

  it('does not call it proven when the baseline does not repeat', async () => {
    const result = await explain(subject({ hops: redirected }), {
      direct: { status: 200 },
      repeat: [{ status: 200 }],
    });
    expect(result.first).to.deep.equal(['credentials-dropped-on-redirect likely']);
  });

  it('does not prove by an answer that is older than the failure', async () => {
    const about = subject({ hops: redirected });
    const later = now + 60_000;
    const hop = { ...about.hop, clock: { sent: later, received: later } };
    const result = await explain({ ...about, hop }, { direct: { status: 200 } });
    expect(result.first).to.deep.equal(['credentials-dropped-on-redirect likely']);
    expect(result.asked).to.deep.equal(['direct https://api.example.test/orders']);
  });

  it('takes an answer that is no refusal for no second fault', async () => {
    const result = await explain(subject({ hops: redirected }), { direct: { status: 404 } });
    expect(result.first).to.deep.equal(['credentials-dropped-on-redirect likely']);
    expect(result.findings[0]?.experiments.map(({ observed }) => observed)).to.deep.equal(['404']);
  });

  it('tells the second fault below a drop', async () => {
    const expired = use({ ...rightClaims, exp: now / 1000 - 240 });
    const told = challenge(
      'Bearer error="invalid_token", error_description="\\"exp\\" claim timestamp check failed"',
    );
    const about = subject({ hops: redirected, uses: [expired] });
    const asking = probe({ direct: told });
    const below = subject({ hops: [told], uses: [expired] });
    const { findings } = await diagnose(
      about,
      { probe: asking, experiments: true, spend: () => true, below: async () => below },
      1,
    );
    expect(findings.map(({ cause, certainty }) => `${cause} ${certainty}`)).to.deep.equal([
      'credentials-dropped-on-redirect likely',
      'token-expired likely',
    ]);
  });

  const expired = use({ ...rightClaims, exp: now / 1000 - 240 });
  const saysExpired = challenge('Bearer error="invalid_token", error_description="The access token expired"');

  it('is certain of an expired token where the text, the arithmetic and arrival agree', async () => {
    const result = await explain(subject({ hops: [saysExpired], uses: [expired] }), { without: bare });
    expect(result.first).to.deep.equal(['token-expired certain']);
    expect(result.findings[0]?.summary).to.equal(
      'The access token of credential "reader" expired 4 min before it was used (exp 2026-11-24T11:56:00.000Z).',
    );
  });

  it('is not certain of the one fault where a second fact speaks of another', async () => {
    const foreign = use({ ...rightClaims, exp: now / 1000 - 240, iss: 'https://login.elsewhere.test' });
    const result = await explain(subject({ hops: [saysExpired], uses: [foreign] }), { without: bare });
    expect(result.first).to.deep.equal(['token-expired likely']);
    expect(result.findings[0]?.evidence.map(({ field }) => field)).to.include('token iss');
  });

  it('is not certain where a server says "expired" to everybody', async () => {
    const result = await explain(subject({ hops: [saysExpired], uses: [expired] }), { without: saysExpired });
    expect(result.first).to.deep.equal(['token-expired likely']);
  });

  it('does not believe a pasted "expired" while exp is in the future', async () => {
    const result = await explain(subject({ hops: [saysExpired] }), { without: bare });
    expect(result.findings[0]?.certainty).to.equal('possible');
  });

  it('says at most likely from the arithmetic alone', async () => {
    const result = await explain(subject({ hops: [bare], uses: [expired] }), { without: bare });
    expect(result.first).to.deep.equal(['token-expired likely']);
  });

  it('names the environment whose token it is', async () => {
    const foreign = use({ ...rightClaims, iss: 'https://login.staging.example.test' });
    const hops = [challenge('Bearer error="invalid_token", error_description="Unexpected \'iss\' value"')];
    const keys = [
      { environment: 'production', issuer: 'https://login.example.test', verdict: 'unknown-key' as const },
      { environment: 'staging', issuer: 'https://login.staging.example.test', verdict: 'verified' as const },
    ];
    const result = await explain(subject({ hops, uses: [foreign], keys }), { without: bare });
    expect(result.first).to.deep.equal(['environment-mixup certain']);
  });

  it('is not certain of a foreign issuer that no environment has', async () => {
    const foreign = use({ ...rightClaims, iss: 'https://login.elsewhere.test' });
    const result = await explain(subject({ hops: [bare], uses: [foreign] }), { without: bare });
    expect(result.first).to.deep.equal(['issuer-mismatch likely']);
  });

  it('is certain of a missing scope that the challenge names and the token lacks', async () => {
    const hops = [{ status: 403, ...challenge('Bearer error="insufficient_scope", scope="orders:write"') }];
    const result = await explain(subject({ hops }), { without: bare });
    expect(result.first).to.deep.equal(['scope-missing certain']);
  });

  it('doubts insufficient_scope where the token holds the scope', async () => {
    const hops = [{ status: 403, ...challenge('Bearer error="insufficient_scope", scope="orders:read"') }];
    const result = await explain(subject({ hops }), { without: bare });
    expect(result.findings.map(({ certainty }) => certainty)).to.deep.equal(['possible']);
  });

  it('sees a Basic gate by its challenge and by the sibling environment', async () => {
    const basic = challenge('Basic realm="Restricted"');
    const siblings = [
      { environment: 'staging', status: 200, schemesSent: ['bearer'], schemesChallenged: [], passed: true },
    ];
    const result = await explain(subject({ hops: [basic], siblings }), { without: basic });
    expect(result.first).to.deep.equal(['basic-shadow likely']);
  });

  it('keeps both readings of a Basic challenge without a sibling', async () => {
    const basic = challenge('Basic realm="Restricted"');
    const result = await explain(subject({ hops: [basic] }), { without: basic });
    expect(result.first).to.deep.equal(['basic-shadow possible']);
    expect(result.findings[0]?.alternatives.map(({ cause }) => cause)).to.deep.equal(['scheme-mismatch']);
  });

  it('is certain that nothing was sent only where the step wrote nothing that may be a credential', async () => {
    const asked = challenge('Bearer realm="api"');
    const nothing = subject({ hops: [{ ...asked, sent: [['Accept', '*/*']] }], uses: [] });
    const key = subject({ hops: [{ ...asked, sent: [['X-Api-Key', 'k']] }], uses: [] });
    expect((await explain(nothing, {})).first).to.deep.equal(['credentials-missing certain']);
    const result = await explain(key, {});
    expect(result.first).to.deep.equal(['api-key-invalid possible']);
    expect(result.findings[0]?.alternatives.map(({ cause }) => cause)).to.include('credentials-missing');
  });

  it('names candidates where nothing decides', async () => {
    const result = await explain(subject({ hops: [bare] }), { without: bare });
    expect(result.first).to.deep.equal(['credentials-stripped-by-proxy possible']);
    expect(result.findings[0]?.alternatives.map(({ cause }) => cause)).to.deep.equal([
      'audience-mismatch',
      'token-revoked',
      'issuer-mismatch',
      'key-unknown',
      'jwks-unavailable',
    ]);
  });

  const web = client('web-production', 'https://login.example.test');
  const refused: HopSpec = { status: 401, body: '{"error":"invalid_client"}' };
  const page = (text: string): HopSpec => ({
    status: 400,
    headers: [['Content-Type', 'text/html']],
    body: text,
  });

  it('tells an unknown client from a wrong secret', async () => {
    const unknown = await explain(subject({ stage: 'token', hops: [refused], uses: [], client: web }), {
      authorize: () => page('invalid_client'),
    });
    expect(unknown.first).to.deep.equal(['client-unknown likely']);
    const known = await explain(subject({ stage: 'token', hops: [refused], uses: [], client: web }), {
      authorize: (client_id) =>
        page(client_id === 'web-production' ? 'invalid_redirect_uri' : 'invalid_client'),
    });
    expect(known.first).to.deep.equal(['client-secret-wrong likely']);
    expect(known.asked).to.deep.equal(['authorize web-production', 'authorize random']);
  });

  it('says whose client it is that the server does not know', async () => {
    const foreign = client('web-staging', 'https://login.example.test');
    const about = subject({ stage: 'token', hops: [refused], uses: [], client: foreign });
    const result = await explain(about, { authorize: () => page('invalid_client') });
    expect(result.findings[0]?.summary).to.equal(
      'The authorization server https://login.example.test answered 401 (invalid_client): it does not know client web-staging; it is a client of staging.',
    );
    expect(result.findings[0]?.alternatives.map(({ cause }) => cause)).to.deep.equal([
      'client-disabled',
      'environment-mixup',
    ]);
  });

  it('needs a client that is known where the page does not say which part is refused', async () => {
    const about = subject({ stage: 'token', hops: [refused], uses: [], client: web });
    const other = { ...client('good-client', 'https://login.example.test'), name: 'good' };
    const obtained = { at: now, client: 'good', issuer: 'main', scope: null, expiresAt: null };
    const past = [
      {
        environment: 'production',
        job: 'a.yml a',
        sameJob: false,
        step: 'read',
        passed: true,
        exchange: exchange([{ status: 200 }], [use(null, { obtained })]),
      },
    ];
    const environment = {
      ...about.environment,
      clients: new Map([...about.environment.clients, ['good', other]]),
      experiments: { allow: new Set(['A0', 'A']), budget: 6, origins: new Set<string>() },
    };
    const answers = { authorize: (id: string) => page(id === 'good-client' ? 'Please go on' : 'Sorry') };
    const beside = async (text: string): Promise<string[]> => {
      const authorize = (id: string): HopSpec =>
        id === 'good-client'
          ? { status: 302, headers: [['Location', 'https://app.example.test/callback']] }
          : page(text);
      return (await explain({ ...about, environment, past }, { authorize })).first;
    };
    expect(await beside('Sorry, this does not exist')).to.deep.equal(['client-unknown likely']);
    const alike = await explain({ ...about, environment, past }, { authorize: () => page('Sorry') });
    expect(alike.findings[0]?.certainty).to.equal('possible');
    expect(alike.asked).to.deep.equal([
      'authorize web-production',
      'authorize random',
      'authorize good-client',
    ]);
    const without = await explain({ ...about, environment }, answers);
    expect(without.findings[0]?.certainty).to.equal('possible');
  });

  it('is undecided where no control separates', async () => {
    const result = await explain(subject({ stage: 'token', hops: [refused], uses: [], client: web }), {
      authorize: () => page('Something went wrong'),
    });
    expect(result.findings[0]?.certainty).to.equal('possible');
  });

  it('does not take pages that differ by noise for two kinds of client', async () => {
    let served = 0;
    const authorize = (): HopSpec => page(`Sorry. ${['alpha', 'beta', 'gamma'][served++] ?? ''}`);
    const result = await explain(subject({ stage: 'token', hops: [refused], uses: [], client: web }), {
      authorize,
    });
    expect(result.findings[0]?.certainty).to.equal('possible');
    expect(result.findings[0]?.experiments.map(({ observed }) => observed)).to.deep.equal([
      'client web-production: 400; random client: 400: no control separates them',
    ]);
  });

  it('is certain of a redirect_uri that the server names and the controls show', async () => {
    const url =
      'https://login.example.test/auth?client_id=web-production&redirect_uri=https%3A%2F%2Fapp.example.test%2Fcallback';
    const about = subject({
      stage: 'authorization',
      hops: [{ url, ...page('invalid_redirect_uri') }],
      uses: [],
      client: web,
    });
    const result = await explain(about, {
      authorize: (client_id) =>
        page(client_id === 'web-production' ? 'invalid_redirect_uri' : 'invalid_client'),
    });
    expect(result.first).to.deep.equal(['redirect-uri-mismatch certain']);
  });

  it('asks nothing when experiments are off', async () => {
    const result = await explain(subject({ hops: redirected }), {}, false);
    expect(result.first).to.deep.equal(['credentials-dropped-on-redirect likely']);
    expect(result.asked).to.deep.equal([]);
  });
});
