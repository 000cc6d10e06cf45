import { loadModule } from 'libpg-query'
import { applySchema } from './apply.ts'
import type { Catalog } from './catalog.ts'
import { emitCatalog } from './constraints.ts'
import { emitDictionary } from './dictionary.ts'
import { readFacts } from './facts.ts'
import { checkHistory } from './history.ts'
import { readCatalog } from './read-catalog.ts'
import { emitRoutines } from './routines.ts'
import type { Schema } from './schema-files.ts'
import { emitTypes } from './types.ts'
import { emitValidation } from './validation.ts'
import { viewColumns } from './view-columns.ts'

/** Contents of files by their path, relative to the folder of generated files. */
export type Files = ReadonlyMap<string, string>

/** The files generated from a schema, and warnings for the developer. */
export interface Generated {
  files: Files
  warnings: string[]
}

/** Applies a folder of SQL to a fresh database and generates every file that depends on the catalog alone. */
export async function generateFromSchema(
  connectionString: string,
  schema: string | Schema,
): Promise<Generated> {
  await loadModule()
  const skipped = await applySchema(connectionString, schema)
  const catalog = await readCatalog(connectionString)
  checkHistory(catalog)
  const { files, warnings } = emitFiles(catalog)
  return { files, warnings: [...new Set([...skipped, ...warnings])] }
}

/** Generates every file that depends on the catalog alone. Requires loadModule() of libpg-query. */
export function emitFiles(catalog: Catalog): Generated {
  const facts = readFacts(catalog)
  const types = emitTypes(catalog, facts, viewColumns(catalog))
  const constants = emitCatalog(catalog, facts)
  const routines = emitRoutines(catalog, types.text)
  const validation = emitValidation(catalog, facts)
  return {
    files: new Map([
      ['database.ts', types.text],
      ['rows.ts', types.rows],
      ['catalog.ts', constants.text],
      ['functions.ts', routines.text],
      ['inputs.ts', types.inputs],
      ['schema.md', emitDictionary(catalog, facts, validation.unchecked)],
      ['validation.ts', validation.text],
    ]),
    warnings: [
      ...new Set([
        ...facts.warnings,
        ...types.warnings,
        ...constants.warnings,
        ...routines.warnings,
        ...validation.warnings,
      ]),
    ],
  }
}
