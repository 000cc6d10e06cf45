import { execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { chown, cp, mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Binaries } from './binaries.ts'
import { ServerError } from './error.ts'
import { makeRunDirectory, type RunDirectory } from './run-directory.ts'

const run = promisify(execFile)

/** C.UTF-8, so that letter case follows Unicode and order follows code points on every machine. */
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
  // The password is random, and hashing it thousands of times at each connection would only cost time.
  '--set=scram_iterations=1',
]

/** Keeps the other users of the machine out, who reach the loopback address as well. One for each template. */
const PASSWORD_FILE = 'scratch-password'

/** Fills the data directory of a run from a kept template, and tells the password. */
export async function fillDataDirectory(
  root: string,
  directory: RunDirectory,
  binaries: Binaries,
): Promise<string> {
  await copyDirectory(await makeTemplate(root, binaries), directory.data)
  return readPassword(directory.data)
}

/** Of the user `postgres`. */
export function readPassword(dataDirectory: string): Promise<string> {
  return readFile(join(dataDirectory, PASSWORD_FILE), 'utf8')
}

/** initdb takes most of a first boot; its result is kept, one for each version of the binaries and of the flags. */
async function makeTemplate(root: string, binaries: Binaries): Promise<string> {
  const key = createHash('sha256')
    .update(await readFile(binaries.manifest))
    .update(INITDB_FLAGS.join(' '))
  const template = join(root, `template-${key.digest('hex').slice(0, 12)}`)
  if (await exists(template)) return template

  // Made in a directory of this run, so that a half-made one is swept like any other leftover.
  const unfinished = makeRunDirectory(root)
  try {
    await initialise(unfinished, binaries)
    await rename(unfinished.data, template)
  } catch (error) {
    // Another process may have been quicker: its template serves as well.
    if (!(await exists(template))) throw error
  } finally {
    unfinished.remove()
  }
  return template
}

/** Makes the data directory `data` in the directory `path`. */
export async function initialise(
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

/** With owners and modes, on which PostgreSQL insists. */
async function copyDirectory(from: string, to: string): Promise<void> {
  if (process.platform === 'win32') await cp(from, to, { recursive: true })
  else await run('cp', ['-a', from, to])
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
