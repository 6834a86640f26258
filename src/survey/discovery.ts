/** What the authorization servers of an environment publish (RFC 8414, OpenID Connect Discovery 1.0). */
import type { Surveyed } from '../compare/surveyed.ts';
import type { Observation, StepResult } from '../model.ts';
import { type SurveyContext, surveyStep } from './context.ts';

export async function surveyDiscovery({ environment, store }: SurveyContext): Promise<Surveyed> {
  const steps: StepResult[] = [];
  const observations: Observation[] = [];
  for (const issuer of environment.issuers.values()) {
    const { values, exchanges } = await store.metadata(environment, issuer.name);
    steps.push(
      surveyStep({
        name: `metadata of issuer ${issuer.name}`,
        source: issuer.source,
        exchanges,
        findings: [],
      }),
    );
    if (values === null) continue;
    const value = values['scopes_supported'] ?? null;
    observations.push({ kind: 'issuer.scopes_supported', of: issuer.name, value, source: issuer.source });
  }
  return { steps, observations, left: [] };
}
