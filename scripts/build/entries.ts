/** The entries of the package, by the names of their files in `dist/`. */
export const ENTRIES = {
  index: 'src/index.ts',
  schema: 'src/validators.ts',
  admin: 'src/admin.ts',
  testing: 'src/testing.ts',
  opentelemetry: 'src/opentelemetry.ts',
  query: 'src/query.ts',
} as const

/** The entry that browsers import. */
export const BROWSER_ENTRY = 'schema'
