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

/** Linux keeps it in memory: there a database is made in a tenth of the time. */
const MEMORY = '/dev/shm'

/** Bytes that must be free in memory for data directories to live there. */
const ENOUGH_MEMORY = 4 * 2 ** 30

/**
 * Embedded PostgreSQL on a port of the loopback address, in a directory of its own where the user `postgres`, as
 * whom it runs when we are root, can enter.
 */
export async function startEmbedded(): Promise<StartedServer> {
  const root = rootIn((await hasEnoughMemory()) ? MEMORY : tmpdir())
  await mkdir(root, { recursive: true, mode: 0o755 })
  await refuseForeign(root)
  // Memory may have been scarce, or not, when a killed run chose its place.
  for (const place of [MEMORY, tmpdir()]) if (await isOurs(rootIn(place))) sweepRuns(rootIn(place))

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

/** Anybody may make directories in these places, under any name; what is in one of somebody else's is not to be run. */
async function refuseForeign(root: string): Promise<void> {
  if (!(await isOurs(root)))
    throw new ServerError(
      `${root} belongs to another user: remove it, or set TMPDIR to a directory of your own.`,
    )
}

async function isOurs(root: string): Promise<boolean> {
  const found = await stat(root).catch(() => undefined)
  return found !== undefined && (process.platform === 'win32' || found.uid === userInfo().uid)
}
