/** The first line of each generated TypeScript file. */
export const BANNER =
  '// Written by `npm run generate` from schema/. Do not edit: change the SQL and generate again.'
