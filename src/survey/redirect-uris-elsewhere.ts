/** The redirect_uris of the same client in other environments, as they would read here. */
import { nearness } from '../diagnose/experiments/redirect-uri-forms.ts';
import { isUrl } from '../http/url.ts';
import type { Client } from '../model.ts';
import type { SurveyContext } from './context.ts';

/** One that another environment has, and this one has not. */
export interface Written {
  /** With the host of this environment. */
  readonly redirect_uri: string;
  readonly differs: string;
  readonly line: string;
}

/** The nearest of each environment; none where another has the same but for its host. */
export function elsewhere(client: Client, redirect_uri: string, context: SurveyContext): readonly Written[] {
  const { environment, known } = context;
  return known.flatMap(({ name, clients }) => {
    const other = name === environment.name ? undefined : clients.get(client.name);
    if (!other) return [];
    const here = other.redirect_uris.map((uri) => [uri, transplanted(uri, redirect_uri)] as const);
    if (here.some(([, uri]) => uri === redirect_uri)) return [];
    // One that this environment has as well is about something else.
    const open = here.filter(([, uri]) => !client.redirect_uris.includes(uri));
    const near = open.map(([uri, own]) => [uri, own, nearness(redirect_uri, own)] as const);
    const [written, own, differs] = near.find(([, , how]) => how !== null) ?? near[0] ?? [null, null, null];
    if (written === null) return [];
    const how = differs ?? 'the path';
    return [{ redirect_uri: own, differs: how, line: `${name} has ${written}, which differs in ${how}` }];
  });
}

/** Scheme and host of `home`, the rest of `uri`. */
function transplanted(uri: string, home: string): string {
  if (!isUrl(uri) || !isUrl(home)) return uri;
  const start = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i;
  const own = start.exec(home)?.[0];
  return own === undefined || !start.test(uri) ? uri : uri.replace(start, () => own);
}
