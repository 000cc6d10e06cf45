import type pg from 'pg'
import { inSchema, type SchemaState } from './expected.ts'
import { extensionNamespaces, readExtensions } from './extensions.ts'
import { withSearchPath } from './search-path.ts'
import { readSnapshot, type Snapshot } from './snapshot.ts'

/**
 * What a database has, in the schema of its tables and in those that `schema/` makes beside it. Reads the catalog alone,
 * which every role may, on a replica too.
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
