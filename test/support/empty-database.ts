import pg from 'pg'
import { test as base, inject } from 'vitest'
import { ScratchDatabases } from '../../scripts/scratch/index.ts'

interface Fixtures {
  /** An empty database for each test. */
  url: string
  /** Runs SQL in it. */
  sql: (text: string, values?: unknown[]) => Promise<Record<string, unknown>[]>
}

export const test = base.extend<Fixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads a fixture's needs from the pattern
  url: async ({}, use) => {
    await using databases = new ScratchDatabases(inject('scratch'))
    await using database = await databases.createDatabase()
    await use(database.url)
  },
  sql: async ({ url }, use) => {
    const client = new pg.Client(url)
    client.on('error', () => {})
    await client.connect()
    await use(async (text, values) => (await client.query(text, values)).rows)
    await client.end()
  },
})
