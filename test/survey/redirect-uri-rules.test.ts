/** `redirect_uri_rules` of an issuer: what its server takes for the same is no reason for a refusal. */
import { expect } from 'chai';
import { type Origins, startOrigins } from '../support/origins.ts';
import { type Answering, ask, back, callback, isClient, login, page } from './asking.ts';

describe('a refused redirect_uri', () => {
  let origins: Origins;
  beforeEach(async () => {
    origins = await startOrigins();
  });
  afterEach(() => origins.close());

  /** Something else is registered. */
  const answers: Answering = (given) =>
    given.get('redirect_uri') === 'https://app.example.test/in'
      ? back(given)
      : page(400, isClient(given) ? 'The redirect_uri is not registered.' : 'Unknown client');

  async function look(redirect_uri: string, rules: object) {
    const { replayed, sent } = await ask(origins, answers, {
      clients: { web: { client_id: 'web', redirect_uris: [redirect_uri] } },
      environment: {
        experiments: { allow: ['A0', 'redirect-uri-variants'] },
        issuers: {
          main: {
            issuer: login,
            discovery: 'none',
            metadata: { authorization_endpoint: `${login}/authorize` },
            ...rules,
          },
        },
      },
      others: {
        staging: {
          issuers: { main: 'https://login.staging.example.test' },
          clients: {
            web: { client_id: 'web', redirect_uris: ['https://staging.example.test/callback'] },
          },
        },
      },
    });
    const [finding] = replayed.jobs.flatMap(({ steps }) => steps.flatMap(({ findings }) => findings));
    return { cause: finding?.cause, summary: finding?.summary ?? '', fix: finding?.fix ?? '', sent };
  }
  const slash = `${callback}/`;

  it('is told by what it differs from that of another environment in', async () => {
    const { cause, summary, fix, sent } = await look(slash, {});
    expect(cause).to.equal('redirect-uri-mismatch');
    expect(summary).to.match(
      /; staging has https:\/\/staging\.example\.test\/callback, they differ in a slash at the end\.$/,
    );
    expect(fix).to.match(/every character counts, a trailing slash too\.$/);
    expect(sent).to.include(`web ${callback}`);
  });

  it('is not told so where the server lets in what lies below', async () => {
    const { cause, summary, fix, sent } = await look(slash, { redirect_uri_rules: 'github' });
    expect(cause).to.equal('redirect-uri-mismatch');
    expect(summary).to.match(/: it has no redirect_uri \S+\/callback\/ for \S+( \S+)*\.$/);
    expect(summary).not.to.contain('differ');
    expect(fix).to.contain('. GitHub OAuth apps: Host and port of the callback URL,');
    // Were it registered, the other would be let in.
    expect(sent).not.to.include(`web ${callback}`);
  });

  it('is told with the rules where they make the difference', async () => {
    const { summary } = await look(slash, { redirect_uri_rules: 'oidc-provider' });
    expect(summary).to.match(/they differ in a slash at the end\.$/);
  });
});
