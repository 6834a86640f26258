/** A case that was written after the rules, with environments that may go by other names. */
import type { Case, Started } from '../case.ts';
import { jwtCase, type Plan } from '../jwt/jwt-case.ts';
import type { Scene } from '../jwt/scene.ts';

export interface AfterPlan extends Plan {
  /** Names of the two environments, in place of `production` and `staging`. */
  readonly names?: readonly [production: string, staging: string];
}

export const past = '2024-03-05';
export const future = '2044-03-05';
export const login = 'https://login.example.test';
export const stagingLogin = 'https://login.staging.example.test';
export const api = 'https://api.example.test';
export const billing = 'https://billing.example.test';
const seconds = (day: string): number => Date.parse(`${day}T10:00:00Z`) / 1000;

export function after({ names, ...plan }: AfterPlan): Case {
  const one = jwtCase({ ...plan, written: 'after the rules' });
  if (!names) return one;
  return {
    ...one,
    async start() {
      const started = await one.start();
      return {
        ...started,
        ...rename(started, names),
        async heal() {
          return rename((await started.heal()) as Pick<Started, 'files' | 'env'>, names);
        },
      };
    },
  };
}

function rename(
  { files, env }: Pick<Started, 'files' | 'env'>,
  [production, staging]: readonly [string, string],
): Pick<Started, 'files' | 'env'> {
  const project = JSON.parse(files['why401.yml'] ?? '{}') as { environments: Record<string, unknown> };
  const names: Readonly<Record<string, string>> = { production, staging };
  const environments = Object.entries(project.environments).map(([name, value]) => [
    names[name] ?? name,
    value,
  ]);
  const text = JSON.stringify({ ...project, environments: Object.fromEntries(environments) }, null, 2);
  return { files: { ...files, 'why401.yml': text }, env };
}

/** The token has other claims. */
export function claiming(claims: Readonly<Record<string, unknown>>): Plan['fail'] {
  return async ({ production }) => {
    production.token = await production.issue(claims);
  };
}
export const expired: Plan['fail'] = claiming({ iat: seconds(past) - 3600, exp: seconds(past) });
export const early: Plan['fail'] = claiming({ nbf: seconds(future), exp: seconds(future) + 3600 });

/** What a secret holds by mistake. */
export function holding(change: (token: string) => string): Plan['fail'] {
  return ({ production }) => {
    production.token = change(production.token);
  };
}
export async function revoke({ production }: Scene): Promise<void> {
  production.token = await production.issue({ jti: 'revoked-1' });
  await production.serve({ revoked: new Set(['revoked-1']) });
}
export async function forbid({ production }: Scene): Promise<void> {
  await production.serve({ forbidden: new Set(['ci']) });
}
export const restart = ({ production }: Scene): Promise<void> => production.serve();

export function sendNone(scene: Scene): void {
  scene.step = { GET: '/orders', credential: 'none' };
}
export function sendOwn(scene: Scene): void {
  scene.step = { GET: '/orders' };
}
export const asBearer: Scene['credential'] = { type: 'bearer', token: '${secret.TOKEN}' };
export const asBasic: Scene['credential'] = { type: 'basic', username: 'ci', password: '${secret.TOKEN}' };
/** The token after another word, in the same field. */
export function asWord(word: string): Scene['credential'] {
  return { type: 'api_key', in: 'header', name: 'authorization', value: `${word} \${secret.TOKEN}` };
}
export function withCredential(credential: Scene['credential']): Plan['fail'] {
  return (scene) => {
    scene.credential = credential;
  };
}
/** One more scope is wanted than the token has. */
export async function wantScope({ production }: Scene): Promise<void> {
  await production.serve({ scope: 'orders:write' });
}
export const withScope: Plan['fail'] = claiming({ scope: 'orders:read orders:write' });
