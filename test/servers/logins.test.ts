/** Login forms of applications in PHP, Ruby and Python, replayed by the program. */
import { expect } from 'chai';
import type { JsonMap } from '../../src/model.ts';
import type { Daemon } from '../support/daemon.ts';
import { djangoNeeds, serveDjangoServer } from '../support/django-server.ts';
import {
  flaskNeeds,
  phpNeeds,
  serveFlask,
  servePhp,
  serveSinatra,
  sinatraNeeds,
} from '../support/login-servers.ts';
import { ann } from '../support/oidc-server.ts';
import { type Origins, startOrigins } from '../support/origins.ts';
import { requireFiles } from '../support/require.ts';
import { play, type Told, told } from './outcome.ts';

const app = 'https://app.example.test';
const password = '${secret.PASSWORD}';

interface Application {
  readonly name: string;
  readonly needs: readonly string[];
  readonly serve: (origins: Origins, origin: string) => Promise<Daemon>;
  readonly login: readonly JsonMap[];
  /** Where the user is named. */
  readonly read: string;
  /** What the page says of a wrong password, after "... shows the form again." */
  readonly says: string;
  /** Ends all sessions. */
  readonly end: JsonMap | null;
  /** A request that is refused without a CSRF token. */
  readonly write: string | null;
}
const applications: readonly Application[] = [
  {
    name: 'PHP sessions',
    needs: phpNeeds,
    serve: servePhp,
    login: [{ GET: '/' }, { submit: { fields: { user: ann.name, pass: password } } }],
    read: '/',
    says: '/login.php shows the form again. It says "Benutzername oder Passwort falsch!".',
    end: { GET: '/logout-all' },
    write: null,
  },
  {
    name: 'Sinatra with Warden',
    needs: sinatraNeeds,
    serve: serveSinatra,
    login: [
      { GET: '/login' },
      {
        submit: {
          fields: { 'session[email]': ann.name, 'session[password]': password, 'session[remember_me]': true },
        },
      },
    ],
    read: '/api/me',
    says: '/sessions shows the form again.',
    end: null,
    write: null,
  },
  {
    name: 'Flask sessions',
    needs: flaskNeeds,
    serve: serveFlask,
    login: [{ GET: '/api/orders' }, { submit: { fields: { email: ann.name, password } } }],
    read: '/api/orders',
    says: '/login shows the form again. It says "Please check your login details and try again".',
    end: { POST: '/end', writes: true },
    write: '/api/orders',
  },
  {
    name: 'the admin of Django',
    needs: djangoNeeds,
    serve: (origins, origin) => serveDjangoServer(origins, origin, {}),
    login: [
      { GET: '/admin/' },
      { submit: { form: '#login-form', fields: { username: ann.name, password } } },
    ],
    read: '/notes',
    says: '/admin/login/ shows the form again. It says "Please enter the correct username and password for a staff account. Note that both fields may be case-sensitive".',
    end: null,
    write: '/notes',
  },
];

for (const { name, needs, serve, login, read, says, end, write } of applications) {
  describe(`a login at ${name}`, () => {
    let origins: Origins;
    let server: Daemon;
    before(async function () {
      requireFiles(this, needs);
      origins = await startOrigins();
      server = await serve(origins, app);
    });
    after(async () => {
      await server?.stop();
      await origins?.close();
    });

    const get = { GET: read, expect: { status: 200, json: { '$.user': ann.name } } };
    async function log(
      steps: readonly JsonMap[],
      credential: JsonMap = {},
      given = ann.password,
    ): Promise<Told> {
      const project: JsonMap = {
        environments: { staging: { origins: { app } } },
        credentials: { user: { type: 'session', login: [...login], ...credential } },
      };
      const scenarios = { 'a.yml': { credential: 'user', steps: [...steps] } };
      return told(await play({ origins, project, secrets: { PASSWORD: given }, scenarios }));
    }

    it('stands, and is made anew where a step says so', async () => {
      const again = { ...get, credential: { name: 'user', renew: true } };
      const alive = { GET: read, status: 200 };
      expect(await log([get, again], { alive })).to.deep.equal({
        steps: ['passed', 'passed'],
        actual: [],
        first: null,
      });
    });

    it('is refused with a wrong password', async () => {
      expect(await log([get], {}, 'wrong password')).to.deep.equal({
        steps: ['failed'],
        actual: [
          `The login step "submit ${name.includes('Django') ? '#login-form' : 'the form'}" was refused: ${app}${says}`,
        ],
        first: 'password-wrong likely',
      });
    });

    if (end) {
      it('is told to be over where it ends in mid-run', async () => {
        const { steps, first } = await log([get, { ...end, credential: 'none' }, get]);
        expect([steps, first]).to.deep.equal([['passed', 'passed', 'failed'], 'session-expired likely']);
      });
    }

    if (write !== null) {
      it('does not spare the CSRF token', async () => {
        const { steps, first } = await log([get, { POST: write, writes: true, expect: { status: '2xx' } }]);
        expect([steps, first]).to.deep.equal([['passed', 'failed'], 'csrf-failed certain']);
      });
    }
  });
}
