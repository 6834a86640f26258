/** HTTP Digest (RFC 7616): Apache's own module, and servers whose challenge nobody can answer. */
import { createHash } from 'node:crypto';
import { type RequestListener, request } from 'node:http';
import { startApache } from '../../support/apache.ts';
import { freePort } from '../../support/daemon.ts';
import { findProgram } from '../../support/require.ts';
import { type Scene, type Stage, staged } from '../../support/stage.ts';
import { fieldOf } from '../../support/verifiers.ts';
import type { Case } from '../case.ts';
import { type Refusal, signedCase, type Truth } from './signed-case.ts';

const legacy = 'http://legacy.example.test';
const password = 'correct-horse-battery';
const old = 'correct-horse-of-last-year';
const credential = { type: 'digest', username: 'ops', password: '${secret.PASSWORD}' };
const userSide = ['password-wrong', 'user-unknown', 'user-disabled', 'account-locked', 'password-expired'];
const unknownUser = ['user-unknown', ...userSide.filter((cause) => cause !== 'user-unknown')];

interface Apache {
  readonly user?: string;
  readonly type?: 'Digest' | 'Basic';
  readonly require?: string;
}

async function startLegacy(stage: Stage, given: Apache): Promise<RequestListener> {
  const { user = 'ops', type = 'Digest', require = 'Require valid-user' } = given;
  const port = await freePort();
  const hash = createHash('md5').update(`${user}:Depot:${password}`).digest('hex');
  const basic = createHash('sha1').update(password).digest('base64');
  const daemon = await startApache({
    program: findProgram('apache2') ?? 'apache2',
    ports: [port],
    modules: ['authn_core', 'authn_file', 'authz_user', 'auth_digest', 'auth_basic'],
    files: { digest: `${user}:Depot:${hash}\n`, basic: `${user}:{SHA}${basic}\n`, orders: '[]' },
    configuration: `DocumentRoot {folder}\n<Location />\nAuthType ${type}\nAuthName Depot\nAuthUserFile {folder}/${type.toLowerCase()}\nAuthzSendForbiddenOnFailure On\n${require}\n</Location>`,
  });
  stage.onClose(() => daemon.stop());
  return forwardTo(port);
}

/** So that the stage sees what is asked of Apache. */
function forwardTo(port: number): RequestListener {
  return ({ method, url, headers }, response) => {
    const onward = request({ host: '127.0.0.1', port, method, path: url, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.end();
  };
}

function apacheCase(fault: string, truth: Truth, faulty: Apache, sent = password): Case {
  const id = `signed/digest-apache-${fault}`;
  return staged(
    { id, servers: ['Apache httpd 2.4'], needs: ['apache2'], ...truth },
    async (stage): Promise<Scene> => {
      const door = await stage.serve(legacy, await startLegacy(stage, faulty));
      return {
        project: {
          environments: { production: { origins: { api: legacy }, protected: false, ...stage.reach() } },
          credentials: { signer: credential },
        },
        scenario: JSON.stringify({ credential: 'signer', steps: [{ GET: '/orders' }] }),
        env: { PASSWORD: sent },
        heal: async () => {
          door.use(await startLegacy(stage, {}));
          return { env: { PASSWORD: password } };
        },
      };
    },
  );
}

/** Digest as RFC 2069 and RFC 7616 have it, for `ops`. */
function isAnswered(authorization: string, method: string): boolean {
  const of = (name: string): string => new RegExp(`\\b${name}="?([^",]+)`).exec(authorization)?.[1] ?? '';
  const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
  const first = md5(`ops:Depot:${password}`);
  const middle = `${of('nonce')}:${of('nc')}:${of('cnonce')}:${of('qop')}`;
  return md5(`${first}:${middle}:${md5(`${method}:${of('uri')}`)}`) === of('response');
}
const challenge = (more: string): Refusal => ({
  status: 401,
  headers: { 'www-authenticate': `Digest realm="Depot", nonce="${Date.now()}", qop="auth"${more}` },
  body: 'Unauthorized',
});

function otherCase(
  fault: string,
  truth: Truth,
  refuse: (authorization: string) => Refusal | null,
  given: object = credential,
  sent = password,
): Case {
  return signedCase(
    `digest-${fault}`,
    { servers: ['a server of RFC 7616'], ...truth },
    {
      verify: (request) => refuse(fieldOf(request, 'authorization')),
      healedVerify: (request) =>
        isAnswered(fieldOf(request, 'authorization'), request.method) ? null : challenge(''),
      credential: given,
      healedCredential: credential,
      env: { PASSWORD: sent },
      healedEnv: { PASSWORD: password },
      steps: [{ GET: '/orders' }],
    },
  );
}

export const digestCases: readonly Case[] = [
  apacheCase(
    'password-wrong',
    { causes: userSide, decisive: ['ops', 'Depot'], twin: 'signed/digest-apache-user-unknown' },
    {},
    old,
  ),
  apacheCase(
    'user-unknown',
    { causes: unknownUser, decisive: ['ops', 'Depot'], twin: 'signed/digest-apache-password-wrong' },
    { user: 'operations' },
  ),
  apacheCase('wants-basic', { causes: ['scheme-mismatch'], decisive: ['Basic'] }, { type: 'Basic' }),
  apacheCase(
    'forbidden',
    { causes: ['permission-missing'], decisive: [], onlyTold: true },
    { require: 'Require user admin' },
  ),
  otherCase('always-stale', { causes: ['nonce-stale'], decisive: ['stale'] }, (authorization) =>
    challenge(authorization === '' ? '' : ', stale=true'),
  ),
  otherCase('unknown-algorithm', { causes: ['alg-not-allowed'], decisive: ['SHA3-256'] }, () =>
    challenge(', algorithm=SHA3-256'),
  ),
  otherCase('wants-bearer', { causes: ['scheme-mismatch'], decisive: ['Bearer', 'Digest'] }, () => ({
    status: 401,
    headers: { 'www-authenticate': 'Bearer realm="orders"' },
  })),
  otherCase('basic-sent', { causes: ['scheme-mismatch'], decisive: ['Digest'] }, () => challenge(''), {
    type: 'basic',
    username: 'ops',
    password: '${secret.PASSWORD}',
  }),
];
