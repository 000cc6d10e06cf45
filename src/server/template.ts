import { execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chown, cp, mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Binaries } from './binaries.ts'
import { ServerError } from './error.ts'
import { makeRunDirectory, type RunDirectory } from './run-directory.ts'

const run = promisify(execFile)

/** C.UTF-8: on every machine, letter case follows Unicode and text is ordered by code points. */
const INITDB_FLAGS = [
  '--username=postgres',
  '--auth=scram-sha-256',
  '--no-sync',
  '--no-data-checksums',
  '--encoding=UTF8',
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
  '--locale=C',
  '--wal-segsize=1',
  // The password is random, so hashing it thousands of times for each connection would only cost time.
  '--set=scram_iterations=1',
]

/** Contains the password of one template. It keeps out other users of the machine, who can reach the loopback address. */
const PASSWORD_FILE = 'scratch-password'

/** Fills the data directory of a run from a cached template. Resolves to the password. */
export async function fillDataDirectory(
  root: string,
  directory: RunDirectory,
  binaries: Binaries,
): Promise<string> {
  await copyDirectory(await makeTemplate(root, binaries), directory.data)
  return readPassword(directory.data)
}

/** The password of the user `postgres`. */
export function readPassword(dataDirectory: string): Promise<string> {
  return readFile(join(dataDirectory, PASSWORD_FILE), 'utf8')
}

/** Creates the template unless it exists: one for each version of the binaries and the flags, as initdb is slow. */
async function makeTemplate(root: string, binaries: Binaries): Promise<string> {
  const key = createHash('sha256')
    .update(await readFile(binaries.manifest))
    .update(INITDB_FLAGS.join(' '))
  const template = join(root, `template-${key.digest('hex').slice(0, 12)}`)
  if (existsSync(template)) return template

  // Created in a directory of this run, so that an incomplete template is swept like any other leftover.
  const unfinished = makeRunDirectory(root)
  try {
    await initialize(unfinished, binaries)
    await rename(unfinished.data, template)
  } catch (error) {
    // A concurrent process may have created it first; its template is equivalent.
    if (!existsSync(template)) throw error
  } finally {
    unfinished.remove()
  }
  return template
}

/**
 * Creates the data directory `data` inside the directory `path`.
 *
 * @throws {ServerError} initdb failed.
 */
export async function initialize(
  { path, data }: { path: string; data: string },
  { initdb, identity }: Binaries,
): Promise<void> {
  const passwordFile = join(path, PASSWORD_FILE)
  await mkdir(data, { mode: 0o700 })
  await writeFile(passwordFile, randomBytes(16).toString('hex'), { mode: 0o600 })
  if (identity.uid !== undefined && identity.gid !== undefined) {
    await chown(data, identity.uid, identity.gid)
    await chown(passwordFile, identity.uid, identity.gid)
  }
  try {
    await run(initdb, [`--pgdata=${data}`, `--pwfile=${passwordFile}`, ...INITDB_FLAGS], {
      ...identity,
      cwd: path,
      env: { ...process.env, LC_ALL: 'C' },
    })
  } catch (cause) {
    throw new ServerError(`initdb of embedded PostgreSQL failed: ${(cause as Error).message}`, { cause })
  }
  await rename(passwordFile, join(data, PASSWORD_FILE))
}

/** Copies owners and modes too, which PostgreSQL requires. */
export async function copyDirectory(from: string, to: string): Promise<void> {
  if (process.platform === 'win32') await cp(from, to, { recursive: true })
  else await run('cp', ['-a', from, to])
}
