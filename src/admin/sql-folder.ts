import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { packagePath } from '../package/index.ts'
import { AdminError } from './errors.ts'
import { readTextFile } from './text-file.ts'

export interface SqlFile {
  readonly name: string
  readonly sql: string
}

/**
 * The `.sql` files of a folder, in the order of their names. Hidden files, such as those that an editor or macOS leaves,
 * and folders are skipped.
 *
 * @param folder `schema` or `schema/migrations` of the package, or the caller's own.
 * @throws {AdminError} the folder does not exist or contains no `.sql` file; a file has the extension in another form,
 *   or another encoding than UTF-8 and UTF-16.
 */
export async function readSqlFolder(folder: PackageFolder | { own: string }): Promise<SqlFile[]> {
  const path = typeof folder === 'string' ? packagePath(`${folder}/`) : folder.own
  const entries = await readdir(path, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
    throw new AdminError(`The folder ${path} cannot be read (${error.code}). No changes were made.`, {
      cause: error,
    })
  })
  const files = (entries ?? []).filter((entry) => !entry.isDirectory() && !entry.name.startsWith('.'))
  const names = files.map(({ name }) => name)
  refuseMisnamed(path, names)
  const sqlNames = names.filter((name) => name.endsWith('.sql')).sort()
  if (sqlNames.length === 0) {
    const state = entries ? 'contains no .sql file' : 'is not a folder'
    throw new AdminError(`${path} ${state}. No changes were made. ${wayOut(folder)}`)
  }
  return Promise.all(sqlNames.map(async (name) => ({ name, sql: await readTextFile(join(path, name)) })))
}

/** A file that is meant to be read, but would be skipped. */
function refuseMisnamed(path: string, names: readonly string[]): void {
  const misnamed = names.find((name) => /\.sql$/i.test(name.trim()) && !name.endsWith('.sql'))
  if (misnamed === undefined) return
  throw new AdminError(
    `The name of ${join(path, misnamed)} does not end in ".sql", so it would be skipped. No changes were made. Rename the file, or move it to another folder.`,
  )
}

type PackageFolder = 'schema' | 'schema/migrations'

function wayOut(folder: PackageFolder | { own: string }): string {
  return typeof folder === 'string'
    ? 'The installation of @norberts-spark/db is incomplete: install it again.'
    : 'Pass the folder that contains your migrations, or omit `folder` for those of the package.'
}
