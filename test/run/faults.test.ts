import { expect } from 'chai';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import type { Json, JsonMap } from '../../src/model.ts';
import { causes, type Replayed, replay } from '../support/replay.ts';
import { startWorld, type World } from '../support/token-world.ts';

describe('faults', () => {
  let world: World;
  beforeEach(async () => {
    world = await startWorld();
  });
  afterEach(() => world.close());

  const run = (steps: readonly JsonMap[], environment = 'staging', over: JsonMap = {}): Promise<Replayed> =>
    replay({
      origins: world.origins,
      project: { ...world.project, ...over },
      secrets: world.secrets,
      clock: world.clock,
      environments: [environment],
      scenarios: { 'a.yml': { steps: steps as Json[] } },
    });
  const wrong = (fault: Json, status: number, more: JsonMap = {}): JsonMap => ({
    name: 'wrong',
    GET: '/orders',
    credential: { name: 'reader', fault },
    expect: { status },
    ...more,
  });
  const statuses = (replayed: Replayed): string[] =>
    replayed.jobs.flatMap(({ steps }) => steps.map(({ name, status }) => `${name} ${status}`));
  /** Authorization fields that the API got. */
  const sent = (site = world.staging): string[][] =>
    world.origins.received
      .filter(({ origin }) => origin === site.api)
      .map(({ headers }) =>
        headers.filter(([name]) => name.toLowerCase() === 'authorization').map(([, value]) => value),
      );
  const bearerOf = (fields: readonly string[] | undefined): string =>
    fields?.[0]?.replace(/^Bearer /, '') ?? '';

  it('sends no credential at all', async () => {
    const replayed = await run([
      wrong('missing', 401, { expect: { status: 401, challenge: { scheme: 'Bearer' } } }),
    ]);
    expect(statuses(replayed)).to.deep.equal(['wrong passed']);
    expect(sent()).to.deep.equal([[]]);
    expect(world.staging.asked).to.deep.equal([]);
  });

  it('sends the scheme without a token', async () => {
    const replayed = await run([wrong('malformed_header', 400)]);
    expect(statuses(replayed)).to.deep.equal(['wrong passed']);
    expect(sent()).to.deep.equal([['Bearer']]);
  });

  it('cuts the token, tampers with its signature, takes its algorithm away', async () => {
    const steps = ['malformed_token', 'tampered_signature', 'alg_none'].map((fault) =>
      wrong(fault, 401, { name: fault, expect: { status: 401, challenge: { error: 'invalid_token' } } }),
    );
    const replayed = await run([...steps, { name: 'sound', GET: '/orders', credential: 'reader' }]);
    expect(statuses(replayed)).to.deep.equal([
      'malformed_token passed',
      'tampered_signature passed',
      'alg_none passed',
      'sound passed',
    ]);
    const [cut, tampered, none, sound] = sent().map(bearerOf) as [string, string, string, string];
    const [header, claims, signature = ''] = sound.split('.');
    expect(cut).to.equal(`${header}.${claims}`);
    expect(tampered.startsWith(`${header}.${claims}.`)).to.equal(true);
    const bytes = (text: string): Buffer => Buffer.from(text, 'base64url');
    expect(bytes(tampered.split('.')[2] ?? '').equals(bytes(signature))).to.equal(false);
    expect(decodeProtectedHeader(none)).to.deep.equal({ alg: 'none', typ: 'at+jwt' });
    expect(none.split('.').slice(1)).to.deep.equal([claims, '']);
    expect(world.staging.asked.length).to.equal(1);
  });

  it('sends another scheme, and the field twice', async () => {
    const replayed = await run([
      wrong('wrong_scheme', 401, { name: 'scheme' }),
      wrong('duplicate', 400, { name: 'twice' }),
      {
        name: 'basic',
        GET: '/basic',
        credential: { name: 'legacy', fault: 'wrong_scheme' },
        expect: { status: 401 },
      },
      { name: 'sound', GET: '/basic', credential: 'legacy' },
    ]);
    expect(statuses(replayed)).to.deep.equal([
      'scheme passed',
      'twice passed',
      'basic passed',
      'sound passed',
    ]);
    const [scheme, twice, basic, sound] = sent();
    expect(scheme?.[0]).to.equal(twice?.[0]?.replace('Bearer', 'Basic'));
    expect(twice).to.deep.equal([twice?.[0], twice?.[0]]);
    expect(basic?.[0]).to.equal(sound?.[0]?.replace('Basic', 'Bearer'));
  });

  it('asks for a token with another audience, and for one without a scope', async () => {
    const replayed = await run([
      wrong('wrong_audience', 401, { name: 'audience' }),
      wrong({ wrong_audience: 'https://billing.example.test' }, 401, { name: 'named audience' }),
      wrong({ without_scope: 'orders:write' }, 403, { name: 'scope', GET: '/write' }),
      { name: 'sound', GET: '/write', credential: 'reader' },
    ]);
    expect(statuses(replayed)).to.deep.equal([
      'audience passed',
      'named audience passed',
      'scope passed',
      'sound passed',
    ]);
    const tokens = sent().map((fields) => decodeJwt(bearerOf(fields)));
    expect(tokens.map(({ aud, ['scope']: scope }) => [aud, scope])).to.deep.equal([
      ['https://another-audience.invalid', 'orders:read orders:write'],
      ['https://billing.example.test', 'orders:read orders:write'],
      ['https://api.staging.example.test', 'orders:read'],
      ['https://api.staging.example.test', 'orders:read orders:write'],
    ]);
  });

  it('says that the fault cannot be made where the authorization server gives what is right all the same', async () => {
    world.staging.careless = true;
    const audience = await run([wrong('wrong_audience', 401)]);
    expect(audience.jobs[0]?.steps[0]?.checks.map(({ kind, actual }) => [kind, actual])).to.deep.equal([
      [
        'token',
        'The fault "wrong_audience" cannot be made: credential "reader" gets a token for https://api.staging.example.test whatever is asked for.',
      ],
    ]);
    const scope = await run([wrong({ without_scope: 'orders:write' }, 403)]);
    expect(scope.jobs[0]?.steps[0]?.checks.map(({ actual }) => actual)).to.deep.equal([
      'The fault "without_scope" cannot be made: credential "reader" gets a token with the scope orders:write without asking for it.',
    ]);
    expect(sent()).to.deep.equal([]);
    expect(
      [audience, scope].map((each) => [each.jobs[0]?.steps[0]?.status, each.finished.exitCode]),
    ).to.deep.equal([
      ['errored', 3],
      ['errored', 3],
    ]);
  });

  it('sends the token of another environment, and finds the mixup that is expected', async () => {
    const replayed = await run(
      [
        wrong({ other_environment: 'staging' }, 401, {
          writes: true,
          expect: {
            status: 401,
            challenge: { scheme: 'Bearer', error: 'invalid_token' },
            cause: 'environment-mixup',
          },
        }),
        { name: 'sound', GET: '/orders', credential: 'reader' },
      ],
      'production',
    );
    expect(statuses(replayed)).to.deep.equal(['wrong passed', 'sound passed']);
    expect(
      replayed.jobs[0]?.steps[0]?.findings.map(({ cause, severity, expected }) => [
        cause,
        severity,
        expected,
      ]),
    ).to.deep.equal([['environment-mixup', 'info', true]]);
    const issuers = sent(world.production).map((fields) => decodeJwt(bearerOf(fields)).iss);
    expect(issuers).to.deep.equal([
      'https://login.staging.example.test',
      'https://login.production.example.test',
    ]);
    expect(sent(world.staging)).to.deep.equal([]);
  });

  it('waits until a token is over, where that is not long', async () => {
    world.staging.lifetime = 20;
    const replayed = await run([
      wrong('expired', 401, { expect: { status: 401, challenge: { error: 'invalid_token' } } }),
      { name: 'sound', GET: '/orders', credential: 'reader' },
    ]);
    expect(statuses(replayed)).to.deep.equal(['wrong passed', 'sound passed']);
    expect(world.clock.slept()).to.equal(21_000);
    expect(world.staging.asked.length).to.equal(2);
  });

  it('does not wait for long', async () => {
    const replayed = await run([wrong('expired', 401)]);
    expect(replayed.jobs[0]?.steps[0]?.checks.map(({ actual }) => actual)).to.deep.equal([
      'The fault "expired" cannot be made: credential "reader" gets a token that is good for 300 s more, and a run waits for 60 s at most.',
    ]);
    expect(world.clock.slept()).to.equal(0);
    expect(sent()).to.deep.equal([]);
  });

  it('sends a token that was kept, and shows it nowhere', async () => {
    const kept = 'eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjE3MDAwMDAwMDB9.bm90LWEtc2lnbmF0dXJl';
    const replayed = await replay({
      origins: world.origins,
      project: world.project,
      secrets: { ...world.secrets, KEPT: kept },
      clock: world.clock,
      environments: ['staging'],
      scenarios: { 'a.yml': { steps: [wrong({ expired: { token: '${secret.KEPT}' } }, 401)] } },
    });
    expect(statuses(replayed)).to.deep.equal(['wrong passed']);
    expect(sent()).to.deep.equal([[`Bearer ${kept}`]]);
    expect(JSON.stringify(replayed.events)).not.to.include(kept);
  });

  it('shows no token that was made wrong', async () => {
    const replayed = await run([
      wrong('tampered_signature', 401, { name: 'tampered' }),
      wrong('alg_none', 401, { name: 'none' }),
      wrong('malformed_token', 401, { name: 'cut' }),
    ]);
    const told = JSON.stringify(replayed.events);
    for (const fields of sent()) expect(told).not.to.include(bearerOf(fields));
    expect(
      replayed.jobs[0]?.steps.map(
        ({ exchanges }) =>
          exchanges.at(-1)?.hops[0]?.request.headers.find(([name]) => name === 'Authorization')?.[1],
      ),
    ).to.deep.equal([
      'Bearer [secret:reader tampered_signature]',
      'Bearer [secret:reader alg_none]',
      'Bearer [secret:reader malformed_token]',
    ]);
  });

  it('finds a fault that is accepted, certain, with what a correct server answers', async () => {
    world.staging.blind = true;
    const replayed = await run([wrong('alg_none', 401)]);
    expect(replayed.finished.exitCode).to.equal(1);
    const [finding, ...more] = replayed.jobs[0]?.steps[0]?.findings ?? [];
    expect(more).to.deep.equal([]);
    expect({ ...finding, fix: finding?.fix.split('. ')[0] }).to.deep.equal({
      cause: 'fault-accepted',
      check: null,
      environment: 'staging',
      severity: 'error',
      expected: false,
      certainty: 'certain',
      summary:
        'https://api.staging.example.test accepted the fault "alg_none" of credential "reader": it was sent the claims of the token without a signature (alg none), and answered 200.',
      hop: 1,
      evidence: [
        { hop: 1, field: 'answer', seen: '200 OK' },
        { hop: 1, field: 'fault', seen: 'reader: alg_none' },
      ],
      experiments: [],
      fix: 'A correct server answers 401 with the challenge error invalid_token',
      fixSource: null,
      references: ['RFC 8725 section 3.1', 'RFC 6750 section 3.1'],
      alternatives: [],
    });
    expect(world.origins.received.length).to.equal(2);
  });

  it('takes an accepted fault that is expected for no error', async () => {
    world.staging.blind = true;
    const replayed = await run([wrong('missing', 200, { expect: { status: 200, cause: 'fault-accepted' } })]);
    expect(statuses(replayed)).to.deep.equal(['wrong passed']);
    expect(replayed.finished.exitCode).to.equal(0);
  });

  it('is not certain where a cache answered, nor where the credential was lost on the way', async () => {
    await world.origins.serve('https://cache.staging.example.test', (_, response) =>
      response.writeHead(200, { age: '7' }).end(),
    );
    await world.origins.serve('https://open.staging.example.test', (_, response) =>
      response.writeHead(200).end(),
    );
    await world.origins.serve('https://entry.staging.example.test', (_, response) =>
      response.writeHead(302, { location: 'https://open.staging.example.test/' }).end(),
    );
    const environments = world.project['environments'] as Record<string, JsonMap>;
    const origins = {
      api: world.staging.api,
      cache: 'https://cache.staging.example.test',
      open: 'https://open.staging.example.test',
      entry: 'https://entry.staging.example.test',
    };
    const over = { environments: { staging: { ...environments['staging'], origins } } };
    const cached = await run([wrong('tampered_signature', 401, { GET: 'cache:/' })], 'staging', over);
    expect(causes(cached)).to.deep.equal({ 'staging: wrong': ['fault-accepted likely'] });
    const lost = await run([wrong('tampered_signature', 401, { GET: 'entry:/' })], 'staging', over);
    expect(Object.values(causes(lost)).flat().join()).not.to.include('fault-accepted');
  });

  it('never renews, and leaves the sound credential alone', async () => {
    const replayed = await run([
      wrong('tampered_signature', 401, { expect: { status: [401] } }),
      {
        name: 'refused',
        GET: '/basic',
        credential: { name: 'legacy', fault: 'malformed_header' },
        expect: { status: 401 },
      },
      { name: 'basic', GET: '/basic', credential: 'legacy' },
      { name: 'sound', GET: '/orders', credential: 'reader' },
    ]);
    expect(statuses(replayed)).to.deep.equal([
      'wrong passed',
      'refused passed',
      'basic passed',
      'sound passed',
    ]);
    expect(world.staging.asked.length).to.equal(1);
  });

  it('is not helped by a session that a sound request began, and does not end it', async () => {
    let seen: string[] = [];
    await world.origins.serve('https://shop.staging.example.test', (request, response) => {
      const cookie = request.headers.find(([name]) => name.toLowerCase() === 'cookie')?.[1] ?? '';
      seen = [...seen, cookie];
      const known = cookie === 'sid=1' || /^Bearer [^.]+\.[^.]+\.[^.]+$/.test(bearerField(request.headers));
      response
        .writeHead(known ? 200 : 401, known ? { 'set-cookie': 'sid=1' } : { 'set-cookie': 'sid=; Max-Age=0' })
        .end();
    });
    const bearerField = (headers: readonly (readonly [string, string])[]): string =>
      headers.find(([name]) => name.toLowerCase() === 'authorization')?.[1] ?? '';
    const environments = world.project['environments'] as Record<string, JsonMap>;
    const origins = { api: world.staging.api, shop: 'https://shop.staging.example.test' };
    const over = { environments: { staging: { ...environments['staging'], origins } } };
    const replayed = await run(
      [
        { name: 'sound', GET: 'shop:/', credential: 'reader' },
        wrong('malformed_token', 401, { GET: 'shop:/' }),
        { name: 'again', GET: 'shop:/', credential: 'none' },
      ],
      'staging',
      over,
    );
    expect(statuses(replayed)).to.deep.equal(['sound passed', 'wrong passed', 'again passed']);
    expect(seen).to.deep.equal(['', '', 'sid=1']);
  });

  it('says nothing to the diagnosis of later steps', async () => {
    const replayed = await run([
      wrong('tampered_signature', 401),
      { name: 'later', GET: '/write', credential: { name: 'reader', renew: true }, expect: { status: 201 } },
    ]);
    expect(statuses(replayed)).to.deep.equal(['wrong passed', 'later failed']);
    expect(causes(replayed)).to.deep.equal({});
  });

  it('makes one of several credentials wrong', async () => {
    const replayed = await run([
      wrong('missing', 401, { credential: ['gateway', { name: 'reader', fault: 'missing' }] }),
    ]);
    expect(statuses(replayed)).to.deep.equal(['wrong passed']);
    const received = world.origins.received.find(({ origin }) => origin === world.staging.api);
    expect(received?.headers.filter(([name]) => /^(x-gateway-key|authorization)$/i.test(name))).to.deep.equal(
      [['x-gateway-key', world.secrets['API_KEY']]],
    );
  });
});
