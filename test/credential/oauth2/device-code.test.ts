import { expect } from 'chai';
import type { Clock } from '../../../src/doors.ts';
import {
  asksOf,
  bench,
  clientOf,
  closeServers,
  environmentOf,
  failureOf,
  issuerOf,
  json,
  oauth2Of,
  serve,
} from '../support.ts';

const staging = environmentOf('staging');

interface Flow {
  /** Answers of the token endpoint; the last one again and again. */
  readonly answers: readonly (object | null)[];
  readonly device?: object;
  readonly status?: number;
  readonly person?: boolean;
  /** Aborts the run in the wait of this number. */
  readonly abortAt?: number;
}

/** A device flow to its end: what was asked, how long was waited, what was printed. */
async function flow({ answers, device, status = 200, person = true, abortAt }: Flow) {
  let at = 0;
  const server = await serve((request, response, body) => {
    if (request.url === '/device') {
      const codes = { device_code: 'the-device-code', user_code: 'WDJB-MJHT', expires_in: 60 };
      json(response, status, device ?? { ...codes, verification_uri: 'https://login.example.test/device' });
      return;
    }
    const answer = answers[Math.min(at, answers.length - 1)];
    at += 1;
    if (!answer) response.destroy();
    else json(response, 'error' in answer ? 400 : 200, answer);
    expect(new URLSearchParams(body).get('device_code')).to.equal('the-device-code');
  });
  const waits: number[] = [];
  let passed = 0;
  const abort = new AbortController();
  const clock: Clock = {
    now: () => Date.now(),
    monotonic: () => passed,
    async sleep(ms) {
      waits.push(ms / 1000);
      passed += ms;
      if (waits.length === abortAt) abort.abort();
    },
  };
  const prompts: string[] = [];
  const prompt = (text: string): void => void prompts.push(text);
  const tested = bench({ clock, signal: abort.signal, ...(person ? { prompt } : {}) });
  const issuer = issuerOf(server.origin, {
    discovery: 'none',
    metadata: {
      token_endpoint: `${server.origin}/token`,
      device_authorization_endpoint: `${server.origin}/device`,
    },
  });
  const client = clientOf(issuer, { token_endpoint_auth_method: 'none' });
  const reader = oauth2Of(client, { grant_type: 'device_code', scope: 'a', asks: asksOf({}) });
  const presented = await tested.store.present(reader, staging);
  const again = await tested.store.present(reader, staging);
  const text = (message: string): string => message.replaceAll(server.origin, 'https://login.example.test');
  const failure = presented.failure && text(presented.failure.message);
  expect(JSON.stringify(tested.performed.map(({ hops }) => hops[0]?.request))).not.to.include(
    'the-device-code',
  );
  return {
    waits,
    prompts,
    failure,
    shared: failureOf(again) === null ? null : again.failure?.shared,
    asked: server.seen.map(({ path }) => path).join(' '),
  };
}

const pending = { error: 'authorization_pending' };
const token = { access_token: 'token-1', token_type: 'Bearer' };
const prompts = [
  'Credential "reader" (staging) needs a person. Open this address in any browser, and enter the code WDJB-MJHT:\n\n  https://login.example.test/device\n\nThe code is good for 1 min.',
];

describe('device_code', () => {
  afterEach(closeServers);

  it('waits longer where it is told so, and after no answer', async () => {
    expect(await flow({ answers: [pending, { error: 'slow_down' }, null, token] })).to.deep.equal({
      waits: [5, 5, 10, 20],
      prompts,
      failure: null,
      shared: null,
      asked: '/device /token /token /token /token',
    });
  });

  it('waits as long as the server wants', async () => {
    const device = {
      device_code: 'the-device-code',
      user_code: 'A\u001b[2JB',
      verification_url: 'https://login.example.test/d',
      verification_uri_complete: 'https://login.example.test/d?c=AB',
      interval: 1,
    };
    const { waits, prompts: printed } = await flow({ device, answers: [pending, token] });
    expect({ waits, printed }).to.deep.equal({
      waits: [1, 1],
      printed: [
        'Credential "reader" (staging) needs a person. Open this address in any browser, and enter the code A [2JB:\n\n  https://login.example.test/d\n\nor open this one, which has the code in it:\n\n  https://login.example.test/d?c=AB\n\nThe code is good for 10 min.',
      ],
    });
  });

  const asking = (parts: object): object => ({
    device_code: 'the-device-code',
    user_code: 'A',
    verification_uri: 'https://login.example.test/d',
    ...parts,
  });

  it('asks once a second at most', async () => {
    const { waits } = await flow({ device: asking({ interval: 0 }), answers: [pending, pending, token] });
    expect(waits).to.deep.equal([1, 1, 1]);
  });

  it('waits no longer than the code is good', async () => {
    const device = asking({ interval: 1e9, expires_in: 60 });
    const { waits, failure, asked } = await flow({ device, answers: [pending] });
    expect({ waits: waits.map(Math.round), failure, asked }).to.deep.equal({
      waits: [60],
      failure: 'The code ended before a person had approved the credential "reader".',
      asked: '/device',
    });
  });

  it('ends with the code', async () => {
    const { waits, failure, shared } = await flow({ answers: [pending] });
    expect({ waits: waits.length, failure, shared }).to.deep.equal({
      waits: 13,
      failure: 'The code ended before a person had approved the credential "reader".',
      shared: true,
    });
    expect((await flow({ answers: [pending, { error: 'expired_token' }] })).failure).to.equal(
      'The token endpoint (https://login.example.test/token) answered 400 with the error expired_token.',
    );
  });

  it('ends with the run', async () => {
    const { waits, failure } = await flow({ answers: [pending], abortAt: 2 });
    expect({ waits, failure }).to.deep.equal({
      waits: [5, 5],
      failure: 'The run was ended before a person had approved the credential "reader".',
    });
  });

  it('sends nothing where nobody is there', async () => {
    expect(await flow({ answers: [token], person: false })).to.deep.equal({
      waits: [],
      prompts: [],
      failure:
        'The credential "reader" has grant_type device_code, which needs a person at a terminal who approves it; this run has none.',
      shared: true,
      asked: '',
    });
  });

  it('tells what is wrong with the answer of the device authorization endpoint', async () => {
    const refused = { device: { error: 'invalid_scope' }, status: 400, answers: [token] };
    expect(await flow(refused)).to.deep.include({
      failure:
        'The device authorization endpoint (https://login.example.test/device) answered 400 with the error invalid_scope.',
      shared: true,
      asked: '/device',
    });
    expect((await flow({ device: { device_code: 'the-device-code' }, answers: [token] })).failure).to.equal(
      'The device authorization endpoint (https://login.example.test/device) answered 200 without device_code, user_code and verification_uri (RFC 8628 section 3.2).',
    );
    expect((await flow({ device: {}, status: 302, answers: [token] })).failure).to.equal(
      'The device authorization endpoint (https://login.example.test/device) answered 302 with application/json.',
    );
  });
});
