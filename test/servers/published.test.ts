import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import { surveyDiscovery } from '../../src/survey/discovery.ts';
import { surveyKeys } from '../../src/survey/keys.ts';
import { surveyResources } from '../../src/survey/resources.ts';
import type { Daemon } from '../support/daemon.ts';
import { djangoNeeds, serveDjangoServer } from '../support/django-server.ts';
import { createOidc, webClient } from '../support/oidc-server.ts';
import { type Origins, startOrigins } from '../support/origins.ts';
import { requireFiles } from '../support/require.ts';
import { surveyedBy } from '../support/surveyed.ts';

const staging = 'https://login.staging.example.test';
const production = 'https://login.example.test';
const secrets = { CI: 'the-secret-of-the-client' };

describe('what servers of different make publish', function () {
  this.timeout(60_000);
  let origins: Origins;
  let django: Daemon;

  before(async function () {
    requireFiles(this, djangoNeeds);
    origins = await startOrigins();
    const oidc = await createOidc({ issuer: staging, clients: [webClient('ci', secrets.CI)], proxied: true });
    await origins.serve(staging, (_received, response, request) => oidc.listener(request, response));
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    django = await serveDjangoServer(origins, production, {
      oauth2: {
        OIDC_ENABLED: true,
        OIDC_RSA_PRIVATE_KEY: privateKey.export({ type: 'pkcs8', format: 'pem' }),
      },
    });
  });
  after(async () => {
    await django?.stop();
    await origins?.close();
  });

  it('is told and wakes nobody', async () => {
    const environment = (issuer: string): object => ({
      origins: { api: issuer.replace(/\/o$/, '') },
      issuers: { main: issuer },
      clients: { ci: { client_id: 'ci', client_secret: '${secret.CI}' } },
    });
    const project = {
      environments: { staging: environment(staging), production: environment(`${production}/o`) },
      credentials: {
        reader: { type: 'oauth2', grant_type: 'client_credentials', client: 'ci', scope: 'orders:read' },
      },
    };
    const { found, drift, steps, rows } = await surveyedBy([surveyDiscovery, surveyKeys, surveyResources], {
      origins,
      project: project as never,
      secrets,
    });
    expect({ found, drift, steps }).to.deep.equal({
      found: [],
      drift: [],
      steps: ['staging', 'production'].flatMap((name) => [
        `${name}: metadata of issuer main: passed`,
        `${name}: keys of issuer main: passed`,
        `${name}: metadata of resource api: passed`,
      ]),
    });
    expect(rows).to.not.deep.equal([]);
  });
});
