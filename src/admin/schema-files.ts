import pg from 'pg'
import { DatabaseError } from '../errors/index.ts'
import { readSqlFolder, type SqlFile } from './sql-folder.ts'

/** A file of schema/. */
export type SchemaFile = SqlFile

/** The files of schema/, in the order in which they are applied. */
export function readSchemaFiles(): Promise<SchemaFile[]> {
  return readSqlFolder('schema')
}

/**
 * Creates everything that the files describe, in one message, in the caller's transaction if there is one.
 *
 * @throws {DatabaseError} naming file and line of what the server refused.
 */
export async function applySchemaFiles(client: pg.ClientBase, files: readonly SchemaFile[]): Promise<void> {
  try {
    await client.query(files.map(({ sql }) => sql).join('\n'))
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || error.position === undefined) throw error
    throw new DatabaseError(`${placeOf(Number(error.position), files)}: ${error.message}.`, { cause: error })
  }
}

/** @param position in characters of all files, from 1, as the server counts. */
function placeOf(position: number, files: readonly SchemaFile[]): string {
  let rest = position - 1
  for (const { name, sql } of files) {
    const characters = Array.from(sql)
    if (rest <= characters.length) {
      return `schema/${name}:${characters.slice(0, rest).filter((each) => each === '\n').length + 1}`
    }
    rest -= characters.length + 1
  }
  return 'schema/'
}
