import { execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { mkdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Root's folder for files that PostgreSQL's user must read but cannot reach in their original place. */
const OPEN_PLACE = '/var/lib/norberts-spark-db'

/** Whether every user has access to this folder. */
export async function isOpenToAll(folder: string): Promise<boolean> {
  for (let path = folder; ; path = dirname(path)) {
    const found = await stat(path).catch(() => undefined)
    if (found && (found.mode & 0o001) === 0) return false
    if (path === dirname(path)) return true
  }
}

/** A folder owned by root that every user can enter; the same for the same key. */
export function openPlaceFor(key: string): string {
  return join(OPEN_PLACE, createHash('sha256').update(key).digest('hex').slice(0, 16))
}

/** The folder itself if every user has access to it, otherwise a copy with access. */
export async function openCopyOf(folder: string, version: string): Promise<string> {
  if (await isOpenToAll(folder)) return folder
  const copy = openPlaceFor(`${folder} ${version}`)
  if (await stat(copy).catch(() => undefined)) return copy
  // Copied under a temporary name, so that an incomplete copy is never used.
  const unfinished = `${copy}-${randomBytes(4).toString('hex')}`
  await mkdir(dirname(copy), { recursive: true, mode: 0o755 })
  try {
    await run('cp', ['-a', folder, unfinished])
    await rename(unfinished, copy)
  } catch (error) {
    // A concurrent process may have created it first.
    if (!(await stat(copy).catch(() => undefined))) throw error
  } finally {
    await rm(unfinished, { recursive: true, force: true })
  }
  return copy
}
