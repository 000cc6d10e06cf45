import { type Difference, differencesBetween } from './differences.ts'
import { currentNamespace, readLive } from './fresh.ts'
import { inTransaction } from './session.ts'

/** Compares two databases of one server, object by object. `schema` is the one that has everything as it should be. Reads only. */
export async function compareDatabases(schema: string, database: string): Promise<Difference[]> {
  const read = (url: string) =>
    inTransaction(url, async (client) => readLive(client, await currentNamespace(client)), { readOnly: true })
  return differencesBetween(await read(schema), await read(database))
}
