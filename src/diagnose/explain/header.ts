/** Causes about the shape of what was sent as a credential. */
import type { Subject } from '../subject.ts';
import {
  answered,
  clientId,
  credentialName,
  credentialSource,
  type Explain,
  type Explanations,
  originOfHop,
} from './explanation.ts';

export const header: Explanations = {
  'authorization-malformed': malformed,
  'unresolved-variable': unresolved,
  'credentials-duplicated': duplicated,
  'credentials-not-encoded': notEncoded,
  'nonce-stale': (subject) => ({
    summary: `${answered(subject)}: the nonce of the Digest authentication of ${credentialName(subject)} is stale.`,
  }),
  'api-key-invalid': (subject) => key(subject, 'is not known there'),
  'api-key-expired': (subject) => key(subject, 'has expired'),
  'password-wrong': password,
};

/** Field of the credential as it was sent; secrets are names in it. Null where something in it has no name. */
function shown(subject: Subject): string | null {
  const field = subject.uses[0]?.field ?? 'authorization';
  const value = subject.hop.request.headers.find(([name]) => name.toLowerCase() === field)?.[1];
  if (value === undefined) return null;
  const rest = value
    .replace(/\[secret:[^\]]*\]/g, '')
    .replace(/^(?:[\w-]+ )?["'\s]*(?:[\w-]+ )?["'\s]*$/, '');
  return rest === '' ? value : null;
}

function malformed(subject: Subject): ReturnType<Explain> {
  const value = shown(subject);
  const field = subject.uses[0]?.field ?? 'authorization';
  return {
    summary: `${answered(subject)}: the ${field} header of ${credentialName(subject)} does not parse${value === null ? '' : `; it was sent as ${JSON.stringify(value)}`}.`,
    fix: `Correct the value of ${credentialName(subject)}: no quotes, no line break at its end, and the scheme only once (why401 adds it).`,
    fixSource: credentialSource(subject, 'token', 'value'),
  };
}

const placeholder =
  /\$\{[^}]*\}|\{\{[^}]*\}\}|<[\w -]+>|%\w+%|\$\w+|\bundefined\b|\bnull\b|\bNone\b|\[object Object\]/;

function unresolved(subject: Subject): ReturnType<Explain> {
  const field = subject.uses[0]?.field ?? 'authorization';
  const value = subject.hop.request.headers.find(([name]) => name.toLowerCase() === field)?.[1] ?? '';
  const found = placeholder.exec(value.replace(/\[secret:[^\]]*\]/g, ''))?.[0];
  return {
    summary: `The ${field} header was sent to ${originOfHop(subject)} with ${found === undefined ? 'a placeholder' : `"${found}"`} in the place of ${credentialName(subject)}, and ${answered(subject)}.`,
    fix: `Define the variable or secret of ${credentialName(subject)} in ${subject.environment.name}, and look at what fills it.`,
    fixSource: credentialSource(subject, 'token', 'value', 'password') ?? subject.step.source,
  };
}

function duplicated(subject: Subject): ReturnType<Explain> {
  const { echoed } = subject;
  if (echoed?.fate === 'twice')
    return {
      summary: `${echoed.field} was sent once to ${originOfHop(subject)}, and the echo ${echoed.url} received it beside another: ${answered(subject)}.`,
      fix: `Remove the rule at ${originOfHop(subject)} that adds ${echoed.field} towards the application, or let it use another header.`,
    };
  const count = subject.hop.request.headers.filter(([name]) => name.toLowerCase() === 'authorization').length;
  const fields = [...new Set(subject.uses.map(({ field }) => field.replace(':', ' parameter ')))];
  const sent =
    count > 1
      ? `Authorization was sent ${count} times to ${originOfHop(subject)}`
      : `${fields.length > 1 ? `Credentials were sent in ${fields.join(' and ')}` : 'A credential was sent'} to ${originOfHop(subject)}`;
  return {
    summary: `${sent}, and ${answered(subject)}: it takes one credential only.`,
    fix: 'Send one: remove the header that is set by hand, or one of the credentials of the step.',
    fixSource: subject.step.source,
  };
}

function notEncoded(subject: Subject): ReturnType<Explain> {
  return {
    summary: `${answered(subject)}: it reads the id or secret of ${clientId(subject)} in Basic in another encoding than was sent.`,
    fixSource: subject.client?.sources['token_endpoint_auth_method'] ?? subject.client?.source ?? null,
  };
}

function key(subject: Subject, what: string): ReturnType<Explain> {
  const use = subject.uses.find(({ type }) => type === 'api_key');
  const place = use ? ` (sent as ${use.field.replace(':', ' parameter ')})` : '';
  return {
    summary: `${answered(subject)}: the API key of ${credentialName(subject)}${place} ${what}.`,
    fix: `Put a key that is issued for ${subject.environment.name} into the secret of ${credentialName(subject)}.`,
    fixSource: credentialSource(subject, 'value'),
  };
}

function password(subject: Subject): ReturnType<Explain> {
  const realm = subject.challenges
    .find(({ scheme }) => /^(?:basic|digest)$/i.test(scheme))
    ?.parameters.get('realm');
  return {
    summary: `${answered(subject)}: it refuses the user name or the password of ${credentialName(subject)}${realm === undefined ? '' : ` for the realm "${realm}"`}.`,
    fix: `Correct username and password of ${credentialName(subject)}; look for a space or a line break at the end of the secret.`,
    fixSource: credentialSource(subject, 'password', 'username'),
  };
}
