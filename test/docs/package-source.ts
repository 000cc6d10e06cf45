// Loaded before a page's program: imports of the package lead to its sources, so that no build is needed.
import { registerHooks } from 'node:module'

const ENTRIES: Record<string, string> = {
  '@norberts-spark/db': 'index',
  '@norberts-spark/db/schema': 'validators',
  '@norberts-spark/db/admin': 'admin',
  '@norberts-spark/db/query': 'query',
  '@norberts-spark/db/testing': 'testing',
  '@norberts-spark/db/opentelemetry': 'opentelemetry',
}

registerHooks({
  resolve(specifier, context, next) {
    const entry = ENTRIES[specifier]
    return next(entry ? new URL(`../../src/${entry}.ts`, import.meta.url).href : specifier, context)
  },
})
