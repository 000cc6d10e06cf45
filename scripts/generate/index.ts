import { loadModule } from 'libpg-query'
import { applySchema, type Schema } from './apply.ts'
import { readCatalog } from './catalog.ts'
import { emitCatalog } from './constraints.ts'
import { emitDictionary } from './dictionary.ts'
import { readFacts } from './facts.ts'
import { emitTypes } from './types.ts'
import { emitValidation } from './validation.ts'
import { viewNullability } from './view-nullability.ts'

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
  const facts = readFacts(catalog)
  const types = emitTypes(catalog, facts, viewNullability(catalog))
  const constants = emitCatalog(catalog, facts)
  const validation = emitValidation(catalog, facts)
  return {
    files: new Map([
      ['database.ts', types.text],
      ['rows.ts', types.rows],
      ['catalog.ts', constants.text],
      ['inputs.ts', types.inputs],
      ['schema.md', emitDictionary(catalog, facts, validation.unchecked)],
      ['validation.ts', validation.text],
    ]),
    warnings: [
      ...new Set([
        ...skipped,
        ...facts.warnings,
        ...types.warnings,
        ...constants.warnings,
        ...validation.warnings,
      ]),
    ],
  }
}
