/** The rules of authorization servers held to their own examples, and to rows of tests of the servers themselves. */
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { isLoopback } from '../../src/http/origin.ts';
import { compareRedirectUri } from '../../src/http/redirect-uri.ts';
import {
  type ClientFacts,
  findRedirectUriRules,
  type RedirectUriRules,
  redirectUriRules,
  standardRules,
} from '../../src/http/redirect-uri-rules.ts';
import { sharedFile } from '../report/shared-file.ts';
import { rulesFiles } from './redirect-uri-rules-files.ts';

describe('redirect URI rules', () => {
  it('begin with those of the standards', () => {
    expect(redirectUriRules()[0]?.id).to.equal('standard');
    expect(findRedirectUriRules('standard')).to.equal(standardRules());
    expect(findRedirectUriRules('no-such-server')).to.equal(null);
  });

  for (const { id, examples } of rulesFiles()) {
    describe(id, () => {
      for (const { registered, requested, accepted, client } of examples) {
        it(`${requested || 'none'} where ${registered.join(', ') || 'nothing'} is registered${client ? ` ${JSON.stringify(client)}` : ''}`, () => {
          expect(compareRedirectUri(registered, requested, rulesOf(id), client).accepted).to.equal(accepted);
        });
      }

      it('has examples of both', () => {
        const answers = new Set(examples.map(({ accepted }) => accepted));
        expect([answers.has(true), answers.has(false)]).to.deep.equal([true, true]);
      });
    });
  }
});

function rulesOf(id: string): RedirectUriRules {
  const rules = findRedirectUriRules(id);
  if (!rules) throw new Error(`no rules of ${id}`);
  return rules;
}

interface Row {
  readonly id: string;
  readonly server: string;
  readonly registered: readonly string[];
  readonly requested: string;
  readonly matches: boolean;
  readonly public?: boolean;
  readonly application_type?: string;
  readonly dev_mode?: boolean;
  readonly response_type?: string;
  readonly globs?: boolean;
}

const servers: Readonly<Record<string, string>> = {
  'Ory fosite/hydra': 'hydra',
  Dex: 'dex',
  Doorkeeper: 'doorkeeper',
  'ZITADEL oidc': 'zitadel',
  'node-oidc-provider': 'oidc-provider',
  Keycloak: 'keycloak',
  'Spring Authorization Server': 'spring',
  'RFC 6749/8252/9700': 'standard',
  'league/oauth2-server': 'league',
};
/** Rows that the rules do not decide. */
const leftOut: Readonly<Record<string, string>> = {
  'doorkeeper/30': 'earlier releases let the order of a query differ',
  'node-oidc-provider/27': 'what was registered is not in the row',
  'node-oidc-provider/28': 'what was registered is not in the row',
  'node-oidc-provider/31': 'what was registered is not in the row',
  'node-oidc-provider/34': 'what was registered is not in the row',
  'zitadel/24': 'the response type is no matter of the redirect URI here',
  'zitadel/25': 'the response type is no matter of the redirect URI here',
};

interface Validity {
  readonly check: string;
  readonly uri: string;
  readonly ok: boolean;
}

const takes = (id: string, uri: string): boolean | null =>
  compareRedirectUri(uri, uri, rulesOf(id), { development: false }).accepted;

/** By what of ours the checks of one URI are answered. */
const checks: Readonly<Record<string, (uri: string) => boolean | null>> = {
  TestIsRedirectURISecure: (uri) => takes('hydra', uri),
  TestIsLocalhost: (uri) => isLoopback(new URL(uri).hostname),
  'doorkeeper valid registered redirect URI': (uri) => takes('doorkeeper', uri),
};

describe('rows of the tests of authorization servers', () => {
  const file = sharedFile('vectors/redirect-uri/redirect-uri-matching.json');
  if (file === null) {
    it('are not here', function () {
      this.skip();
    });
    return;
  }
  const { cases, validity } = JSON.parse(readFileSync(file, 'utf8')) as {
    readonly cases: readonly Row[];
    readonly validity: readonly Validity[];
  };
  for (const { check, uri, ok } of validity) {
    const name = `${check}: ${JSON.stringify(uri)}`;
    const valid = checks[check];
    if (valid) it(name, () => expect(valid(uri)).to.equal(ok));
    else it.skip(`${name}: a setting of the library, which no server has by itself`);
  }
  for (const row of cases) {
    const name = `${row.id}: ${row.requested || 'none'}`;
    const reason = leftOut[row.id];
    if (reason) it.skip(`${name}: ${reason}`);
    else
      it(name, () => {
        const rules = rulesOf(servers[row.server] ?? '');
        expect(compareRedirectUri(row.registered, row.requested, rules, clientOf(row)).accepted).to.equal(
          row.matches,
        );
      });
  }
});

function clientOf(row: Row): ClientFacts {
  const { application_type, dev_mode, globs } = row;
  return {
    openid: false,
    ...(row.public === undefined ? {} : { public: row.public }),
    ...(application_type === undefined ? {} : { native: application_type === 'native' }),
    ...(dev_mode === undefined ? {} : { development: dev_mode }),
    ...(globs === undefined ? {} : { wildcards: globs }),
  };
}
