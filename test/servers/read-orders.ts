/** One request with a bearer token, replayed by the program in an environment that is protected. */

import { why401 } from '../support/command.ts';
import type { JwtApp } from '../support/jwt-app.ts';
import type { Origins } from '../support/origins.ts';

export interface Outcome {
  readonly code: number;
  /** `cause certainty`, first the answer. */
  readonly findings: readonly string[];
}
interface Report {
  readonly scenarios: readonly {
    readonly steps: readonly {
      readonly findings: readonly { readonly cause: string; readonly certainty: string }[];
    }[];
  }[];
}

export async function readOrders(
  target: string,
  named: Readonly<Record<string, string>>,
  origins: Origins,
  app: JwtApp,
): Promise<Outcome> {
  const project = {
    environments: {
      production: {
        origins: named,
        connect_to: Object.fromEntries(origins.transport.connectTo),
        tls: { ca: 'ca.pem' },
      },
    },
    credentials: { reader: { type: 'bearer', token: '${secret.TOKEN}' } },
  };
  const token = await app.token();
  const ended = await why401(['run', '--reporter', 'console', '--reporter', 'json=report.json'], {
    files: {
      // JSON is YAML.
      'why401.yml': JSON.stringify(project),
      'orders.yml': JSON.stringify({ credential: 'reader', steps: [{ GET: target }] }),
      'ca.pem': origins.authority.ca,
    },
    env: { TOKEN: token },
  });
  const text = ended.written['report.json'] ?? '';
  if (text === '' || ended.stderr !== '') throw new Error(`no report: ${ended.stdout}${ended.stderr}`);
  if (`${ended.stdout}${text}`.includes(token)) throw new Error('the token is shown');
  const { scenarios } = JSON.parse(text) as Report;
  const findings = scenarios.flatMap(({ steps }) => steps.flatMap((step) => step.findings));
  return { code: ended.code, findings: findings.map(({ cause, certainty }) => `${cause} ${certainty}`) };
}
