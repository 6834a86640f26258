import { expect } from 'chai';
import { scanText } from '../../src/scan/text.ts';
import { made } from './made.ts';

/** File and text; what stands in double brackets is to be found, and nothing else. */
const planted: readonly (readonly [file: string, text: string])[] = [
  ['.env', 'API_KEY=[[<alnum:24>]]'],
  ['.env.staging', 'export CLIENT_SECRET="[[<alnum:24>]]" # of staging'],
  ['.env', "DB_PASSWORD='[[correct-horse-<digit:4>]]'"],
  ['prod.env', 'DATABASE_URL=postgres://app:[[Tr0ub4dor-<digit:3>]]@db.example.test/app'],
  ['.env', 'REDIS_URL=redis://:[[<alnum:20>]]@cache.example.test:6379'],
  ['deploy.sh', 'curl -H "Authorization: Bearer [[<alnum:40>]]" https://api.example.test'],
  ['deploy.sh', "curl -H 'X-Api-Key: [[<alnum:32>]]' https://api.example.test"],
  ['deploy.sh', 'curl -u ci:[[hunter2-<digit:4>]] https://api.example.test'],
  ['deploy.sh', 'curl --user "ci:[[<alnum:12>]]" https://api.example.test'],
  [
    'deploy.sh',
    'curl -d "grant_type=client_credentials&client_secret=[[<alnum:24>]]&scope=a" https://login.example.test/token',
  ],
  ['deploy.sh', 'curl "https://api.example.test/orders?access_token=[[<alnum:30>]]&page=2"'],
  ['deploy.sh', 'curl https://ci:[[<alnum:12>]]@api.example.test/orders'],
  ['deploy.sh', 'TOKEN=[[<jwt>]]'],
  ['deploy.sh', 'mytool login --token [[<hex:40>]] --verbose'],
  ['deploy.sh', 'mytool login --password=[[S3cret-<digit:4>]]'],
  ['deploy.sh', 'sshpass -p [[S3cret-<digit:4>]] ssh host'],
  ['deploy.sh', 'echo "${API_TOKEN:-[[<alnum:24>]]}"'],
  ['deploy.sh', 'export AWS_SECRET_ACCESS_KEY=[[<alnum:40>]]'],
  ['run.ps1', '$headers = @{ Authorization = "Bearer [[<alnum:40>]]" }'],
  ['run.ps1', '$pw = ConvertTo-SecureString "[[S3cret!<digit:4>]]" -AsPlainText -Force'],
  ['run.bat', 'set API_KEY=[[<alnum:32>]]'],
  ['client.py', 'requests.get(url, auth=("ci", "[[S3cret!<digit:4>]]"))'],
  ['client.py', 'session.auth = HTTPBasicAuth("ci", "[[S3cret!<digit:4>]]")'],
  ['client.py', 'headers = {"Authorization": "Basic [[<basic:ci>]]"}'],
  ['client.py', "CLIENT_SECRET = '[[<alnum:32>]]'"],
  ['client.py', 'client = Client(client_id="web", client_secret="[[<alnum:32>]]")'],
  ['client.js', "const apiKey = '[[<alnum:32>]]';"],
  ['client.ts', "const refreshToken: string = '[[<alnum:48>]]';"],
  ['client.ts', 'request.setHeader("Authorization", "Bearer [[<alnum:40>]]");'],
  ['client.ts', "jwt.sign(payload, key, { secretOrKey: 1 }); const jwtSecret = '[[<hex:64>]]';"],
  ['client.js', 'axios.get(url, { auth: { username: "ci", password: "[[S3cret!<digit:4>]]" } })'],
  ['client.test.js', "request(app).get('/').auth('ci', '[[S3cret!<digit:4>]]')"],
  ['client.rb', ":client_secret => '[[<alnum:32>]]',"],
  ['client.go', 'req.SetBasicAuth("ci", "[[S3cret!<digit:4>]]")'],
  ['Client.java', 'String password = "[[S3cret!<digit:4>]]";'],
  ['client.php', "$clientSecret = '[[<alnum:32>]]';"],
  ['Makefile', 'TOKEN := [[<alnum:40>]]'.replace(' := ', ':=')],
  ['Dockerfile', 'ENV NPM_TOKEN=[[<alnum:36>]]'],
  ['Dockerfile', 'ENV API_SECRET [[<alnum:36>]]'],
  ['Jenkinsfile', "environment { API_TOKEN = '[[<alnum:36>]]' }"],
  ['.github/workflows/ci.yml', 'env:\n  API_TOKEN: [[<alnum:36>]]\n  REGION: eu'],
  [
    '.github/workflows/ci.yml',
    '      - run: curl -H "Authorization: token [[ghp_<alnum:36>]]" https://api.example.test',
  ],
  ['.gitlab-ci.yml', 'variables:\n  DEPLOY_TOKEN: "[[glpat-<alnum:20>]]"'],
  ['azure-pipelines.yml', '  - name: CLIENT_SECRET\n    value: [[<alnum:34>]]'],
  ['docker-compose.yml', 'environment:\n  - POSTGRES_PASSWORD=[[S3cret-<digit:4>]]'],
  ['secret.yaml', 'kind: Secret\ndata:\n  password: [[<alnum:24>]]'],
  ['values.yaml', 'auth:\n  clientSecret: |\n    [[<alnum:32>]]\n  enabled: true'],
  [
    'a.postman_environment.json',
    '{"values": [{"key": "client_secret", "value": "[[<alnum:24>]]", "type": "secret", "enabled": true}]}',
  ],
  [
    'a.postman_environment.json',
    '{"values": [{"key": "password", "value": "[[lettersonly]]", "enabled": true}]}',
  ],
  [
    'a.postman_collection.json',
    '{"auth": {"type": "bearer", "bearer": [{"key": "token", "value": "[[<alnum:40>]]", "type": "string"}]}}',
  ],
  [
    'a.postman_collection.json',
    '{"header": [{"key": "X-API-Key", "type": "text", "value": "[[<alnum:32>]]"}]}',
  ],
  [
    'a.postman_collection.json',
    '{"body": {"mode": "raw", "raw": "{\\n  \\"client_secret\\": \\"[[<alnum:24>]]\\"\\n}"}}',
  ],
  ['orders.bru', 'auth:bearer {\n  token: [[<alnum:40>]]\n}'],
  ['orders.bru', 'auth:basic {\n  username: ci\n  password: [[S3cret-<digit:4>]]\n}'],
  ['insomnia.json', '{"authentication": {"type": "bearer", "token": "[[<alnum:40>]]"}}'],
  ['insomnia.json', '{"headers": [{"name": "Authorization", "value": "Bearer [[<alnum:40>]]"}]}'],
  ['orders.hurl', 'GET https://api.example.test\nAuthorization: Bearer [[<alnum:40>]]\nHTTP 200'],
  ['orders.hurl', 'GET https://api.example.test\n[BasicAuth]\nci: [[S3cret-<digit:4>]]\nHTTP 200'],
  ['.env', 'export DB_PASSWORD=[[S3cret&(<digit:4>;)]] # of the database'],
  ['orders.http', 'GET https://api.example.test\nAuthorization: Basic [[<basic:ci>]]'],
  ['orders.http', 'GET https://api.example.test\nCookie: theme=dark; session_id=[[<alnum:32>]]'],
  ['orders.har', '{"request": {"headers": [{"name": "Cookie", "value": "sid=[[<alnum:32>]]"}]}}'],
  [
    'orders.har',
    '{"request": {"postData": {"params": [{"name": "password", "value": "[[S3cret-<digit:4>]]"}]}}}',
  ],
  ['config.toml', 'secret_key = "[[<alnum:40>]]"'],
  ['application.properties', 'spring.datasource.password=[[S3cret-<digit:4>]]'],
  ['web.config', '<add key="ApiKey" value="[[<alnum:32>]]" />'],
  ['settings.xml', '<server><username>ci</username><password>[[S3cret-<digit:4>]]</password></server>'],
  [
    'appsettings.json',
    '{"ConnectionStrings": {"Main": "Server=db;User Id=app;Password=[[S3cret-<digit:4>]];"}}',
  ],
  ['.npmrc', '//registry.example.test/:_authToken=[[<alnum:36>]]'],
  ['.netrc', 'machine api.example.test login ci password [[S3cret-<digit:4>]]'],
  ['config.json', '{"auths": {"registry.example.test": {"auth": "[[<basic:ci>]]"}}}'],
  ['key.json', '{"kty": "EC", "crv": "P-256", "x": "<alnum:43>", "y": "<alnum:43>", "d": "[[<alnum:43>]]"}'],
  ['key.json', '{"kty":"oct","kid":"one","k":"[[<alnum:43>]]"}'],
  ['terraform.tfvars', 'db_password = "[[S3cret-<digit:4>]]"'],
  ['signed.sh', 'curl "https://a.blob.core.example.test/x?sv=2022&sig=[[<alnum:43>]]%3D"'.replace('%3D', '')],
  ['README.md', 'Call it with `Authorization: Bearer [[<alnum:40>]]`.'],
  ['notes.txt', 'the token is [[<jwt>]]'],
  ['id_rsa', '[[-----BEGIN RSA PRIVATE KEY-----\n<alnum:64>\n<alnum:64>\n-----END RSA PRIVATE KEY-----]]'],
  ['key.py', 'KEY = """[[-----BEGIN PRIVATE KEY-----\n<alnum:64>\n-----END PRIVATE KEY-----]]"""'],
  [
    'account.json',
    '{"private_key": "[[-----BEGIN PRIVATE KEY-----\\n<alnum:64>\\n<alnum:64>\\n-----END PRIVATE KEY-----]]\\n"}',
  ],
];

/** Looks like one, and is none. */
const harmless: readonly (readonly [file: string, text: string])[] = [
  [
    '.env',
    'API_KEY=\nTOKEN=changeme\nSECRET=<your secret>\nPASSWORD=xxxxxxxx\nCLIENT_SECRET=${VAULT_SECRET}',
  ],
  [
    '.env.example',
    'API_KEY=your-api-key-here\nDB_PASSWORD=secret\nDATABASE_URL=postgres://user:password@localhost/app',
  ],
  [
    'deploy.sh',
    'TOKEN=$(get-token)\ncurl -H "Authorization: Bearer $TOKEN" -u "$USER:$PASSWORD" "$URL?access_token=$TOKEN"',
  ],
  [
    'ci.yml',
    'env:\n  TOKEN: ${{ secrets.TOKEN }}\n  PASSWORD: $(PASSWORD)\n  token_endpoint: https://login.example.test/token',
  ],
  [
    'a.postman_collection.json',
    '{"bearer": [{"key": "token", "value": "{{access_token}}", "type": "string"}]}',
  ],
  [
    'a.ts',
    'const { password, token }: Login = form; if (token === "access_token") send({ token, password: input.password });',
  ],
  [
    'a.ts',
    "const tokenType = 'Bearer'; type Kind = 'password' | 'token'; const names = ['token', 'client_secret', 'x-api-key-2'];",
  ],
  ['a.ts', 'headers.set("Authorization", `Bearer ${token}`); const passwordField = "#password1";'],
  [
    'a.py',
    'password = os.environ["PASSWORD"]\ntoken = get_token(client_id="web-staging-4711", kid="2024-key-1")',
  ],
  [
    'a.yml',
    'client_id: 3f1b2a4c-0000-4a1b-8c2d-93b1c7d2e4f5\nkid: <alnum:43>\nscope: orders:read\nsha256: <hex:64>',
  ],
  [
    'lock.json',
    '{"integrity": "sha512-<alnum:86>==", "resolved": "https://registry.example.test/a.tgz", "key": "<alnum:20>"}',
  ],
  [
    'jwks.json',
    '{"keys": [{"kty": "EC", "crv": "P-256", "x": "<alnum:43>", "y": "<alnum:43>", "kid": "<alnum:43>"}]}',
  ],
  ['a.md', 'The header is `Authorization: Bearer <token>`, the body `client_secret=SECRET`. Tokens: abc123.'],
  [
    'a.yml',
    'secretName: app-tls\nsecretKeyRef: {name: app, key: client-secret}\npasswordSecret: vault:secret/data/app#password',
  ],
  [
    'a.pem',
    '-----BEGIN PUBLIC KEY-----\n<alnum:64>\n-----END PUBLIC KEY-----\n-----BEGIN CERTIFICATE-----\n<alnum:64>\n-----END CERTIFICATE-----',
  ],
  ['a.py', 'text.startswith("-----BEGIN PRIVATE KEY-----") and text.endswith("-----END PRIVATE KEY-----")'],
  [
    'a.sh',
    'AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE\nAWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  ],
  [
    'a.html',
    '<input type="password" name="password" placeholder="Password"><label for="token2">Token</label>',
  ],
  [
    'a.js',
    'const nextPageToken = "CAUQAA4711XYZ99"; const cacheKey = "orders-2024-page-1"; const keyCode = 13;',
  ],
  [
    'a.yml',
    'tls: {key: certs/server-key.pem}\nprivate_key: /etc/ssl/private/key.pem\ntoken_file: ./token.txt',
  ],
  ['a.sh', 'API_TOKEN=<alnum:24> # why401: public, of the sandbox'],
  ['a.py', '# why401: public\nAPI_TOKEN = "<alnum:24>"'],
];

describe('a planted secret', () => {
  for (const [file, template] of planted) {
    it(`is found in ${file}: ${template.split('\n')[0]?.slice(0, 70)}`, () => {
      const { text, secrets } = made(template);
      const { found, placeOf, masked } = scanText(text, file);
      expect(found.map(({ value }) => value)).to.deep.equal(secrets);
      for (const { start, value } of found) {
        const { line, column } = placeOf(start);
        const [first = ''] = value.split('\n');
        expect(text.split('\n')[line - 1]?.slice(column - 1)).to.satisfy((rest: string) =>
          rest.startsWith(first),
        );
        expect(masked(line)).to.not.include(first.slice(0, 12));
      }
    });
  }
});

describe('what is no secret', () => {
  for (const [file, template] of harmless) {
    it(`is passed over in ${file}: ${template.split('\n')[0]?.slice(0, 70)}`, () => {
      expect(scanText(made(template).text, file).found.map(({ name, value }) => [name, value])).to.deep.equal(
        [],
      );
    });
  }
});

describe('a mark', () => {
  it('holds for its own line, or for the next one where its own holds nothing', () => {
    const { text, secrets } = made(
      'A_TOKEN=<alnum:24> # why401: public\nB_TOKEN=[[<alnum:24>]]\n# why401: public\nC_TOKEN=<alnum:24>\nD_TOKEN=[[<alnum:24>]]',
    );
    expect(scanText(text, '.env').found.map(({ value }) => value)).to.deep.equal(secrets);
  });
});

describe('a line that is shown', () => {
  it('holds no secret that is not told by itself', () => {
    const token = ['Zq39fKx7Lm2Pw8', 'Rt5vZq39fKx7Lm'].join('');
    const { found, masked } = scanText(`curl -u ann:Tr0ub4dor -H "Authorization: Bearer ${token}"\n`, 'a.md');
    expect([found.map(({ value }) => value), masked(1)]).to.deep.equal([
      [token],
      `curl -u ann:********* -H "Authorization: Bearer ${'*'.repeat(token.length)}"`,
    ]);
  });
});
