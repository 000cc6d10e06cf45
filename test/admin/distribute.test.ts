import { describe, expect, inject } from 'vitest'
import { AdminError, create, distribute, drop, reset, verify } from '../../src/admin.ts'
import { InvalidInputError, openDatabase } from '../../src/index.ts'
import { test } from '../support/database.ts'
import { databaseOf, runSql } from '../support/databases.ts'
import { aUser, caught } from '../support/factories.ts'

const { workers } = inject('scratch')
if (workers.length === 0)
  console.log('There is no Citus server (SCRATCH_CITUS=1): distribute is tested on plain PostgreSQL only.')

describe.skipIf(workers.length > 0)('plain PostgreSQL', () => {
  test('is refused, with the way out', async ({ url }) => {
    const error = await caught(distribute(url, { environment: 'test' }))

    expect(error).toBeInstanceOf(AdminError)
    expect((error as Error).message).toContain(`The database ${databaseOf(url)} has no extension citus.`)
    expect((error as Error).message).toContain('citus_add_node()')
  })

  test('options are checked first', async ({ url }) => {
    expect(await caught(distribute(url, { shards: 0 }))).toBeInstanceOf(InvalidInputError)
  })
})

describe.skipIf(workers.length === 0)('Citus', () => {
  test('the tables are where they belong, and verify finds schema/', async ({ url }) => {
    const tables = await runSql(
      url,
      `select table_name::text as name, citus_table_type as kind, distribution_column as key from citus_tables order by 1`,
    )

    expect(tables).toEqual([
      { name: 'ai_options', kind: 'distributed', key: 'user_id' },
      { name: 'chats', kind: 'distributed', key: 'user_id' },
      { name: 'messages', kind: 'distributed', key: 'user_id' },
      { name: 'parts', kind: 'distributed', key: 'user_id' },
      { name: 'users', kind: 'reference', key: '<none>' },
    ])
    expect((await verify(url)).differences).toEqual([])
    expect((await distribute(url)).statements).toEqual([])
  })

  test('verify tells what is missing, a dry run prints it, and the command does it', async ({ url }) => {
    await runSql(url, 'alter function truncate_messages set plan_cache_mode = force_generic_plan')

    const { differences } = await verify(url)
    const planned = await distribute(url, { dryRun: true })
    expect(differences.map(({ object }) => object)).toContain('distribution')
    expect(planned.statements.join('\n')).toContain('set plan_cache_mode = force_custom_plan')
    expect((await verify(url)).differences).toEqual(differences)

    expect((await distribute(url)).statements).toEqual(planned.statements)
    expect((await verify(url)).differences).toEqual([])
  })

  test('errors have the names of the schema', async ({ db }) => {
    const user = await db.users.create(aUser())

    expect(await caught(db.users.create(aUser({ email: user.email })))).toMatchObject({
      constraint: 'users_email_key',
      table: 'users',
      code: '23505',
    })
    expect(await caught(db.chats.create({ userId: crypto.randomUUID() }))).toMatchObject({
      constraint: 'chats_user_id_fkey',
      kind: 'foreign-key',
    })
  })

  test('an entry of the audit log names a user who exists, and loses one who is deleted', async ({ db }) => {
    const { userId } = await db.users.create(aUser())
    const entry = { action: 'create', entityType: 'user', entityId: '1' }
    await db.auditLog.record({ ...entry, userId })

    const error = await caught(db.auditLog.record({ ...entry, userId: crypto.randomUUID() }))
    await db.users.delete(userId)

    expect(error).toMatchObject({ constraint: 'audit_log_user_id_fkey', kind: 'foreign-key' })
    const { items } = await db.auditLog.list({ entityType: 'user', entityId: '1' })
    expect(items.map((each) => each.userId)).toEqual([null])
  })

  test('reset distributes again, and drop leaves nothing', { timeout: 300_000 }, async ({ url }) => {
    const options = { environment: 'test', confirm: databaseOf(url) } as const
    await reset(url, options)

    expect((await verify(url)).differences).toEqual([])
    expect((await drop(url, options)).kept).toEqual([])
    expect(await runSql(url, 'select count(*)::integer as shards from pg_dist_shard')).toEqual([
      { shards: 0 },
    ])

    await create(url, options)
    await distribute(url, { shards: 4 })
    expect((await verify(url)).differences).toEqual([])
    await using db = openDatabase(url)
    expect(await db.users.create(aUser())).toHaveProperty('userId')
  })
})
