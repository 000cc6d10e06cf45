import { describe, expect } from 'vitest'
import { type Database, openDatabase, sql } from '../../src/index.ts'
import { createGrantedLogin } from '../support/app-login.ts'
import { test as base } from '../support/database.ts'
import { runSql } from '../support/databases.ts'
import { aCustomer, aPerson, aUser, caught } from '../support/factories.ts'

const test = base.extend<{ appUrl: string; app: Database }>({
  appUrl: [
    async ({ url }, use) => {
      await using login = await createGrantedLogin(url, 'app')
      await use(login.url)
    },
    { scope: 'file' },
  ],
  app: async ({ appUrl }, use) => {
    await using app = openDatabase(appUrl)
    await use(app)
  },
})

const FORGED = `version = 77, created_by = '01930c7a-5b3e-7000-8000-000000000000', updated_by = '01930c7a-5b3e-7000-8000-000000000000',
  created_at = '2001-01-01', updated_at = '2001-01-01'`

describe('the version, times and authors of a row', () => {
  test.for(['users', 'customers', 'people', 'customer_people'])(
    'of %s are not set by own SQL of a user',
    async (table, { db, app }) => {
      const { userId } = await db.users.create(aUser())
      const acting = app.as({ userId })
      const { customerId } = await acting.customers.create(aCustomer())
      const { personId } = await acting.people.create(aPerson())
      await acting.customers.addContact(customerId, personId)
      const key = {
        users: `user_id = '${userId}'`,
        customers: `customer_id = '${customerId}'`,
        people: `person_id = '${personId}'`,
        customer_people: `person_id = '${personId}'`,
      }[table]
      const read = async () =>
        (
          await sql<
            Record<string, unknown>
          >`select * from ${sql.table(table)} where ${sql.raw(key as string)}`.execute(db.kysely)
        ).rows[0]
      const before = await read()

      await sql`update ${sql.table(table)} set ${sql.raw(FORGED)} where ${sql.raw(key as string)}`.execute(
        acting.kysely,
      )
      expect(await read()).toEqual(before)
      await sql`update ${sql.table(table)} set ${sql.raw(FORGED)}, ${sql.raw(table === 'customer_people' ? 'is_primary = not is_primary' : table === 'people' ? "last_name = 'New'" : table === 'users' ? "name = 'New name'" : "display_name = 'New'")} where ${sql.raw(key as string)}`.execute(
        acting.kysely,
      )

      expect(await read()).toMatchObject({
        version: (before?.version as number) + 1,
        created_by: before?.created_by,
        created_at: before?.created_at,
        updated_by: userId,
      })
      expect((await read())?.updated_at).not.toEqual(new Date('2001-01-01'))
    },
  )

  test('of new rows are those of the user, and of a job as it says', async ({ db, app, url }) => {
    const { userId } = await db.users.create(aUser())
    const insert = (name: string) =>
      sql`insert into customers (legal_name, display_name, version, created_by, updated_by, created_at, updated_at)
        values (${name}, ${name}, 9, '01930c7a-5b3e-7000-8000-000000000000', null, '2001-01-01', '2002-02-02')`
    await insert('By a user').execute(app.as({ userId }).kysely)
    await using login = await createGrantedLogin(url, 'system')
    await using jobs = openDatabase(login.url)
    await insert('By a job').execute(jobs.as({ system: 'import' }).kysely)

    const rows = await db.kysely
      .selectFrom('customers')
      .select(['display_name', 'version', 'created_by', 'updated_by', 'created_at'])
      .where('display_name', 'in', ['By a user', 'By a job'])
      .orderBy('display_name', 'desc')
      .execute()

    expect(rows).toMatchObject([
      { version: 0, created_by: userId, updated_by: userId },
      {
        version: 9,
        created_by: '01930c7a-5b3e-7000-8000-000000000000',
        updated_by: null,
        created_at: new Date('2001-01-01'),
      },
    ])
    expect(Date.now() - Number(rows[0]?.created_at)).toBeLessThan(60_000)
  })
})

describe('the functions of jobs', () => {
  test.for([
    ['erase_user(uuid)', "erase_user('01930c7a-5b3e-7000-8000-000000000000')"],
    ['export_user(uuid)', "export_user('01930c7a-5b3e-7000-8000-000000000000')"],
    ['purge_audit_log(timestamptz, boolean)', 'purge_audit_log(now(), false)'],
  ])(
    'refuse a login of a service that names itself a job, even with a grant: %s',
    async ([name, call], { app, appUrl, url }) => {
      await runSql(url, `grant execute on function ${name} to ${new URL(appUrl).username}`)

      const error = await caught(sql.raw(`select ${call}`).execute(app.as({ system: 'forged' }).kysely))

      expect(String(error)).toContain('Only an administrator, a job or the owner')
      await runSql(url, `revoke execute on function ${name} from ${new URL(appUrl).username}`)
    },
  )

  test('show no id of a user to a login of a service that names itself a job', async ({ db, app }) => {
    const { email } = await db.users.create(aUser())

    const { rows } = await sql`select find_user_by_email(${email}) as id`.execute(
      app.as({ system: 'forged' }).kysely,
    )

    expect(rows).toEqual([{ id: null }])
  })
})
