import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { diagnose } from '../../src/diagnose/diagnose.ts';
import { redirectLoopFinding } from '../../src/diagnose/redirect-loop.ts';
import type { Finding } from '../../src/model.ts';
import { why401 } from '../support/command.ts';
import { about, type HopParts } from './explain-subjects.ts';
import { step } from './subjects.ts';

const to = (url: string, location: string, more: HopParts = {}): HopParts => ({
  url,
  status: 301,
  headers: [['Location', location], ...(more.headers ?? [])],
  ...(more.cookies ? { cookies: more.cookies } : {}),
});
const told = (finding: Finding | null) =>
  finding && {
    cause: finding.cause,
    certainty: finding.certainty,
    summary: finding.summary,
    seen: finding.evidence.map(({ hop, field, seen }) => `${hop} ${field} ${seen}`),
    fix: finding.fix,
    alternatives: finding.alternatives.map(({ cause }) => cause),
  };
const http = 'http://api.example.test/orders';
const https = 'https://api.example.test/orders';

const schemeUnknown =
  'TLS ends at a proxy in front of the server that redirects, which takes each request for http, as it is not told the scheme';

describe('redirectLoopFinding', () => {
  it('shows a circle of two schemes hop by hop', () => {
    const subject = about({
      hops: [to(http, https), to(https, http)],
      stopped: { reason: 'loop', location: http },
    });
    expect(told(redirectLoopFinding(subject))).to.deep.equal({
      cause: 'redirect-loop',
      certainty: 'certain',
      summary: `The redirects go in a circle: ${http} to ${https} to ${http}.`,
      seen: [
        `1 redirect GET ${http} answered 301 to ${https}`,
        `2 redirect GET ${https} answered 301 to ${http}`,
        `2 likely ${schemeUnknown}`,
        '2 since http is sent to https, and https comes back to http',
      ],
      fix: 'Let the proxy that ends TLS send X-Forwarded-Proto: https (proxy_set_header X-Forwarded-Proto $scheme in nginx), and let the application trust it (SECURE_PROXY_SSL_HEADER in Django, trust proxy in Express); or leave the redirect to https to the proxy.',
      alternatives: [],
    });
  });

  it('names the likely reason where https is sent to https, and who answers the same step', () => {
    const sibling = { status: 200, schemesSent: [], schemesChallenged: [], passed: true };
    const subject = about({
      hops: [to(https, https)],
      stopped: { reason: 'loop', location: https },
      siblings: [{ ...sibling, environment: 'staging' }],
    });
    expect(told(redirectLoopFinding(subject))).to.deep.include({
      certainty: 'certain',
      seen: [
        `1 redirect GET ${https} answered 301 to ${https}`,
        `1 likely ${schemeUnknown}`,
        `1 since ${https} was asked over https, and is sent to https once more; staging answers the same step`,
      ],
    });
  });

  it('names the cookie that a redirect to the same URL waits for, where it is refused', () => {
    const refused = {
      sent: [],
      set: [],
      refused: [
        {
          name: 'session',
          rule: 'secure-from-http',
          section: '',
          reason: 'It is Secure and came over plain http.',
        },
      ],
    };
    const subject = about({
      hops: [to(http, '/orders', { headers: [['Set-Cookie', 'session=x; Secure']], cookies: refused })],
      stopped: { reason: 'loop', location: http },
    });
    const finding = told(redirectLoopFinding(subject));
    expect(finding).to.deep.include({
      cause: 'cookie-rejected',
      certainty: 'likely',
      seen: [
        `1 redirect GET ${http} answered 301 to /orders, setting session`,
        '1 cookie session set with a redirect to the same URL, not kept: It is Secure and came over plain http.',
      ],
      alternatives: ['redirect-loop'],
    });
  });

  it('names the cookie that a redirect to the same URL waits for, where it does not come back', () => {
    const kept = { sent: [], set: ['seen'], refused: [] };
    const hop = (path: string): HopParts =>
      to(https, '/orders', { headers: [['Set-Cookie', `seen=1; Path=${path}`]], cookies: kept });
    const found = (path: string) =>
      told(redirectLoopFinding(about({ hops: [hop(path)], stopped: { reason: 'loop', location: https } })));
    expect(found('/portal')).to.deep.include({
      cause: 'cookie-not-sent',
      certainty: 'likely',
      seen: [
        `1 redirect GET ${https} answered 301 to /orders, setting seen`,
        '1 cookie seen set with a redirect to the same URL, kept and not sent back: its Path is /portal',
      ],
      alternatives: ['redirect-loop'],
    });
    expect(found('/')).to.deep.include({ cause: 'redirect-loop', certainty: 'likely' });
  });

  it('is less sure where a cookie was refused on the way', () => {
    const refused = {
      sent: [],
      set: [],
      refused: [{ name: 'session', rule: 'secure-from-http', section: '', reason: 'It is too large.' }],
    };
    const subject = about({
      hops: [to(http, https, { headers: [['Set-Cookie', 'session=x']], cookies: refused }), to(https, http)],
      stopped: { reason: 'loop', location: http },
    });
    expect(told(redirectLoopFinding(subject))).to.deep.include({
      cause: 'redirect-loop',
      certainty: 'likely',
      alternatives: ['cookie-rejected'],
    });
  });

  it('names what the two rules differ in', () => {
    const fixes = [
      [https, `${https}/`],
      [https, 'https://www.example.test/orders'],
      [https, https],
      [https, 'https://api.example.test/other'],
    ].map(([one = '', other = '']) => {
      const hops = one === other ? [to(one, one)] : [to(one, other), to(other, one)];
      return redirectLoopFinding(about({ hops, stopped: { reason: 'loop', location: one } }))?.fix.slice(
        0,
        38,
      );
    });
    expect(fixes).to.deep.equal([
      'One rule adds the slash at the end and',
      'Two rules each hold the other host for',
      'Let the proxy that ends TLS send X-For',
      'Each of these paths redirects to the n',
    ]);
  });

  it('points to a jar where the step keeps no cookies', () => {
    const hops = [to(https, '/orders', { headers: [['Set-Cookie', 'seen=1']] })];
    const jarless = { ...step, jar: null };
    const subject = about({
      hops,
      step: jarless as typeof step,
      stopped: { reason: 'loop', location: https },
    });
    expect(redirectLoopFinding(subject)?.fix).to.match(/jar of this step is none\.$/);
  });

  it('finds a circle before the limit, and says so of a chain without one', () => {
    const chain = (urls: string[]): HopParts[] =>
      urls.map((url, index) => to(url, urls[index + 1] ?? 'https://end.test/'));
    const circle = about({
      hops: chain(['https://a.test/', 'https://b.test/', 'https://a.test/', 'https://b.test/']),
      stopped: { reason: 'limit', location: 'https://a.test/' },
    });
    expect(told(redirectLoopFinding(circle))).to.deep.include({
      certainty: 'likely',
      summary: 'The redirects go in a circle: https://a.test/ to https://b.test/ to https://a.test/.',
    });
    const long = about({
      hops: chain(['https://a.test/1', 'https://a.test/2']),
      stopped: { reason: 'limit', location: 'https://end.test/' },
    });
    expect(told(redirectLoopFinding(long))).to.deep.include({
      certainty: 'possible',
      summary:
        'After 2 redirects there is still no answer; the last, 301 from https://a.test/2, leads to https://end.test/.',
      alternatives: ['redirect-unexpected'],
    });
  });

  it('says nothing where following ended otherwise', () => {
    expect(redirectLoopFinding(about({}))).to.equal(null);
    const subject = about({ hops: [to(http, https)], stopped: { reason: 'not-followed', location: https } });
    expect(redirectLoopFinding(subject)).to.equal(null);
  });

  it('is part of diagnosis, without an experiment', async () => {
    const subject = about({
      hops: [to(http, https), to(https, http)],
      stopped: { reason: 'loop', location: http },
    });
    const nothing = () => Promise.reject(new Error('asked'));
    const probe = {
      repeat: nothing,
      vary: nothing,
      echo: nothing,
      authorize: null,
      fresh: nothing,
      ask: nothing,
      random: () => 'x',
      take: () => [],
    };
    const doors = { probe, experiments: true, spend: () => true, below: async () => null };
    const { findings, exchanges } = await diagnose(subject, doors, 1);
    expect(findings.map(({ cause }) => cause)).to.deep.equal(['redirect-loop']);
    expect(exchanges).to.deep.equal([]);
  });

  it('is found on the wire with the requests of the scenario alone', async () => {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.writeHead(301, { location: request.url === '/a' ? '/a/' : '/a' }).end();
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const { port } = server.address() as AddressInfo;
    try {
      const ended = await why401(['run', '--reporter', 'json=r.json'], {
        files: {
          'specs/why401.yml': `environments: {local: {protected: false, origins: {api: "http://127.0.0.1:${port}"}}}\n`,
          'specs/a.yml': 'steps: [{GET: /a, expect: {status: 200}}]\n',
        },
      });
      expect(ended.code).to.equal(1);
      const report = JSON.parse(ended.written['r.json'] ?? '') as {
        scenarios: { steps: { findings: { cause: string; certainty: string }[] }[] }[];
      };
      const findings = report.scenarios.flatMap(({ steps }) => steps.flatMap((each) => each.findings));
      expect(findings.map(({ cause, certainty }) => `${cause} ${certainty}`)).to.deep.equal([
        'redirect-loop certain',
      ]);
      expect(asked).to.deep.equal(['/a', '/a/']);
    } finally {
      server.close();
    }
  });
});
