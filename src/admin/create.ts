import type pg from 'pg'
import { AdminError } from './errors.ts'
import { readSchemaObjects } from './fresh.ts'
import { recordApplied } from './ledger.ts'
import { type Environment, readMarker, writeMarker } from './marker.ts'
import { readMigrations } from './migration-files.ts'
import { type DatabaseObject, nameOf, newObjects, readObjects } from './objects.ts'
import { applySchemaFiles, readSchemaFiles } from './schema-files.ts'

/** Makes what schema/ describes, and the marker. `before` is what is there already, if that is known. */
export async function createObjects(
  client: pg.ClientBase,
  environment: Environment,
  before?: readonly DatabaseObject[],
): Promise<DatabaseObject[]> {
  const there = before ?? (await readObjects(client))
  await applySchemaFiles(client, await readSchemaFiles())
  const made = newObjects(there, await readObjects(client))
  await writeMarker(client, environment, made)
  // The schema is where they lead to.
  await recordApplied(client, await readMigrations())
  return made
}

/** @throws {AdminError} the schema is there already, or something else stands in its place. */
export async function checkMayCreate(client: pg.ClientBase): Promise<void> {
  if (await readMarker(client)) {
    throw new AdminError(
      'The schema is there already: reset makes it anew, verify compares it with schema/, drop removes it.',
    )
  }
  const wanted = new Set((await readSchemaObjects(client)).map(nameOf))
  const taken = (await readObjects(client)).map(nameOf).filter((name) => wanted.has(name))
  if (taken.length === 0) return
  throw new AdminError(
    `Nothing was created: there is already ${taken.join(', ')}. If it is the schema, made without this tool, reset makes it anew.`,
  )
}
