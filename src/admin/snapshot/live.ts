import type pg from 'pg'
import { inSchema, type SchemaState } from './expected.ts'
import { extensionNamespaces, readExtensions } from './extensions.ts'
import { withSearchPath } from './search-path.ts'
import { readSnapshot, type Snapshot } from './snapshot.ts'

/**
 * Reads the objects of the schema of the tables and of further schemas that `schema/` creates. It reads only the catalog,
 * which is possible for every role, also on a replica.
 */
export async function readLive(
  client: pg.ClientBase,
  main: string,
  namespaces: readonly string[],
): Promise<SchemaState> {
  const extensions = await readExtensions(client)
  return withSearchPath(client, [main, ...(await extensionNamespaces(client))], async () => ({
    snapshot: withPlainSettings(await readSnapshot(client, main, namespaces), main),
    extensions,
    namespaces,
  }))
}

function withPlainSettings(snapshot: Snapshot, main: string): Snapshot {
  return new Map(
    [...snapshot].map(([object, facts]) => [
      object,
      facts.settings === undefined ? facts : { ...facts, settings: inSchema(facts.settings, main, main) },
    ]),
  )
}
