/**
 * Packages whose code is part of `dist/`. Kysely has 200 modules: the package loads in less than half the time. Preact is in the pages
 * of the studio. The others belong to the command line.
 */
export const BUNDLED: readonly string[] = [
  'kysely',
  'commander',
  'picocolors',
  '@inquirer/input',
  'cli-progress',
  'diff',
  'pluralize',
  'preact',
]
