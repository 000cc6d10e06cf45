import { describe, expect, inject, test } from 'vitest'
import { checkMigrations } from '../../scripts/migrations/check.ts'
import { fileNames, headerValue, type MigrationFile } from '../../scripts/migrations/migration-text.ts'
import { conflictingOrders } from '../../scripts/migrations/orders.ts'
import { startScratchServer } from '../../scripts/scratch/index.ts'
import { caught } from '../support/factories.ts'
import { applied } from './generated.ts'

const file = (name: string, sql: string, follows?: string): MigrationFile => ({
  name: `${name}.sql`,
  sql: `${follows === undefined ? '' : `-- follows: ${follows}\n`}${sql}`,
})

const first = file(
  '20260101000000_first',
  `create table t (id integer); create function f() returns integer language sql as 'select 1'`,
)
const body = (value: number) =>
  `create or replace function f() returns integer language sql as 'select ${value}'`

async function ordersOf(...files: MigrationFile[]) {
  await using server = await startScratchServer(inject('scratch').adminUrl)
  return await conflictingOrders(server, [first, ...files])
}

describe('files of two branches', () => {
  test('that replace one function are a conflict, which names it', async () => {
    const { conflicts } = await ordersOf(
      file('20260102000000_one', body(2), '20260101000000_first'),
      file('20260103000000_other', body(3), '20260101000000_first'),
    )

    expect(conflicts).toEqual([
      expect.stringMatching(
        /20260102000000_one and 20260103000000_other lead to different databases.*function f\(\)/,
      ),
    ])
  })

  test('of which one fails after the other are a conflict', async () => {
    const { conflicts } = await ordersOf(
      file('20260102000000_one', 'create index t_idx on t (id)', '20260101000000_first'),
      file('20260103000000_other', 'alter table t drop column id', '20260101000000_first'),
    )

    expect(conflicts).toEqual([expect.stringMatching(/cannot apply the first: column "id" does not exist/)])
  })

  test('that change different things are none, nor are files of one branch', async () => {
    expect(
      await ordersOf(
        file('20260102000000_one', 'alter table t add column a text', '20260101000000_first'),
        file('20260103000000_other', 'alter table t add column b text', '20260101000000_first'),
        file('20260104000000_f', body(2), '20260103000000_other'),
        file('20260105000000_g', body(3), '20260104000000_f'),
      ),
    ).toEqual({ conflicts: [], warnings: [] })
  })

  test('whose headers say nothing are a warning', async () => {
    const { conflicts, warnings } = await ordersOf(
      file('20260102000000_one', body(2)),
      file('20260103000000_other', body(3)),
    )

    expect(conflicts).toEqual([])
    expect(warnings).toEqual([expect.stringContaining('function f()')])
  })
})

describe('db:check', () => {
  test.each([
    [
      'create table u (id integer);\ncommit;\nselect 1',
      /20260102000000_a.sql contains the transaction command `commit`/,
    ],
    [
      '-- transaction: none\nselect 1;\n-- statement\nrollback',
      /contains the transaction command `rollback`.*runs by itself/,
    ],
    ['create tables u ()', /20260102000000_a.sql: syntax error at or near "tables"/],
  ])('refuses %j', async (sql, reason) => {
    await using server = await startScratchServer(inject('scratch').adminUrl)
    const fresh = await server.createDatabase()

    const error = await caught(
      checkMigrations(server, { known: [first, file('20260102000000_a', sql)], fresh, isSeeded: false }),
    )

    expect((error as Error).message).toMatch(reason)
  })
})

test('db:check accepts changes of rows only where the header states them', async () => {
  await using server = await startScratchServer(inject('scratch').adminUrl)
  const fresh = await server.createDatabase()
  await applied(fresh.url, [first])
  const check = (header: string) =>
    checkMigrations(server, {
      known: [first, file('20260102000000_a', `${header}update t set id = 0 where id is null`)],
      fresh,
      isSeeded: false,
    })

  expect(String(await caught(check('')))).toMatch(/It changes values in t \(id\)\..*-- data loss: …/)
  expect(await check('-- data loss: fills t.id\n')).toEqual([])
})

describe('names of files', () => {
  test('sort behind the last file, also one that was made by a clock ahead', () => {
    const at = new Date('2026-02-01T10:00:00Z')

    expect(fileNames('edit', 2, { at, last: '20260101000000_first.sql' })).toEqual([
      '20260201100000_edit.sql',
      '20260201100001_edit_2.sql',
    ])
    expect(fileNames('edit', 1, { at, last: '20270101235959_ahead.sql' })).toEqual([
      '20270102000000_edit.sql',
    ])
    expect(() => fileNames('edit', 1, { at, last: 'zz.sql' })).toThrow(/does not begin with a time/)
  })

  test('a header ends with the first line that is no comment', () => {
    expect(headerValue('\uFEFF-- a\r\n-- follows: x\r\n\r\nselect 1', 'follows')).toBe('x')
    expect(headerValue('select 1;\n-- follows: x', 'follows')).toBeUndefined()
  })
})
