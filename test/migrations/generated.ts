import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inject } from 'vitest'
import { type GenerateOptions, generateMigration } from '../../scripts/migrations/generate.ts'
import type { MigrationFile } from '../../scripts/migrations/migration-text.ts'
import { type ScratchDatabase, startScratchServer } from '../../scripts/scratch/index.ts'
import { migrate } from '../../src/admin.ts'

export const FIRST = '20260101000000_first.sql'

/** Runs these files against a database. */
export async function applied(url: string, files: readonly MigrationFile[]): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'edits-'))
  for (const { name, sql } of files) await writeFile(join(folder, name), sql)
  await migrate(url, { folder, environment: 'test' }).finally(() => rm(folder, { recursive: true }))
}

/** The proven files that lead from one schema to another. */
export async function generated(
  before: string,
  after: string,
  options: Partial<GenerateOptions> = {},
): Promise<readonly MigrationFile[]> {
  const server = await startScratchServer(inject('scratch').adminUrl)
  const databases: ScratchDatabase[] = []
  const database = async (sql: string) => {
    const made = await server.createDatabase()
    databases.push(made)
    await applied(made.url, [{ name: FIRST, sql }])
    return made
  }
  try {
    const [current, fresh] = [await database(before), await database(after)]
    const route = { known: [{ name: FIRST, sql: before }], current, fresh, schema: after, isSeeded: false }
    const { files } = await generateMigration(server, route, {
      name: 'edit',
      renames: [],
      decide: async () => [],
      allowsDataLoss: false,
      isDraft: false,
      at: new Date('2026-02-01T00:00:00Z'),
      ...options,
    })
    return files
  } finally {
    for (const each of databases) await each.drop()
    await server.close()
  }
}
