/** Bodies: of the answer against its own header and against what was wanted, of the request against what came of it. */
import { parseJson } from '../../http/json.ts';
import type { Response } from '../../model.ts';
import { type Evidence, evidence } from '../evidence.ts';
import { isLoginPage } from '../experiments/login-page.ts';
import { headerValue, type Subject } from '../subject.ts';
import { expectsJson, loginRedirect } from './login.ts';
import {
  clip,
  isHtml,
  isJsonType,
  lastHop,
  mediaType,
  originText,
  sentField,
  textOf,
  typeOf,
} from './wire.ts';

export function bodyFacts(subject: Subject): Evidence[] {
  const { response } = subject;
  if (!response) return [];
  return [...broken(subject, response), ...foreignPage(subject, response), ...media(subject, response)];
}

function broken(subject: Subject, response: Response): Evidence[] {
  const { hop } = subject;
  const { body } = response;
  const coding = headerValue(response, 'content-encoding');
  const line = (field: string, seen: string): Evidence['lines'] => [{ hop: hop.index, field, seen }];
  if (body.decodeError !== null) {
    const cut = /unexpected end|truncat|ended early|incomplete|ends before/i.test(body.decodeError);
    return [
      ...(cut ? [] : mislabelled(subject, response)),
      evidence(cut ? 'body/cut' : 'body/coding', {
        names: [cut ? 'body-truncated' : 'body-encoding-wrong'],
        lines: line('content-encoding', `${coding ?? 'none'}: ${body.decodeError}`),
      }),
    ];
  }
  const announced = Number(headerValue(response, 'content-length') ?? Number.NaN);
  const empty = body.bytes === 0;
  if (coding === null && hop.request.method !== 'HEAD' && announced > body.bytes && response.status !== 304) {
    return [
      evidence('body/short', {
        names: ['body-truncated'],
        lines: line('content-length', `${announced} announced, ${body.bytes} received`),
      }),
    ];
  }
  const success = response.status >= 200 && response.status < 300;
  if (!success || hop.request.method === 'HEAD' || response.status === 204) return [];
  if (empty)
    return expectsJson(subject)
      ? [evidence('body/empty', { names: ['body-empty'], lines: line('body', 'empty') })]
      : [];
  return notJson(subject, response);
}

/** The label is what the server says. Nothing at all of the bytes is gzip: a stream that is cut decodes until there. */
function mislabelled({ hop }: Subject, { status, headers, body }: Response): Evidence[] {
  const codings = headers.filter(([name]) => name.toLowerCase() === 'content-encoding');
  const gzip = codings.length === 1 && /^(?:x-)?gzip$/i.test(codings[0]?.[1].trim() ?? '');
  const none = body.bytes === 0 && /incorrect header|z_data_error/i.test(body.decodeError ?? '');
  if (status >= 300 || !gzip || !none) return [];
  return [
    evidence('body/label', {
      kind: 'text',
      names: ['body-encoding-wrong'],
      told: { says: 'The answer calls itself gzip.', fix: null, references: ['RFC 9110 section 8.4'] },
      lines: [{ hop: hop.index, field: 'content-encoding', seen: 'gzip; the bytes are none' }],
    }),
  ];
}

function notJson(subject: Subject, response: Response): Evidence[] {
  const labelled = isJsonType(typeOf(response));
  if ((!labelled && !expectsJson(subject)) || response.body.truncated) return [];
  const parsed = parseJson(Buffer.from(response.body.content).toString('utf8'));
  if ('value' in parsed) return [];
  const html = isHtml(textOf(response));
  // A login page has a cause of its own.
  if (html && (loginRedirect(subject) !== null || isLoginPage(response))) return [];
  return [
    evidence('body/not-json', {
      names: ['body-not-json'],
      weight: html ? 2 : 3,
      lines: [
        {
          hop: subject.hop.index,
          field: 'body',
          seen: `${typeOf(response) || 'no type'}, ${html ? 'an HTML page' : `no JSON: ${clip(parsed.error, 100)}`}`,
        },
      ],
    }),
  ];
}

/** An HTML page where this origin answers JSON otherwise: somebody else may have answered. */
function foreignPage(subject: Subject, response: Response): Evidence[] {
  // The page of an application that crashed is HTML as often as not.
  if (response.status < 400 || response.status === 500 || !isHtml(textOf(response)) || loginRedirect(subject))
    return [];
  const origin = originText(subject.hop.request.url);
  const others = subject.past.flatMap(({ environment, exchange }) => {
    const hop = lastHop(exchange);
    return environment === subject.environment.name &&
      hop?.response &&
      hop.response.body.bytes > 0 &&
      originText(hop.request.url) === origin
      ? [hop.response]
      : [];
  });
  const json = others.filter((other) => isJsonType(typeOf(other)));
  if (json.length === 0 || json.length < others.length) return [];
  const server = headerValue(response, 'server');
  const usual = json[0] ? headerValue(json[0], 'server') : null;
  const same = server === usual ? '' : ` (server: ${server ?? 'none'}; otherwise ${usual ?? 'none'})`;
  return [
    evidence('edge/other-maker', {
      names: ['edge-blocked', 'gateway-misconfigured', 'policy-blocked'],
      weight: 1,
      lines: [
        {
          hop: subject.hop.index,
          field: 'content-type',
          seen: `an HTML page; this origin answers JSON otherwise${same}`,
        },
      ],
    }),
  ];
}

/** 406 and 415, and 400 to a body without a type. */
function media(subject: Subject, response: Response): Evidence[] {
  const { hop } = subject;
  const sent = mediaType(sentField(hop, 'content-type'));
  const hasBody = (hop.request.body?.bytes ?? 0) > 0;
  const line = (field: string, seen: string): Evidence['lines'] => [{ hop: hop.index, field, seen }];
  if (response.status === 415) {
    const wanted = headerValue(response, 'accept-post') ?? headerValue(response, 'accept');
    return [
      evidence('request/media-type', {
        names: ['request-param-wrong'],
        weight: 2,
        lines: line('content-type', `${sent || 'none'}${wanted === null ? '' : `; taken are ${wanted}`}`),
      }),
    ];
  }
  if (response.status === 406)
    return [
      evidence('request/accept', {
        names: ['request-param-wrong', 'edge-blocked'],
        weight: 1,
        lines: line('accept', sentField(hop, 'accept') ?? 'none'),
      }),
    ];
  if (response.status !== 400 && response.status !== 422) return [];
  const unsafe = ['POST', 'PUT', 'PATCH'].includes(hop.request.method);
  if (unsafe && !hasBody)
    return [
      evidence('request/no-body', {
        names: ['request-param-missing'],
        weight: 1,
        lines: line('request', `${hop.request.method} without a body`),
      }),
    ];
  return [];
}
