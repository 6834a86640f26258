/** Servers whose answers look alike for different reasons: nothing is said of a redirect_uri that its controls do not show. */
import { expect } from 'chai';
import { type Origins, startOrigins } from '../support/origins.ts';
import { type Answering, type Asking, ask, back, callback, isClient, isUri, page } from './asking.ts';

const slash = `${callback}/`;
const several: Asking = {
  clients: {
    other: { client_id: 'other', redirect_uris: [callback] },
    web: { client_id: 'web', redirect_uris: [callback, slash] },
  },
};
const usage = 'Usage: client_id, redirect_uri, scope';

/** `after` requests it answers as `then`. */
const turning = (after: number, first: Answering, then: Answering): Answering => {
  let count = 0;
  return (given, path) => {
    count += 1;
    return count > after ? then(given, path) : first(given, path);
  };
};
const named: Answering = (given) => {
  if (!isClient(given)) return page(400, 'invalid_client: the client is unknown');
  return isUri(given) ? back(given) : page(400, 'The redirect_uri is not registered.');
};
const plainly: Answering = (given) => (isClient(given) && isUri(given) ? back(given) : page(400, 'Bad Request'));
const blocked: Answering = () => page(403, 'Forbidden');
const alternating = (a: Answering, b: Answering): Answering => {
  let count = 0;
  return (given, path) => (count++ % 2 === 0 ? a(given, path) : b(given, path));
};

const servers: Record<string, () => Answering> = {
  'same 400 to everything, words of redirect_uri': () => () => page(400, `Bad request. ${usage}`),
  'same invalid_redirect_uri to everything': () => () => page(400, 'invalid_redirect_uri'),
  'same 200 login to everything': () => () => page(200, '<form action=/login>'),
  'same 302 login to everything': () => () => ({ status: 302, location: '/login?x=1' }),
  'same 403 to everything': () => blocked,
  'same 401 Basic': () => () => ({ status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } }),
  'invalid_scope page with redirect_uri words': () => (given) => isClient(given) ? page(400, 'invalid_scope: scope not allowed for this redirect_uri') : page(400, 'unknown client'),
  'pkce page': () => (given) => isClient(given) ? page(400, 'invalid_request: code_challenge wrong') : page(400, 'unknown client'),
  'response_mode page': () => (given) => isClient(given) ? page(400, 'invalid_request: response_mode') : page(400, 'unknown client'),
  'unspecific page to known clients': () => (given) => isClient(given) ? page(400, 'Something went wrong') : page(400, 'unknown client'),
  '403 after 1': () => turning(1, named, blocked),
  '403 after 2': () => turning(2, named, blocked),
  '403 after 3': () => turning(3, named, blocked),
  '403 after 4': () => turning(4, named, blocked),
  'plain, 403 after 3': () => turning(3, plainly, blocked),
  'plain, 403 after 4': () => turning(4, plainly, blocked),
  'plain, 400 after 3': () => turning(3, plainly, () => page(400, 'Bad Request')),
  'plain, 400 after 4': () => turning(4, plainly, () => page(400, 'Bad Request')),
  '400 redirect words after 3': () => turning(3, named, () => page(400, 'Too fast for this redirect_uri')),
  'replica broken even': () => alternating(named, blocked),
  'replica broken odd': () => alternating(blocked, named),
  'replica of old state': () => alternating(named, () => page(400, 'The redirect_uri is not registered.')),
  'replica of old state odd': () => alternating(() => page(400, 'The redirect_uri is not registered.'), named),
  'replica unknown client': () => alternating(() => page(400, 'invalid_client: the client is unknown'), named),
  'replica unknown client even': () => alternating(named, () => page(400, 'invalid_client: the client is unknown')),
  'replica plain': () => alternating(plainly, () => page(400, 'Bad Request')),
  'replica plain odd': () => alternating(() => page(400, 'Bad Request'), plainly),
  // A page of 5 MB, on which careless patterns take for ever.
  'big page a': () => () => page(400, `${'client '.repeat(700000)}`),
  'big page b': () => () => page(400, `${'<'.repeat(5000000)}`),
  'big page c': () => () => page(400, `${'error_description '.repeat(300000)}`),
  'big page d': () => () => page(400, `${'&#x'.repeat(1500000)}`),
  'big page e': () => () => page(400, `${'<!-- '.repeat(1000000)}`),
  'big page f': () => () => page(400, `${'account '.repeat(600000)}`),
  'big page g': () => () => page(400, ' '.repeat(5000000)),
  'big page h': () => () => page(400, `error=${'"'.repeat(5000000)}`),
  'big page i': () => () => page(400, `${'<script>'.repeat(600000)}`),
};

describe('twins', () => {
  let origins: Origins;
  beforeEach(async () => { origins = await startOrigins(); });
  afterEach(() => origins.close());
  for (const [name, make] of Object.entries(servers)) {
    for (const [which, asking] of Object.entries({ several, one: {} as Asking, slash: { clients: { web: { client_id: 'web', redirect_uris: [slash] } } } as Asking }))
    it(`${name} ${which}`, async () => {
      const at = Date.now();
      const { checks, findings, sent } = await ask(origins, make(), asking);
      console.log(`   ${name} | ${which} |`, Date.now() - at, 'ms', sent.length, JSON.stringify(checks.map(c=>c.slice(0,120))), JSON.stringify(findings));
      expect(1).to.equal(1);
    }).timeout(20000);
  }
});
