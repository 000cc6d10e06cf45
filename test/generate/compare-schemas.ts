/**
 * Compares the types generated from other schemas with what PostgreSQL returns and takes:
 * `node test/generate/compare-schemas.ts FOLDER…`, each a folder of SQL files.
 */
import { basename } from 'node:path'
import { emitFiles, type Files, generateFromSchema } from '../../scripts/generate/index.ts'
import { readCatalog } from '../../scripts/generate/read-catalog.ts'
import { fillTables } from '../../scripts/migrations/rows/fill.ts'
import { startScratchServer } from '../../scripts/scratch/index.ts'
import { typeDifferences } from '../support/type-comparison.ts'

await using server = await startScratchServer()
for (const folder of process.argv.slice(2)) {
  console.log(`${basename(folder)}: ${await compared(folder).catch((error: unknown) => fail(String(error)))}`)
}

function fail(what: string): string {
  process.exitCode = 1
  return what
}

async function compared(folder: string): Promise<string> {
  if (folder.startsWith('postgres://')) {
    const { files, warnings } = emitFiles(await readCatalog(folder))
    return await report(folder, files, warnings)
  }
  await using database = await server.createDatabase()
  const { files, warnings } = await generateFromSchema(database.url, folder)
  return await report(database.url, files, warnings)
}

async function report(url: string, files: Files, warnings: readonly string[]): Promise<string> {
  const unfilled = await fillTables(url)
  const differences = await typeDifferences(url, files)
  const isWarned = (difference: string) =>
    warnings.some((warning) => warning.startsWith(`${difference.split(': ')[0]}: `))
  const unexpected = differences.filter((each) => !isWarned(each))
  const counts = `${unfilled.length} tables without rows, ${warnings.length} warnings, ${differences.length} differences`
  if (process.env.VERBOSE)
    for (const each of [...warnings, ...unfilled.map(({ table, reason }) => `${table}: ${reason}`)])
      console.log(`    ${each}`)
  return unexpected.length === 0 ? counts : fail([counts, ...unexpected].join('\n  '))
}
