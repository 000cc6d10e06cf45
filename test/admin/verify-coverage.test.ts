import { readFile } from 'node:fs/promises'
import { expect } from 'vitest'
import { NOT_COMPARED } from '../../src/admin/snapshot/not-compared.ts'
import { test } from '../support/empty-database.ts'

const compared = await Promise.all(
  ['facts', 'extensions'].map((name) => readFile(`src/admin/snapshot/${name}.ts`, 'utf8')),
)
const mentions = (name: string) => new RegExp(`\\b${name}\\b`).test(compared.join('\n'))

const left = Object.entries(NOT_COMPARED).flatMap(([reason, tables]) =>
  Object.entries(tables).map(([table, columns]) => ({ reason, table, columns: columns.split(' ') })),
)
const isLeft = (table: string, column: string) =>
  left.some((each) => each.table === table && (each.columns.includes('*') || each.columns.includes(column)))

test('every column of the catalog is compared, or listed with the reason why it is not', async ({ sql }) => {
  const rows = (await sql(`
    select relname::text as "table", attname::text as "column"
    from pg_class join pg_attribute on attrelid = pg_class.oid and attnum > 0 and not attisdropped
    where relnamespace = 'pg_catalog'::regnamespace and relkind = 'r' order by 1, attnum`)) as {
    table: string
    column: string
  }[]

  const unknown = rows.filter(
    ({ table, column }) => !isLeft(table, column) && !(mentions(table) && mentions(column)),
  )

  expect(rows.length).toBeGreaterThan(500)
  expect(unknown).toEqual([])
})
