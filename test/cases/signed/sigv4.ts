/** AWS Signature Version 4 at a verifier that refuses in the words of the services. */
import type { Received } from '../../support/origins.ts';
import { fieldOf, isSigV4Signed } from '../../support/verifiers.ts';
import type { Case } from '../case.ts';
import { minutes, type Refusal, type Signed, signedCase, type Truth, type Verify } from './signed-case.ts';

const secret = 'wJalrXUtnFEMI-of-production-0123456789';
const id = 'KEYID0123PROD';
const servers = ['a SigV4 verifier'];
const credential = {
  type: 'aws_sigv4',
  access_key_id: '${env.KEY_ID}',
  secret_access_key: '${secret.KEY}',
  region: 'eu-central-1',
  service: 'execute-api',
};
const env = { KEY_ID: id, KEY: secret };
const spare = (request: Received): Received => request;

interface Rules {
  readonly style?: 'json' | 'xml' | 'silent';
  readonly ahead?: number;
  readonly ids?: readonly string[];
  readonly region?: string;
  readonly between?: (request: Received) => Received;
  readonly session?: 'expired';
}

function verifier({
  style = 'json',
  ahead = 0,
  ids = [id],
  region = 'eu-central-1',
  ...rules
}: Rules): Verify {
  const no = (type: string, message: string): Refusal => refusal(style, type, message);
  return (given) => {
    const request = (rules.between ?? spare)(given);
    const authorization = fieldOf(request, 'authorization');
    if (authorization === '')
      return no('MissingAuthenticationTokenException', 'Missing Authentication Token');
    const [, key = '', theirs = ''] = /Credential=([^/]+)\/\d+\/([^/]+)/.exec(authorization) ?? [];
    if (!ids.includes(key))
      return style === 'xml'
        ? no('InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist in our records.')
        : no('UnrecognizedClientException', 'The security token included in the request is invalid.');
    if (theirs !== region)
      return style === 'xml'
        ? no(
            'AuthorizationHeaderMalformed',
            `The authorization header is malformed; the region '${theirs}' is wrong; expecting '${region}'`,
          )
        : no('InvalidSignatureException', `Credential should be scoped to a valid region, not '${theirs}'.`);
    if (rules.session === 'expired' && fieldOf(request, 'x-amz-security-token') === 'session-of-yesterday-01')
      return no('ExpiredTokenException', 'The security token included in the request is expired');
    const date = fieldOf(request, 'x-amz-date');
    const signed = Date.parse(
      date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'),
    );
    const now = Date.now() + ahead;
    const at = new Date(now).toISOString().replace(/[-:]|\.\d+/g, '');
    if (Math.abs(now - signed) > 5 * minutes)
      return style === 'xml'
        ? no(
            'RequestTimeTooSkewed',
            'The difference between the request time and the current time is too large.',
          )
        : no(
            'InvalidSignatureException',
            `Signature expired: ${date} is now earlier than ${at} (${at} - 5 min.)`,
          );
    if (isSigV4Signed(request, secret)) return null;
    return style === 'xml'
      ? no(
          'SignatureDoesNotMatch',
          'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
        )
      : no(
          'InvalidSignatureException',
          'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
        );
  };
}

function refusal(style: Rules['style'], type: string, message: string): Refusal {
  if (style === 'silent') return { status: 403, body: { message: 'Forbidden' } };
  if (style === 'json')
    return {
      status: 403,
      headers: { 'x-amzn-errortype': type, 'x-amzn-requestid': 'b1' },
      body: { message },
    };
  return {
    status: 403,
    headers: { 'content-type': 'application/xml' },
    body: `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${type}</Code><Message>${message}</Message><RequestId>b1</RequestId></Error>`,
  };
}

function awsCase(fault: string, truth: Truth, rules: Rules, parts: Partial<Signed> = {}): Case {
  const { style = 'json' } = rules;
  return signedCase(
    `sigv4-${fault}`,
    { servers, ...truth },
    {
      verify: verifier(rules),
      healedVerify: verifier({ style }),
      credential,
      env,
      healedEnv: env,
      ahead: rules.ahead ?? 0,
      ...parts,
    },
  );
}

const wrong = { env: { ...env, KEY: 'another-secret-of-last-year-0123456789' } };
const session = { ...credential, session_token: '${secret.SESSION}' };

export const sigv4Cases: readonly Case[] = [
  awsCase('secret-wrong', { causes: ['signature-invalid'], decisive: [id], onlyTold: true }, {}, wrong),
  awsCase(
    'secret-wrong-xml',
    { causes: ['signature-invalid'], decisive: [id], onlyTold: true },
    { style: 'xml' },
    wrong,
  ),
  awsCase(
    'host-rewritten',
    { causes: ['signature-invalid'], decisive: ['host'], onlyTold: true, twin: null },
    {
      between: (request) => ({
        ...request,
        headers: request.headers.map(([name, value]) => [
          name,
          name.toLowerCase() === 'host' ? 'orders.internal' : value,
        ]),
      }),
    },
  ),
  awsCase('skewed', { causes: ['clock-skew'], decisive: ['20 min'] }, { style: 'xml', ahead: 20 * minutes }),
  awsCase('signature-expired', { causes: ['clock-skew'], decisive: ['20 min'] }, { ahead: 20 * minutes }),
  awsCase(
    'key-id-unknown',
    { causes: ['api-key-invalid'], decisive: [id], onlyTold: true },
    { ids: ['KEYID0123STAGING'] },
  ),
  awsCase(
    'key-id-unknown-xml',
    { causes: ['api-key-invalid'], decisive: [id], onlyTold: true },
    { style: 'xml', ids: ['KEYID0123STAGING'] },
  ),
  awsCase(
    'region-wrong',
    { causes: ['audience-mismatch'], decisive: ['us-east-1'], onlyTold: true },
    {},
    { credential: { ...credential, region: 'us-east-1' }, healedCredential: credential },
  ),
  awsCase(
    'region-wrong-xml',
    { causes: ['audience-mismatch'], decisive: ['us-east-1'], onlyTold: true },
    { style: 'xml' },
    { credential: { ...credential, region: 'us-east-1' }, healedCredential: credential },
  ),
  awsCase(
    'session-expired',
    { causes: ['token-expired'], decisive: [], onlyTold: true },
    { session: 'expired' },
    {
      credential: session,
      env: { ...env, SESSION: 'session-of-yesterday-01' },
      healedEnv: { SESSION: 'session-of-today-000001' },
    },
  ),
  awsCase(
    'secret-wrong-silent',
    { causes: ['signature-invalid', 'permission-missing', 'api-key-invalid'], decisive: [] },
    { style: 'silent' },
    wrong,
  ),
];
