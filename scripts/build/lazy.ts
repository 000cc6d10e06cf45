import { pathToFileURL } from 'node:url'

/** Stands for `require` until the last step, so that no step resolves it. */
export const REQUIRE = '__requireAtFirstUse'

/**
 * The entry for services in `dist/`. Its errors are loaded with it, everything else when a database is opened: a module that
 * only names `violates` or a type loads no driver.
 */
export async function lazyIndex(): Promise<string> {
  const errors = Object.keys(await import('../../src/errors/index.ts'))
  const names = Object.keys(await import('../../src/index.ts'))
  const others = names.filter((name) => !errors.includes(name))
  if (others.sort().join() !== 'openDatabase,sql') {
    throw new Error(`scripts/build/lazy.ts does not know how to load ${others.join(', ')} of src/index.ts.`)
  }
  return `
    export { sql } from './kysely/index.ts'
    export { ${names.filter((name) => errors.includes(name)).join(', ')} } from './errors/index.ts'
    export function openDatabase(...parameters) {
      return ${REQUIRE}('./core.cjs').openDatabase(...parameters)
    }`
}

/** An ES module that exports what a CommonJS entry does. */
export async function wrapperOf(name: string, source: string): Promise<string> {
  const names = Object.keys(await import(pathToFileURL(source).href)).sort()
  return `import entry from './${name}.cjs'\nexport const { ${names.join(', ')} } = entry\n`
}
