import { test as base, inject } from 'vitest'
import { ScratchDatabases } from '../../scripts/scratch/index.ts'
import { type Database, type DatabaseOptions, openDatabase } from '../../src/index.ts'

interface Fixtures {
  /** A database for this test file, with the schema applied. */
  url: string
  /** That database, opened. */
  db: Database
  /** Opens the database again with other options, until the end of the test. */
  openAnother: (options?: DatabaseOptions) => Database
}

export const test = base.extend<Fixtures>({
  url: [
    // biome-ignore lint/correctness/noEmptyPattern: vitest reads a fixture's needs from the pattern
    async ({}, use) => {
      await using databases = new ScratchDatabases(inject('scratch'))
      await using database = await databases.createDatabase({ template: inject('template') })
      await use(database.url)
    },
    { scope: 'file' },
  ],
  db: [
    async ({ url }, use) => {
      await using db = openDatabase(url)
      await use(db)
    },
    { scope: 'file' },
  ],
  openAnother: async ({ url }, use) => {
    const opened: Database[] = []
    await use((options) => {
      const db = openDatabase({ connectionString: url, ...options })
      opened.push(db)
      return db
    })
    await Promise.all(opened.map((db) => db.close()))
  },
})
