/** The addresses in metadata: of this environment, public, and https where the issuer is. */
import { isInner } from '../http/origin.ts';
import { isUrl } from '../http/url.ts';
import type { Finding, Issuer, JsonMap } from '../model.ts';
import { isMap } from '../source.ts';
import type { SurveyContext } from './context.ts';
import { otherOwner } from './hosts.ts';
import { evidence, listed, publishedFinding } from './published.ts';

interface Address {
  readonly member: string;
  readonly text: string;
  readonly url: URL | null;
}

export interface Judged {
  readonly findings: readonly Finding[];
  /** Members that are told. */
  readonly told: ReadonlySet<string>;
}

/** One finding for each way of being wrong, not one for each address. `needed`: without these nothing works. */
export function judgeAddresses(
  context: SurveyContext,
  issuer: Issuer,
  values: JsonMap,
  needed: ReadonlySet<string>,
): Judged {
  if (!isUrl(issuer.issuer)) return { findings: [], told: new Set() };
  const wanted = new URL(issuer.issuer);
  const addresses = addressesOf(values).filter(({ text }) => text !== issuer.issuer);
  const classes = new Map<Fault, Address[]>();
  for (const address of addresses) {
    const fault = faultOf(address, wanted, context);
    if (fault) classes.set(fault, [...(classes.get(fault) ?? []), address]);
  }
  const worst = (found: readonly Address[]): Finding['severity'] =>
    found.some(({ member }) => member === 'issuer' || needed.has(member)) ? 'error' : 'warning';
  const findings = [...classes].map(([fault, found]) =>
    fault === 'foreign'
      ? mixup(context, issuer, found, addresses.length)
      : wrong(context, issuer, fault, found, worst(found)),
  );
  return { findings, told: new Set([...classes.values()].flat().map(({ member }) => member)) };
}

type Fault = 'foreign' | 'inner' | 'plain' | 'port' | 'no-url';

function faultOf({ member, url }: Address, wanted: URL, context: SurveyContext): Fault | null {
  if (url === null) return member === 'issuer' ? null : 'no-url';
  if (otherOwner(url, context) !== null) return 'foreign';
  if (isInner(url.hostname) && !isInner(wanted.hostname)) return 'inner';
  if (url.protocol === 'http:' && wanted.protocol === 'https:') return 'plain';
  const own = url.hostname === wanted.hostname && !member.includes('.');
  return own && url.port !== wanted.port ? 'port' : null;
}

function mixup(context: SurveyContext, issuer: Issuer, found: readonly Address[], all: number): Finding {
  const owners = [...new Set(found.flatMap(({ url }) => (url ? [otherOwner(url, context) ?? ''] : [])))];
  const whole = found.length === all && found.length > 1;
  const names = found.map(({ member }) => member);
  return publishedFinding(context, {
    cause: 'environment-mixup',
    severity: 'error',
    summary: whole
      ? `The metadata of issuer "${issuer.name}" is that of ${listed(owners)}: it names ${listed(names)} there.`
      : `The metadata of issuer "${issuer.name}" names ${listed(names)} of ${listed(owners)}.`,
    evidence: evidenceOf(found),
    fix: `Set the public URL of the authorization server of ${context.environment.name}; it was copied from ${listed(owners)}.`,
    fixSource: issuer.source,
    references: ['RFC 8414 section 2'],
  });
}

const words: Readonly<
  Record<Exclude<Fault, 'foreign'>, { readonly what: string; readonly why: string; readonly fix: string }>
> = {
  inner: {
    what: 'at a host that only the inner network knows',
    why: 'as a server does that takes its public address from the request of its proxy',
    fix: 'Set the public URL of the authorization server, or let the proxy hand on Host (X-Forwarded-Host) and the server trust it.',
  },
  plain: {
    what: 'over plain http, and the issuer is https',
    why: 'as a server does behind a proxy that ends TLS and does not hand on the scheme',
    fix: 'Let the proxy send X-Forwarded-Proto and the server trust it, or set the public URL of the server to https.',
  },
  port: {
    what: 'at another port of the same host',
    why: 'as a server does that knows only the port at which it listens itself',
    fix: 'Set the public URL of the authorization server with its public port, or let the proxy hand it on (X-Forwarded-Port).',
  },
  'no-url': {
    what: 'that are no absolute URLs',
    why: 'and clients take them as they are',
    fix: 'Publish absolute URLs.',
  },
};

function wrong(
  context: SurveyContext,
  issuer: Issuer,
  fault: Exclude<Fault, 'foreign'>,
  found: readonly Address[],
  severity: Finding['severity'],
): Finding {
  const { what, why, fix } = words[fault];
  return publishedFinding(context, {
    cause: 'endpoint-wrong',
    severity,
    summary: `The metadata of issuer "${issuer.name}" names ${listed(found.map(({ member }) => member))} ${what}, ${why}.`,
    evidence: evidenceOf(found),
    fix,
    fixSource: issuer.source,
    references: ['RFC 8414 section 2', 'RFC 8414 section 6.1'],
  });
}

function evidenceOf(found: readonly Address[]): Finding['evidence'] {
  return found.slice(0, 10).map(({ member, text }) => evidence(member, text));
}

/** Addresses that are looked at; a document has about ten. */
const most = 50;

/** The issuer, the endpoints and the key set, aliases as `mtls_endpoint_aliases.token_endpoint`. */
export function addressesOf(values: JsonMap): Address[] {
  const aliases = values['mtls_endpoint_aliases'];
  const named = [
    ...Object.entries(values).filter(([name]) =>
      /_endpoint$|^jwks_uri$|^issuer$|^check_session_iframe$/.test(name),
    ),
    ...(aliases !== undefined && isMap(aliases)
      ? Object.entries(aliases).map(([name, value]) => [`mtls_endpoint_aliases.${name}`, value] as const)
      : []),
  ];
  return named.slice(0, most).flatMap(([member, value]) => {
    if (value === null) return [];
    const text = typeof value === 'string' ? value : 'no text';
    return [{ member, text, url: typeof value === 'string' && isUrl(value) ? new URL(value) : null }];
  });
}
