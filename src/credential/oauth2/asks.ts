/** What an oauth2 credential asks for that has nothing but a grant, a client and a scope. */
import type { OAuth2Asks } from '../../model.ts';

export const noAsks: OAuth2Asks = {
  username: null,
  password: null,
  login: null,
  redirect_uri: null,
  subject_token: null,
  actor_token: null,
  requested_token_type: null,
  assertion: null,
  authorization_details: null,
  acr_values: null,
  max_age: null,
  login_hint: null,
  parameters: {},
  headers: {},
  par: false,
  dpop: false,
  present: 'access_token',
  store: false,
};
