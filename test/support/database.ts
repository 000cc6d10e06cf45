import { test as base, inject } from 'vitest'
import { ScratchDatabases } from '../../scripts/scratch/index.ts'
import { type Database, type DatabaseOptions, openDatabase } from '../../src/index.ts'
import { createGrantedLogin } from './app-login.ts'
import { runSql } from './databases.ts'

/** Whether the databases of the tests are distributed with Citus. Only their owner sees rows of them then. */
export const isDistributed = inject('scratch').workers.length > 0

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
      // A copy does not have the settings of its template.
      if (inject('scratch').workers.length > 0)
        await runSql(database.url, `alter database ${database.name} set citus.enable_unsafe_triggers = on`)
      await use(database.url)
    },
    { scope: 'file' },
  ],
  db: [
    async ({ url }, use) => {
      if (process.env.AS_SYSTEM === undefined) {
        await using db = openDatabase(url)
        return await use(db)
      }
      // A login that owns nothing.
      await using login = await createGrantedLogin(url, 'system')
      await using db = openDatabase(login.url)
      await use(asSystem(db))
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

/** A database whose calls are made by a job. */
function asSystem(db: Database): Database {
  const view = db.as({ system: 'tests' })
  return new Proxy(db, {
    get(_, property) {
      const owner: object = property in view ? view : db
      const value = Reflect.get(owner, property, owner)
      return typeof value === 'function' ? value.bind(owner) : value
    },
  })
}
