import {
  fillDataDirectory,
  findBinaries,
  makeRunDirectory,
  makeScratchRoot,
  startPostmaster,
} from '../../src/server/index.ts'
import type { StartedServer } from './started-server.ts'

/** Settings of a server whose commits wait for the disk. */
const DURABLE = { fsync: 'on', full_page_writes: 'on' }

/**
 * Starts embedded PostgreSQL on a port of the loopback address, in a directory of its own. As root it runs as the user
 * `postgres`, who can enter that directory.
 *
 * @param options.durable commits wait for the disk, on which the data is then, never in memory.
 */
export async function startEmbedded({ durable = false } = {}): Promise<StartedServer> {
  const root = await makeScratchRoot({ onDisk: durable })
  const binaries = await findBinaries()
  const directory = makeRunDirectory(root)
  try {
    const password = await fillDataDirectory(root, directory, binaries)
    const postmaster = await startPostmaster(binaries, directory.data, durable ? { settings: DURABLE } : {})
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
