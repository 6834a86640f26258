/** One normal form of words, so that rules about words need no spelling. */
const longestText = 4096;

/**
 * Lower case; quotation marks gone; `_`, camel case and hyphens between letters become spaces: `"exp" claim`,
 * `TOKEN_EXPIRED` and `TokenExpired` are plain words.
 */
export function normalWords(text: string): string {
  return text
    .slice(0, longestText)
    .replace(/[’‘ʼ]/g, "'")
    .replace(properNames, (name) => name.toLowerCase())
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]{2,})([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .replace(/["`´“”„«»「」]|(^|[^\p{L}\d])'+|'+(?=$|[^\p{L}\d])/gu, '$1')
    .replace(/_|(?<=\p{L})-(?=\p{L})/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

/** Capitals inside these are no borders of words. */
const properNames = /DPoP|OpenID|OAuth|mTLS|IdP|JWKs|GraphQL/g;
