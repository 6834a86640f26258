/** What can be said of the redirect URIs of the project file without asking anybody. */
import { redirectUriObservations } from '../compare/redirect-uri-shapes.ts';
import { redirectUriFindings } from '../compare/redirect-uris.ts';
import type { Surveyed } from '../compare/surveyed.ts';
import type { SurveyContext } from './context.ts';

/** Also where nothing is sent. */
export async function surveyRedirectUris(context: SurveyContext): Promise<Surveyed> {
  const { environment, compared, known, credentials } = context;
  return {
    steps: redirectUriFindings(environment, known, credentials),
    observations: redirectUriObservations(environment, compared),
    left: [],
  };
}
