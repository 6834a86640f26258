/** Where servers limit the head of a request, and how they are known. Defaults are those of their documentation or source. */

export interface HeaderLimit {
  readonly server: string;
  /** In Server. */
  readonly named: RegExp | null;
  /** In the page, where the answer names no server. */
  readonly page?: RegExp;
  /** What raises it; null: nothing does. */
  readonly directive: string | null;
  /** Bytes of one field, or of one line. */
  readonly field?: number;
  /** Bytes of the whole head. */
  readonly head?: number;
}

export const headerLimits: readonly HeaderLimit[] = [
  {
    server: 'nginx',
    named: /nginx|openresty/i,
    directive: 'large_client_header_buffers',
    field: 8192,
    head: 32_768,
  },
  {
    server: 'Tomcat',
    named: /coyote|tomcat/i,
    page: /Apache Tomcat\/|<b>Message<\/b> Request header is too large/,
    directive: 'maxHttpRequestHeaderSize',
    head: 8192,
  },
  { server: 'Apache httpd', named: /apache/i, directive: 'LimitRequestFieldSize', field: 8190 },
  {
    server: 'HTTP.sys',
    named: /\biis\b|httpapi/i,
    page: /HTTP Error 400\. The size of the request headers is too long/,
    directive: 'MaxFieldLength and MaxRequestBytes in the registry',
    field: 16_384,
    head: 16_384,
  },
  {
    server: 'Jetty',
    named: /jetty/i,
    page: /Bad Message 431|Powered by Jetty/,
    directive: 'requestHeaderSize',
    head: 8192,
  },
  {
    server: 'gunicorn',
    named: /gunicorn/i,
    page: /Error parsing headers: /,
    directive: 'limit_request_field_size',
    field: 8190,
  },
  {
    server: 'uvicorn with h11',
    named: /uvicorn|hypercorn/i,
    page: /^Invalid HTTP request received\.$/,
    directive: 'h11_max_incomplete_event_size',
    head: 65_536,
  },
  {
    server: 'AWS load balancer',
    named: /awselb/i,
    directive: null,
    field: 16_384,
    head: 65_536,
  },
  { server: 'Kestrel', named: /kestrel/i, directive: 'MaxRequestHeadersTotalSize', head: 32_768 },
  { server: 'Envoy', named: /envoy/i, directive: 'max_request_headers_kb', head: 61_440 },
  { server: 'lighttpd', named: /lighttpd/i, directive: 'server.max-request-field-size', head: 8192 },
  {
    server: 'Varnish',
    named: /varnish/i,
    directive: 'http_req_hdr_len and http_req_size',
    field: 8192,
    head: 32_768,
  },
  { server: 'Squid', named: /squid/i, directive: 'request_header_max_size', head: 65_536 },
  { server: 'WEBrick', named: /webrick/i, directive: null },
  { server: 'http.server of Python', named: /basehttp|simplehttp/i, directive: null, field: 65_536 },
  { server: 'Caddy', named: /caddy/i, directive: 'max_header_size', head: 1_048_576 },
  {
    server: 'Caddy or another server in Go',
    named: null,
    page: /^431 Request Header Fields Too Large$/,
    directive: 'max_header_size in Caddy, MaxHeaderBytes in net/http',
    head: 1_048_576,
  },
];

/** `server` is the field of that name, `text` the page. Null where neither is known. */
export function limitOf(server: string | null, text: string): HeaderLimit | null {
  const page = text.trim();
  return (
    headerLimits.find(({ named }) => server !== null && named?.test(server)) ??
    headerLimits.find((limit) => limit.page?.test(page)) ??
    null
  );
}
