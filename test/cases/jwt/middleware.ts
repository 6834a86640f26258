/** A JWT middleware in an application with one route, `GET /orders`, as its documentation or a tutorial shows it. */
import { createPublicKey, type KeyObject } from 'node:crypto';
import type { RequestListener } from 'node:http';
import type { JWK, JWTPayload } from 'jose';

export interface Settings {
  readonly issuer: string;
  readonly audience: string;
  /** Where it fetches keys, on loopback. */
  readonly jwksUri: string;
  /** Where it asks about opaque tokens, on loopback: `?token=`. */
  readonly tokenUri: string;
  readonly algorithm: string;
  /** Scope that /orders wants, or null. */
  readonly scope: string | null;
  /** Entry that `roles` must have, or null. */
  readonly role: string | null;
  /** Seconds. */
  readonly leeway: number;
  /** Seconds by which its clock is ahead. */
  readonly skew: number;
  /** By `jti`. */
  readonly revoked: ReadonlySet<string>;
  /** By `sub`, in the server's own list; not told by the token. */
  readonly forbidden: ReadonlySet<string>;
}

export interface Middleware {
  /** With its version, as it is counted. */
  readonly name: string;
  readonly needs: readonly string[];
  /** What its tokens have besides the usual. */
  readonly claims?: Readonly<Record<string, unknown>>;
  /** It takes opaque tokens. */
  readonly opaque?: boolean;
  start(settings: Settings): Promise<Application>;
}
export interface Application {
  readonly listener: RequestListener;
  close(): Promise<void>;
}

export const orders: object = { orders: [{ id: 7 }] };

/** Where a program fetches the keys by itself, as many do. */
export async function fetchKeys(uri: string): Promise<readonly JWK[]> {
  const response = await fetch(uri);
  if (!response.ok) throw new Error(`JWKS answered ${response.status}`);
  return ((await response.json()) as { keys: JWK[] }).keys;
}

/** The key with that id; throws as jwks-rsa words it. */
export async function findKey(uri: string, kid: string | undefined): Promise<KeyObject> {
  const jwk = (await fetchKeys(uri)).find((key) => key.kid === kid);
  if (!jwk) throw new Error(`Unable to find a signing key that matches '${kid}'`);
  return publicKey(jwk);
}

export function publicKey(jwk: JWK): KeyObject {
  return createPublicKey({ key: jwk as unknown as import('node:crypto').JsonWebKey, format: 'jwk' });
}

/** Seconds of the server's clock. */
export function serverTime({ skew }: Settings): number {
  return Math.floor(Date.now() / 1000) + skew;
}

export function hasScope(claims: object, { scope }: Settings): boolean {
  const { scope: granted } = claims as JWTPayload & { scope?: string };
  return scope === null || (granted ?? '').split(' ').includes(scope);
}

export function hasRole(claims: object, { role, forbidden }: Settings): boolean {
  const { sub, roles } = claims as JWTPayload & { roles?: unknown };
  if (forbidden.has(sub ?? '')) return false;
  return role === null || (Array.isArray(roles) && roles.includes(role));
}

export async function nothing(): Promise<void> {}
