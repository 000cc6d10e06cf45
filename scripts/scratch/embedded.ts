import { mkdir, stat, statfs } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import {
  fillDataDirectory,
  findBinaries,
  makeRunDirectory,
  ServerError,
  startPostmaster,
  sweepRuns,
} from '../../src/server/index.ts'
import type { StartedServer } from './started-server.ts'

/** A file system in memory on Linux, where creating a database takes a tenth of the time. */
const MEMORY = '/dev/shm'

/** Data directories are placed in memory only if this many bytes are free. */
const ENOUGH_MEMORY = 4 * 2 ** 30

/**
 * Starts embedded PostgreSQL on a port of the loopback address, in a directory of its own. As root it runs as the user
 * `postgres`, who can enter that directory.
 */
export async function startEmbedded(): Promise<StartedServer> {
  const root = rootIn((await hasEnoughMemory()) ? MEMORY : tmpdir())
  await mkdir(root, { recursive: true, mode: 0o755 })
  await requireOwn(root)
  // An earlier, killed run may have chosen the other place, depending on the memory that was free.
  for (const place of [MEMORY, tmpdir()]) if (await isOwn(rootIn(place))) sweepRuns(rootIn(place))

  const binaries = await findBinaries()
  const directory = makeRunDirectory(root)
  try {
    const password = await fillDataDirectory(root, directory, binaries)
    const postmaster = await startPostmaster(binaries, directory.data)
    return {
      kind: 'embedded',
      adminUrl: `postgres://postgres:${password}@127.0.0.1:${postmaster.port}/postgres`,
      isThrownAway: true,
      async stop() {
        await postmaster.stop()
        directory.remove()
      },
    }
  } catch (error) {
    directory.remove()
    throw error
  }
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
