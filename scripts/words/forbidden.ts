/** A pattern that must not occur in text, and what to write instead. */
export interface Forbidden {
  pattern: RegExp
  instead: string
}

/** Begins a sentence, a comment, a list item or a string. */
const START = String.raw`(?<=^|[.;!?] |['"${'`'}]|// |- |\| )`

const word = (words: string, instead: string): Forbidden => ({
  pattern: new RegExp(String.raw`\b(?:${words})\b`, 'gi'),
  instead,
})

/** Words and phrases that are kept out of docs, messages, comments and names. */
export const FORBIDDEN: readonly Forbidden[] = [
  word('anew|afresh', '"again", or a verb with re-: regenerate, rebuild, recreate'),
  word('mend|mends|mended|mending', 'fix'),
  word('aside', 'say where: in a temporary schema, in a separate file'),
  word('somebody|anybody|someone else|anyone else', 'the caller, another session, another user'),
  word('nobody', 'no session, no caller, no user'),
  word('whoever|whomever', 'the caller, the session, the current contact'),
  word('whatever', 'any, every, regardless of'),
  word('told', 'reported, specified, passed'),
  word('unsaid', 'omitted'),
  word('ledger', 'migration history'),
  word('(?:a|the|its|no|without a|writes a) mark', 'environment'),
  word('for ever', 'forever, or without a limit'),
  word('the other way (?:a)?round', 'vice versa, or a second sentence'),
  word('goes? with (?:it|them)', 'is deleted together with'),
  word('(?:gives?|gave|giving) way', 'back off'),
  word('(?:comes?|came|coming) again', 'retry'),
  word('(?:gets?|got|getting|is|are|was) in the way', 'block, conflict with'),
  word('is there already|are there already|already there', 'already exists'),
  word('not ours|(?:is|are|was|of) ours|what is ours', 'owned by the library, created by this package'),
  word('makes? no sense', 'is invalid'),
  word(
    "waits? (?:for )?(?:one's|its|their) turn|waiting (?:for )?(?:one's|its|their) turn",
    'acquire the lock',
  ),
  word('stands? (?:once|twice|four times|there|everywhere|still)', 'occurs, exists, is repeated'),
  {
    pattern:
      /(?<=^|[.;:!?(] |['"`(]|\b(?:is|are|be|was|were|than|of|in|and|or|but|with|for|only|from|by) )such as\b/gim,
    instead: 'put a noun before it: "a value such as"',
  },
  {
    pattern: new RegExp(
      String.raw`${START}(?:what|who) (?!\|)(?:\$\{[^}]*\}|(?!\$\{)[^\n?.;])*(?:[.;\n]|$)`,
      'gim',
    ),
    instead: 'make a thing the subject of the sentence',
  },
]
