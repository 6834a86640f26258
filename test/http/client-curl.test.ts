/** curl's own tests about redirects, held against the profiles `curl` and `curl-location-trusted`. */
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { clientRun } from '../../src/http/client-engine.ts';
import type { ClientAnswer, ClientRequest } from '../../src/http/client-profile.ts';
import { findClient } from '../../src/http/clients.ts';
import { sharedFile } from '../report/shared-file.ts';

interface Case {
  readonly id: string;
  readonly name: string;
  readonly command: string;
  readonly replies: Readonly<Record<string, { readonly raw?: string }>>;
  readonly expected_requests: string | null;
  readonly expected_exit: number;
}
interface Command {
  readonly profile: 'curl' | 'curl-location-trusted';
  readonly max: number;
  readonly request: ClientRequest;
}
/** A request as it is compared: the fields that the command itself sets, in the order of their names. */
interface Seen {
  readonly method: string;
  readonly path: string;
  readonly fields: readonly string[];
  readonly hasBody: boolean;
}

/** Cases with redirects that say nothing of what a profile knows, or ask for what it does not. */
const leftOut: Readonly<Record<string, string>> = {
  'curl/test90': '--anyauth: a request more for each challenge',
  'curl/test188': '-C: a range, and what was answered to it',
  'curl/test486': '--netrc: a credential looked up for each host',
  'curl/test498': 'headers that are too large',
  'curl/test663': 'a blank in a query, which curl writes as +',
  'curl/test765': 'no requests are given',
  'curl/test998': 'a user in the first URL, which belongs to that URL',
  'curl/test1056': 'an IPv6 scope, which is no part of a URL of the WHATWG',
  'curl/test1073': '-T -: a body that cannot be sent twice',
  'curl/test1087': '--anyauth: a request more for each challenge',
  'curl/test1524': '-T: the profile is that of -X, whose method stays at a 303',
  'curl/test1966': '--netrc and --digest',
  'curl/test1983': '--follow, of which there is no profile',
  'curl/test1984': '--follow, of which there is no profile',
  'curl/test3106': 'CONNECT',
  'curl/test5023': 'a signature, which the command does not hold',
  'curl/test5024': 'a signature, which the command does not hold',
};

const places = { HOSTIP: '127.0.0.1', HTTPPORT: '8990', HTTPSPORT: '8991', PROXYPORT: '8992' } as const;

const withValue =
  /^(?:-[uHdXFTbcxowe]|--(?:user|max-redirs|proxy|proxy-user|resolve|referer|write-out|oauth2-bearer|connect-to))$/;
const bodies: Readonly<Record<string, string>> = { '-d': 'POST', '-F': 'POST', '-T': 'PUT' };

describe("curl's own tests of redirects", () => {
  const file = sharedFile('vectors/redirects/curl-http-auth-redirect-cookie.json');
  if (file === null) {
    it('are not here', function () {
      this.skip();
    });
    return;
  }
  const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { readonly cases: readonly Case[] };
  const about = cases.filter(
    ({ command, replies }) => follows(command) && answersOf(replies).some(isRedirect),
  );
  for (const each of about) {
    const reason = leftOut[each.id];
    if (reason) it.skip(`${each.id}: ${reason}`);
    else
      it(`${each.id}: ${each.name}`, () => {
        const command = commandOf(each.command);
        expect(predicted(command, each)).to.deep.equal(expected(command, each));
      });
  }

  it('are most of them told, and those that are left out are there', () => {
    const ids = about.map(({ id }) => id);
    expect(Object.keys(leftOut).filter((id) => !ids.includes(id))).to.deep.equal([]);
    expect(ids.length - Object.keys(leftOut).length).to.be.at.least(17);
  });
});

function follows(command: string): boolean {
  return /(?:^| )(?:-L|--location|--location-trusted|--follow)(?: |$)/.test(command);
}

function filled(text: string): string {
  const lines = text.replaceAll('%CR\n', '\n').replaceAll('%AMP', '&');
  return lines.replace(
    /%(HOSTIP|HTTPPORT|HTTPSPORT|PROXYPORT)/g,
    (_, name: keyof typeof places) => places[name],
  );
}

function answersOf(replies: Case['replies']): ClientAnswer[] {
  return Object.values(replies).map(({ raw = '' }) => {
    const text = filled(raw);
    const location = /^Location:[ \t]*(.*)$/im.exec(text)?.[1] ?? null;
    return { status: Number(/^HTTP\/\S+ (\d+)/.exec(text)?.[1] ?? 0), location };
  });
}

function isRedirect({ status }: ClientAnswer): boolean {
  return status >= 300 && status <= 399;
}

/** Throws an Error where the command has an option that is not known here: a new case is looked at by somebody. */
function commandOf(text: string): Command {
  const words = [...filled(text).matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, a, b, c]) => a ?? b ?? c ?? '',
  );
  const fields = new Set<string>();
  let [method, url, hasBody, max] = ['GET', '', false, 50];
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    const takes = withValue.test(word);
    const value = takes ? (words[at + 1] ?? '') : '';
    if (takes) at += 1;
    if (word === '-u' || word === '--user' || word === '--oauth2-bearer') fields.add('authorization');
    else if (word === '-H') fields.add((value.split(':')[0] ?? '').toLowerCase());
    else if (word === '-b' && value.includes('=')) fields.add('cookie');
    else if (word === '--max-redirs') max = Number(value);
    else if (word === '-X') method = value;
    else if (bodies[word]) [method, hasBody] = [bodies[word] ?? '', true];
    else if (!word.startsWith('-')) url = word;
    else if (!takes && !/^(?:-L|--location|--location-trusted|--insecure)$/.test(word))
      throw new Error(`${word} is not known here.`);
  }
  const target = new URL(url.includes('://') ? url : `http://${url}`);
  if (target.username) fields.add('authorization');
  [target.username, target.password] = ['', ''];
  return {
    profile: text.includes('--location-trusted') ? 'curl-location-trusted' : 'curl',
    max,
    request: { method, url: target, fields, hasBody },
  };
}

function predicted({ profile: name, max, request }: Command, { replies }: Case): unknown {
  const profile = findClient(name);
  if (!profile) throw new Error(`no profile ${name}`);
  const { hops, stop } = clientRun({ ...profile, max }, request, answersOf(replies));
  const requests = hops.map(
    ({ state }): Seen => ({
      method: state.method,
      path: state.url.pathname + state.url.search,
      fields: [...state.fields].sort(),
      hasBody: state.hasBody,
    }),
  );
  return { requests, error: stop?.gives === 'error' };
}

function expected({ request }: Command, { expected_requests, expected_exit }: Case): unknown {
  const text = filled(expected_requests ?? '');
  const parts = text
    .split(/(?=(?:GET|POST|PUT|HEAD|DELETE) \S+ HTTP\/1\.1\r?\n)/)
    .filter((part) => part !== '');
  const requests = parts.map((part): Seen => {
    const [head = '', rest = ''] = part.split(/\r?\n\r?\n/);
    const [first = '', ...lines] = head.split(/\r?\n/);
    const [method = '', target = ''] = first.split(' ');
    const url = new URL(target, request.url);
    const sent = lines.map((line) => (line.split(':')[0] ?? '').toLowerCase());
    return {
      method,
      path: url.pathname + url.search,
      fields: [...request.fields].filter((name) => sent.includes(name)).sort(),
      hasBody: rest !== '',
    };
  });
  return { requests, error: expected_exit === 47 };
}
