import { readFileSync } from 'node:fs'
// Not by its name `createRequire`, which the banner of many ESM bundles declares.
import * as nodeModule from 'node:module'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { DatabaseError } from '../errors/index.ts'

const PACKAGE = '@norberts-spark/db'

/** Set by the build. Code that runs from source has the package's files around it. */
declare const PACKAGE_VERSION: string

/**
 * The path of a file or folder that the package ships, such as `schema/`. A bundle contains the package's code without
 * its files; these are then read from the installed package, beside the bundle or the program, or in the working directory.
 *
 * @throws {DatabaseError} the files were not found, or belong to another version than the bundled code.
 */
export function packagePath(name: string): string {
  root ??= findRoot()
  return fileURLToPath(new URL(name, root))
}

let root: URL | undefined

function findRoot(): URL {
  const own = ownUrl()
  for (let folder = own && new URL('.', own); folder; ) {
    if (readManifest(new URL('package.json', folder))?.name === PACKAGE) return folder
    const parent = new URL('..', folder)
    folder = parent.pathname === folder.pathname ? undefined : parent
  }
  return installedRoot(own)
}

/** The URL of this code, if known. CommonJS has no `import.meta` but `__filename`; some bundles have neither. */
export function ownUrl(): string | undefined {
  const url: string | undefined = import.meta.url
  return url ?? (typeof __filename === 'string' ? pathToFileURL(__filename).href : undefined)
}

function installedRoot(own: string | undefined): URL {
  const manifest = findManifest(own)
  const bundled = typeof PACKAGE_VERSION === 'string' ? PACKAGE_VERSION : undefined
  const installed = readManifest(manifest)?.version
  if (bundled !== undefined && installed !== bundled) {
    throw new DatabaseError(
      `The bundle contains ${PACKAGE} ${bundled}, but ${installed} is installed: schema and migrations would not match the code. Install ${bundled}, or build the bundle again.`,
    )
  }
  return new URL('.', manifest)
}

function findManifest(own: string | undefined): URL {
  const failures: unknown[] = []
  // A bundle that is an ES module knows the path of its file only as that of the program.
  const [, program] = process.argv
  const places = [
    own,
    program && pathToFileURL(program).href,
    pathToFileURL(join(process.cwd(), 'package.json')).href,
  ]
  for (const place of places) {
    try {
      if (place !== undefined)
        return pathToFileURL(nodeModule.createRequire(place).resolve(`${PACKAGE}/package.json`))
    } catch (error) {
      failures.push(error)
    }
  }
  throw new DatabaseError(
    `The files of ${PACKAGE} (schema, migrations) were not found: a bundle does not contain them. Mark the package as external when bundling, or install it beside the bundle or in the working directory.`,
    { cause: failures[0] },
  )
}

function readManifest(path: URL): { name?: string; version?: string } | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}
