// Loaded before a page's program: imports of the package lead to its sources, so that no build is needed.
import { registerHooks } from 'node:module'
import { ENTRIES } from './entries.ts'

registerHooks({
  resolve(specifier, context, next) {
    const entry = ENTRIES[specifier]
    return next(entry ? new URL(`../../src/${entry}.ts`, import.meta.url).href : specifier, context)
  },
})
