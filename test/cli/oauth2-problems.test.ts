/** What is wrong with clients and oauth2 credentials is told before anything is sent, once, at its place. */
import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import { why401 } from '../support/command.ts';

const pair = (modulusLength: number) => generateKeyPairSync('rsa', { modulusLength });
const good = pair(2048).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const env = {
  WEB_SECRET: 'the-secret-of-web',
  KEY: good,
  CUT: good.slice(0, 300),
  PUBLIC: pair(2048).publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  SHORT: pair(1024).privateKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
};
const secret = 'client_secret: "${secret.WEB_SECRET}"';
const add = 'or name another token_endpoint_auth_method.';

interface Wrong {
  readonly client?: string;
  readonly credential?: string;
  /** `line:column message | fix` of each problem. */
  readonly told: readonly string[];
}
const plain = 'grant_type: client_credentials';
const incomplete = (needed: string, method: string): string =>
  `Client "web" has no ${needed}, which token_endpoint_auth_method ${method} needs. | ` +
  `Add ${needed} to environments.staging.clients.web, by reference: "\${secret.NAME}"; ${add}`;
const empty = 'Give it a value, or take it out (null, where it is said in common for all environments).';

const wrongs: Readonly<Record<string, Wrong>> = {
  'a client without identifier': {
    client: secret,
    told: [
      '6:7 Client "web" has no client_id. | Write client_id: with the identifier that the authorization server knows it by.',
    ],
  },
  'an empty client identifier': {
    client: 'client_id: ""',
    told: [
      '6:24 Client "web" has no client_id. | Write client_id: with the identifier that the authorization server knows it by.',
    ],
  },
  'an empty secret': {
    client: 'client_id: web, client_secret: ""',
    told: [`6:44 ${incomplete('client_secret', 'client_secret_basic')}`],
  },
  'a method without its secret': {
    client: 'client_id: web, token_endpoint_auth_method: client_secret_post',
    told: [`6:57 ${incomplete('client_secret', 'client_secret_post')}`],
  },
  'a method without its key': {
    client: 'client_id: web, token_endpoint_auth_method: private_key_jwt',
    told: [`6:57 ${incomplete('private_key', 'private_key_jwt')}`],
  },
  'a secret and a key, of which either may be meant': {
    client: `client_id: web, ${secret}, private_key: "\${secret.KEY}"`,
    told: [
      '6:81 Client "web" has a client_secret and a private_key, and no token_endpoint_auth_method says which is used. | ' +
        'Write token_endpoint_auth_method: private_key_jwt, or take one of the two out (null, where extends brought it).',
    ],
  },
  'a secret that is never sent': {
    client: `client_id: web, ${secret}, token_endpoint_auth_method: none`,
    told: [
      '6:44 Client "web" has a client_secret, but token_endpoint_auth_method none sends no secret. | Take one of the two out.',
    ],
  },
  'keys of assertions where none is signed': {
    client: `client_id: web, ${secret}, kid: k1, assertion_lifetime: 2m`,
    told: ['kid', 'assertion_lifetime'].map(
      (key, index) =>
        `6:${[73, 97][index]} Client "web" has ${key}, but client_secret_basic signs no assertion. | ` +
        `Leave ${key} out, or write token_endpoint_auth_method: private_key_jwt or client_secret_jwt.`,
    ),
  },
  'a PEM text that is cut': {
    client: 'client_id: web, private_key: "${secret.CUT}"',
    told: [
      '6:42 The private_key of client "web" is a PEM that is cut: its END line is missing. | Give the private key as PEM (PKCS#8, PKCS#1 or SEC 1) or as one JWK.',
    ],
  },
  'a public key': {
    client: 'client_id: web, private_key: "${secret.PUBLIC}"',
    told: [
      '6:42 The private_key of client "web" is a PEM of "PUBLIC KEY"; a private key is needed. | Give the private key as PEM (PKCS#8, PKCS#1 or SEC 1) or as one JWK.',
    ],
  },
  'a short RSA key': {
    client: 'client_id: web, private_key: "${secret.SHORT}"',
    told: [
      '6:42 The private_key of client "web" is an RSA key of 1024 bits; private_key_jwt needs an RSA key of at least 2048 bits, an EC key on P-256, P-384 or P-521, or an Ed25519 key. | Give the private key as PEM (PKCS#8, PKCS#1 or SEC 1) or as one JWK.',
    ],
  },
  'the name of a file for a key': {
    client: 'client_id: web, private_key: keys/web.pem',
    told: [
      '6:42 The private_key of client "web" is the name of a file; what is in the file is wanted, and NAME_FILE reads it for the secret NAME. | Give the private key as PEM (PKCS#8, PKCS#1 or SEC 1) or as one JWK.',
    ],
  },
  'an algorithm that the key cannot': {
    client: 'client_id: web, private_key: "${secret.KEY}", token_endpoint_auth_signing_alg: ES256',
    told: [
      '6:92 The private_key of client "web" cannot sign with ES256. | Write RS256, RS384, RS512, PS256, PS384 or PS512; or give another key.',
    ],
  },
  'a client that is not there': {
    credential: `${plain}, client: wbe`,
    told: [
      '9:66 Credential "reader" needs the client "wbe", which environment "staging" does not have. | Add it under environments.staging.clients.',
    ],
  },
  'a refresh token that is empty': {
    credential: 'grant_type: refresh_token, refresh_token: ""',
    told: [`9:68 "refresh_token" of credential "reader" is empty. | ${empty}`],
  },
  'a scope that is empty': {
    credential: `${plain}, scope: ""`,
    told: [`9:65 "scope" of credential "reader" is empty. | ${empty}`],
  },
  'a key of environments': {
    credential: `${plain}, extends: other`,
    told: [
      '9:58 "extends" is no key that is known in "reader". | It belongs to an environment: "environments: {staging: {extends: production}}".',
    ],
  },
};

async function told({ client = `client_id: web, ${secret}`, credential = plain }: Wrong) {
  const project = `environments:
  staging:
    origins: {api: "https://api.example.test"}
    issuers: {main: "https://login.example.test"}
    clients:
      web: {${client}}
credentials:
  other: {type: oauth2, grant_type: client_credentials}
  reader: {type: oauth2, ${credential}}
`;
  const scenario = 'steps: [{GET: /a, credential: reader}, {GET: /b, credential: other}]\n';
  const ended = await why401(['run'], { files: { 'why401.yml': project, 'a.yml': scenario }, env });
  const text = `${ended.stdout}${ended.stderr}`;
  const problems = [...text.matchAll(/^why401\.yml:(\d+:\d+): (.*)\n(?: {2,}.*\n){2} {2}fix {2}(.*)$/gm)];
  const found = problems.map(([, place, message, fix]) => `${place} ${message} | ${fix}`);
  const count = /(\d+) problems?\.\n$/.exec(text)?.[1];
  return { code: ended.code, found, count: Number(count) };
}

describe('problems of clients and oauth2 credentials', () => {
  for (const [what, wrong] of Object.entries(wrongs)) {
    it(`tells ${what}`, async () => {
      expect(await told(wrong)).to.deep.equal({ code: 2, found: wrong.told, count: wrong.told.length });
    });
  }

  it('tells once that a client certificate cannot be used', async () => {
    const files = {
      'why401.yml': `environments:
  staging:
    origins: {api: "https://api.example.test"}
    tls: {cert: web.pem, key: web.key}
    issuers: {main: "https://login.example.test"}
    clients: {web: {client_id: web, token_endpoint_auth_method: tls_client_auth}}
credentials:
  reader: {type: oauth2, grant_type: client_credentials}
`,
      'web.pem': '-----BEGIN CERTIFICATE-----\nMIIB\n',
      'web.key': good,
      'a.yml': 'credential: reader\nsteps: [{GET: /}]\n',
    };
    const { code, stdout, stderr } = await why401(['run'], { files });
    expect([code, `${stdout}${stderr}`]).to.deep.equal([
      2,
      `why401.yml:4:17: The client certificate is a PEM text that cannot be read.
   4 |     tls: {cert: web.pem, key: web.key}
     |                 ^
  fix  Check that no line of it is lost: it ends with -----END CERTIFICATE-----.

Nothing was sent: 1 problem.
`,
    ]);
  });

  it('asks for the type where the keys of all types would be listed', async () => {
    const files = {
      'why401.yml':
        'environments: {staging: {origins: {api: "https://api.example.test"}}}\ncredentials: {reader: {bearr: x}}\n',
      'a.yml': 'credential: reader\nsteps: [{GET: /}]\n',
    };
    const { code, stdout, stderr } = await why401(['run'], { files, env });
    expect([code, `${stdout}${stderr}`.split('\n').slice(0, 4)]).to.deep.equal([
      2,
      [
        'why401.yml:2:24: "bearr" is no key that is known in "reader".',
        '   2 | credentials: {reader: {bearr: x}}',
        '     |                        ^',
        '  fix  Take it out, or write "type:" first: the keys depend on it.',
      ],
    ]);
  });
});
