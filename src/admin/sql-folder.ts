import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { packagePath } from '../package/index.ts'
import { AdminError } from './errors.ts'

export interface SqlFile {
  readonly name: string
  readonly sql: string
}

/**
 * The `.sql` files of a folder, in the order of their names.
 *
 * @param folder `schema` or `schema/migrations` of the package, or the caller's own.
 * @throws {AdminError} the folder does not exist or contains no `.sql` file: there is always at least one.
 */
export async function readSqlFolder(folder: PackageFolder | { own: string }): Promise<SqlFile[]> {
  const path = typeof folder === 'string' ? packagePath(`${folder}/`) : folder.own
  const entries = await readdir(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
    throw error
  })
  const names = (entries ?? []).filter((name) => name.endsWith('.sql')).sort()
  if (names.length === 0) {
    const state = entries ? 'contains no .sql file' : 'is not a folder'
    throw new AdminError(`${path} ${state}. No changes were made. ${wayOut(folder)}`)
  }
  return Promise.all(names.map(async (name) => ({ name, sql: await readFile(join(path, name), 'utf8') })))
}

type PackageFolder = 'schema' | 'schema/migrations'

function wayOut(folder: PackageFolder | { own: string }): string {
  return typeof folder === 'string'
    ? 'The installation of @norberts-spark/db is incomplete: install it again.'
    : 'Pass the folder that contains your migrations, or omit `folder` for those of the package.'
}
