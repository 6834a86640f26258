/** Near variants of a redirect_uri: what is registered often differs in one of these, and is compared as a string. */
import { type UriComponent, uriDifferences } from './redirect-uri-difference.ts';
import { defaultPort, loopbackForm, type UriParts, uriParts, uriText } from './redirect-uri-parts.ts';
import { isUrl } from './url.ts';

export interface Variant {
  readonly redirect_uri: string;
  /** How it differs. */
  readonly differs: string;
}

/** RFC 9700 section 4.1.3: simple string comparison. The likelier slips first; at most one factor each. */
export function variantsOf(redirect_uri: string): readonly Variant[] {
  if (!isUrl(redirect_uri)) return [];
  const parts = uriParts(redirect_uri);
  const changes = parts.authority === null ? [otherSlashes, otherEnd] : inOrder;
  const found = new Map<string, string>();
  for (const change of changes) {
    const variant = uriText(change(parts));
    const [first] = uriDifferences(variant, redirect_uri);
    if (first && isUrl(variant) && !found.has(variant)) found.set(variant, first.words);
  }
  return [...found].map(([variant, differs]) => ({ redirect_uri: variant, differs }));
}

/** How two of them differ, where it is one of the near ways; null where they have little to do with each other. */
export function nearness(a: string, b: string): string | null {
  const differences = uriDifferences(a, b);
  const [first] = differences;
  return first && differences.length === 1 && !far.has(first.component) ? first.words : null;
}

/** `uri` of another environment as it would read beside `home`: with its scheme, host and port, where both have a host. */
export function transplanted(uri: string, home: string): string {
  const [parts, own] = [uriParts(uri), uriParts(home)];
  if (!parts.authority || !own.authority) return uri;
  const { scheme, userinfo, host, port } = own;
  return uriText({ ...parts, scheme, userinfo, host, port });
}

/** Differences that are no slips. */
const far: ReadonlySet<UriComponent> = new Set(['host', 'path', 'custom-scheme', 'userinfo']);

type Change = (parts: UriParts) => UriParts;

const otherEnd: Change = (parts) => ({
  ...parts,
  path: parts.path.endsWith('/') ? parts.path.slice(0, -1) : `${parts.path}/`,
});

const otherScheme: Change = (parts) => {
  const other = { http: 'https', https: 'http' }[parts.scheme?.toLowerCase() ?? ''];
  return { ...parts, scheme: other ?? parts.scheme };
};

const otherLoopback: Change = (parts) => {
  const form = loopbackForm(parts.host);
  if (form === null) return parts;
  return { ...parts, host: form === 'localhost' ? '127.0.0.1' : 'localhost' };
};

const otherPathCase: Change = (parts) => {
  const lower = parts.path.toLowerCase();
  const capitals = lower.replace(/\/([a-z])/g, (_, letter: string) => `/${letter.toUpperCase()}`);
  return { ...parts, path: parts.path === lower ? capitals : lower };
};

/** The default port written out or left out; any other left out. */
const otherPort: Change = (parts) => ({
  ...parts,
  port: parts.port === null ? defaultPort(parts.scheme) : null,
});

const otherWww: Change = (parts) => {
  if (/^www\./i.test(parts.host)) return { ...parts, host: parts.host.slice(4) };
  return /^[a-z][\w-]*(?:\.[\w-]+)+$/i.test(parts.host) ? { ...parts, host: `www.${parts.host}` } : parts;
};

const withoutQuery: Change = (parts) => ({ ...parts, query: null });
const lowerHost: Change = (parts) => ({ ...parts, host: parts.host.toLowerCase() });

const otherEncoding: Change = (parts) => {
  try {
    const decoded = decodeURIComponent(parts.path);
    const path = decoded === parts.path ? parts.path.split('/').map(encodeURIComponent).join('/') : decoded;
    return { ...parts, path };
  } catch {
    return parts;
  }
};

/** `com.example.app:/callback` and `com.example.app://callback`. */
const otherSlashes: Change = (parts) =>
  /^\/[^/]/.test(parts.path) ? { ...parts, authority: '', host: parts.path.slice(1), path: '' } : parts;

/** The likelier first. */
const inOrder: readonly Change[] = [
  otherEnd,
  otherScheme,
  otherLoopback,
  withoutQuery,
  lowerHost,
  otherPort,
  otherPathCase,
  otherWww,
  otherEncoding,
];
