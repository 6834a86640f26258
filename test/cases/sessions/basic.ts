/** Basic authentication: user names and passwords that are refused, with and without a reason. */
import type { RequestListener } from 'node:http';
import express from 'express';
import basicAuth from 'express-basic-auth';
import { type Scene, staged } from '../../support/stage.ts';
import type { Case } from '../case.ts';

const servers = ['express 5', 'express-basic-auth 1'];
const api = 'https://legacy.example.test';
const stagingApi = 'https://legacy.staging.example.test';
const password = 'correct horse of production';
const scenario = '\ncredential: legacy\nsteps:\n  - GET: /orders\n';
const userSide = ['password-wrong', 'user-unknown', 'user-disabled', 'account-locked', 'password-expired'];

/** `said`: what one who is refused is told. */
function createApp(users: Record<string, string>, said?: (user: string | null) => unknown): RequestListener {
  const app = express();
  app.disable('x-powered-by');
  const told = said && ((request: basicAuth.IBasicAuthedRequest) => said(request.auth?.user ?? null));
  app.use(
    basicAuth({ users, challenge: true, realm: 'Orders', ...(told ? { unauthorizedResponse: told } : {}) }),
  );
  app.get('/orders', (_request, response) => void response.json({ orders: [{ id: 7 }] }));
  return app;
}

function basicCase(
  fault: string,
  told: Pick<Case, 'causes' | 'decisive'> & Partial<Pick<Case, 'twin' | 'beside'>>,
  parts: {
    readonly users: Record<string, string>;
    readonly said?: (user: string | null) => unknown;
    readonly sent?: string;
    readonly isProtected?: boolean;
  },
): Case {
  return staged({ id: `basic/${fault}`, servers, ...told }, async (stage): Promise<Scene> => {
    const door = await stage.serve(api, createApp(parts.users, parts.said));
    await stage.serve(stagingApi, createApp({ ci: 'password of staging' }));
    const environment = (origin: string, more: object): object => ({
      origins: { api: origin },
      ...stage.reach(),
      ...more,
    });
    const credentials = { legacy: { password: '${secret.STAGING_PASSWORD}' } };
    const env = { PASSWORD: parts.sent ?? password, STAGING_PASSWORD: 'password of staging' };
    return {
      project: {
        environments: {
          staging: environment(stagingApi, { protected: false, credentials }),
          production: environment(api, parts.isProtected ? {} : { protected: false }),
        },
        credentials: { legacy: { type: 'basic', username: 'ci', password: '${secret.PASSWORD}' } },
      },
      scenario,
      env,
      heal: async () => {
        door.use(createApp({ ci: password }));
        return { env: { ...env, PASSWORD: password } };
      },
    };
  });
}

export const basicCases: readonly Case[] = [
  basicCase(
    'password-wrong',
    { causes: userSide, decisive: ['ci'], twin: 'basic/user-unknown' },
    { users: { ci: password }, sent: 'password of last year', isProtected: true },
  ),
  basicCase(
    'user-unknown',
    {
      causes: ['user-unknown', ...userSide.filter((cause) => cause !== 'user-unknown')],
      decisive: ['ci'],
      twin: 'basic/password-wrong',
    },
    { users: { admin: password }, isProtected: true },
  ),
  basicCase(
    'password-of-staging',
    {
      causes: ['environment-mixup', ...userSide],
      beside: ['environment-mixup', 'password-wrong'],
      decisive: ['staging'],
    },
    { users: { ci: password }, sent: 'password of staging' },
  ),
  basicCase(
    'account-locked',
    { causes: ['account-locked'], decisive: ['locked'] },
    {
      users: { ci: 'changed' },
      said: () => ({ message: 'User account is locked after too many failed attempts.' }),
    },
  ),
  basicCase(
    'password-expired',
    { causes: ['password-expired'], decisive: ['expired'] },
    {
      users: { ci: 'changed' },
      said: (user) => `The password of ${user} has expired and must be changed.`,
      isProtected: true,
    },
  ),
];
