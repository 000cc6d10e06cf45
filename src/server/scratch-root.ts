import { mkdir, stat, statfs } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { ServerError } from './error.ts'
import { sweepRuns } from './run-directory.ts'

/** A file system in memory on Linux, where creating a database takes a tenth of the time. */
const MEMORY = '/dev/shm'

/** Data directories are placed in memory only if this many bytes are free. */
const ENOUGH_MEMORY = 4 * 2 ** 30

/**
 * Makes the directory for the data of temporary servers, and removes what killed processes have left in it.
 *
 * @param options.onDisk never in memory, where commits have nothing to wait for.
 * @throws {ServerError} the directory belongs to another user.
 */
export async function makeScratchRoot({ onDisk = false } = {}): Promise<string> {
  const root = rootIn(!onDisk && (await hasEnoughMemory()) ? MEMORY : tmpdir())
  await mkdir(root, { recursive: true, mode: 0o755 })
  await requireOwn(root)
  // An earlier, killed run may have chosen the other place, depending on the memory that was free.
  for (const place of [MEMORY, tmpdir()]) if (await isOwn(rootIn(place))) sweepRuns(rootIn(place))
  return root
}

function rootIn(place: string): string {
  return join(place, `norberts-spark-scratch-${userInfo().uid}`)
}

async function hasEnoughMemory(): Promise<boolean> {
  const memory = await statfs(MEMORY).catch(() => undefined)
  return memory !== undefined && memory.bavail * memory.bsize >= ENOUGH_MEMORY
}

/** Any user may create directories here under any name. Files in another user's directory must not be executed. */
async function requireOwn(root: string): Promise<void> {
  if (!(await isOwn(root)))
    throw new ServerError(
      `${root} belongs to another user. Remove it, or set TMPDIR to a directory of your own.`,
    )
}

async function isOwn(root: string): Promise<boolean> {
  const found = await stat(root).catch(() => undefined)
  return found !== undefined && (process.platform === 'win32' || found.uid === userInfo().uid)
}
