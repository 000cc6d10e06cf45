/** The files of src/ that programs in the documentation import, by the names of the package's entries. */
export const ENTRIES: Readonly<Record<string, string>> = {
  '@norberts-spark/db': 'index',
  '@norberts-spark/db/schema': 'validators',
  '@norberts-spark/db/admin': 'admin',
  '@norberts-spark/db/query': 'query',
  '@norberts-spark/db/testing': 'testing',
  '@norberts-spark/db/opentelemetry': 'opentelemetry',
}
