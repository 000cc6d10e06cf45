import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { DatabaseError } from '../errors/index.ts'

const PACKAGE = '@norberts-spark/db'

/**
 * The path of a file or folder that the package ships, such as `schema/`: beside this code, or in node_modules where
 * a service was bundled.
 *
 * @throws {DatabaseError} the package's files are neither beside this code nor installed.
 */
export function packagePath(name: string): string {
  return fileURLToPath(new URL(name, findRoot()))
}

function findRoot(): URL {
  for (let folder = new URL('.', import.meta.url); ; folder = new URL('..', folder)) {
    if (nameIn(new URL('package.json', folder)) === PACKAGE) return folder
    if (folder.pathname === new URL('..', folder).pathname) return installedRoot()
  }
}

/** For bundles: they hold the code of the package, not its files. */
function installedRoot(): URL {
  try {
    const manifest = createRequire(import.meta.url).resolve(`${PACKAGE}/package.json`)
    return new URL(`file://${manifest.replace(/package\.json$/, '')}`)
  } catch (error) {
    throw new DatabaseError(
      `The files of ${PACKAGE} were not found: this code was bundled without them. Declare the package as external to the bundler, or install it beside the bundle.`,
      { cause: error },
    )
  }
}

function nameIn(manifest: URL): string | undefined {
  try {
    return JSON.parse(readFileSync(manifest, 'utf8')).name
  } catch {
    return undefined
  }
}
