/** Login forms of applications in PHP, Ruby and Python, replayed by the program. */
import { expect } from 'chai';
import type { JsonMap } from '../../src/model.ts';
import type { Daemon } from '../support/daemon.ts';
import { flaskNeeds, phpNeeds, serveFlask, servePhp, serveSinatra, sinatraNeeds } from '../support/login-servers.ts';
import { djangoNeeds, serveDjangoServer } from '../support/django-server.ts';
import { ann } from '../support/oidc-server.ts';
import { type Origins, startOrigins } from '../support/origins.ts';
import { requireFiles } from '../support/require.ts';
import { type Outcome, play } from './outcome.ts';

const app = 'https://app.example.test';

describe('logins', () => {
  let origins: Origins;
  let server: Daemon | undefined;
  beforeEach(async () => {
    origins = await startOrigins();
  });
  afterEach(async () => {
    await server?.stop();
    server = undefined;
    await origins.close();
  });

  function log(credential: JsonMap, steps: JsonMap[], password = ann.password): Promise<Outcome> {
    const project: JsonMap = {
      environments: { staging: { origins: { app } } },
      credentials: { user: { type: 'session', ...credential } },
    };
    return play({ origins, project, secrets: { PW: password }, scenarios: { 'a.yml': { credential: 'user', steps } } });
  }
  const show = async (name: string, made: Promise<Outcome>): Promise<void> => {
    try {
      const { steps, actual, findings } = await made;
      console.log(`### ${name}:`, JSON.stringify({ steps, actual, findings }, null, 1), origins.received.map((r) => `${r.method} ${r.url.slice(0, 100)}`).join(', '));
    } catch (e) { console.log(`### ${name} THREW`, e); }
    origins.received.length = 0;
  };
  const PW = '${secret.PW}';

  it('php', async function () {
    requireFiles(this, phpNeeds);
    server = await servePhp(origins, app);
    const login = [{ GET: '/' }, { submit: { fields: { user: ann.name, pass: PW } } }];
    const get = { GET: '/', expect: { status: 200, json: { '$.user': 'ann' } } };
    await show('php', log({ login }, [get]));
    await show('php alive after end', log({ login, alive: { GET: '/', status: 200 } }, [get, { GET: '/logout-all', credential: 'none' }, { ...get, credential: { name: 'user', renew: true } }]));
    await show('php over in mid-run', log({ login }, [get, { GET: '/logout-all', credential: 'none' }, get]));
    await show('php B wrong', log({ login }, [get], 'nope'));
    await show('php B field', log({ login: [{ GET: '/login.php' }, { submit: { fields: { username: 'ann', pass: PW } } }] }, [get]));
    await show('php B no login (step only opens)', log({ login: [{ GET: '/login.php' }] }, [get]));
  });
  it('sinatra', async function () {
    requireFiles(this, sinatraNeeds);
    server = await serveSinatra(origins, app);
    const login = [{ GET: '/login' }, { submit: { fields: { 'session[email]': ann.name, 'session[password]': PW, 'session[remember_me]': true } } }];
    const get = { GET: '/api/me', expect: { status: 200, json: { '$.user': 'ann' } } };
    await show('sinatra', log({ login }, [get]));
    await show('sinatra alive', log({ login, alive: { GET: '/api/me' } }, [get]));
    await show('sinatra B wrong', log({ login }, [get], 'nope'));
    await show('sinatra B anonymous', log({ login }, [{ ...get, credential: 'none' }]));
  });
  it('flask', async function () {
    requireFiles(this, flaskNeeds);
    server = await serveFlask(origins, app);
    const login = [{ GET: '/api/orders' }, { submit: { fields: { email: ann.name, password: PW } } }];
    const get = { GET: '/api/orders', expect: { status: 200, json: { '$.orders[0]': 7 } } };
    await show('flask', log({ login }, [get]));
    await show('flask alive', log({ login, alive: { GET: '/api/orders', status: 200 } }, [get]));
    await show('flask B ended', log({ login }, [get, { POST: '/end', writes: true, credential: 'none' }, get]));
    await show('flask B post no csrf', log({ login }, [get, { POST: '/api/orders', writes: true, expect: { status: 200 } }]));
    await show('flask B wrong', log({ login }, [get], 'nope'));
    const csrf = { GET: '/', capture: { csrf: { html: 'meta[name=csrf-token]', attribute: 'content' } } };
    await show('flask csrf', log({ login }, [csrf, { POST: '/api/orders', writes: true, headers: { 'X-CSRFToken': '${csrf}', Referer: `${app}/` }, expect: { status: 200 } }]));
  });
  it('django admin', async function () {
    this.timeout(30000);
    requireFiles(this, djangoNeeds);
    server = await serveDjangoServer(origins, app, {});
    const login = [{ GET: '/admin/' }, { submit: { form: '#login-form', fields: { username: ann.name, password: PW } } }];
    const get = { GET: '/notes', expect: { status: 200, json: { '$.user': 'ann' } } };
    await show('admin', log({ login }, [get, { GET: '/admin/', expect: { status: 200 } }]));
    await show('admin alive', log({ login, alive: { GET: '/admin/', status: 200 } }, [get]));
    await show('admin B post without csrf', log({ login }, [{ POST: '/notes', writes: true, expect: { status: 201 } }]));
    await show('admin B wrong', log({ login }, [get], 'nope'));
    await show('admin B not logged in', log({ login: [{ GET: '/admin/login/' }] }, [get]));
    await show('admin B alive wrong', log({ login: [{ GET: '/admin/login/' }], alive: { GET: '/admin/', status: 200 } }, [get]));
    expect(1).to.equal(1);
  });
});
