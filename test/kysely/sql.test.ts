import {
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  sql,
} from 'kysely'
import { expect, test } from 'vitest'
import { deferred } from '../../src/kysely/sql.ts'

const query = new Kysely<{ users: { name: string } }>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
})

test('a deferred part of a query is made when a query needs it, and compiles to the same SQL', () => {
  const made: string[] = []
  const later = <Part extends object>(name: string, make: () => Part): Part =>
    deferred(() => {
      made.push(name)
      return make()
    }) as Part
  const name = later('name', () => sql<string>`lower(name)`)
  const column = name.as('lowered')
  const condition = later('condition', () => sql<boolean>`${name} = ${later('literal', () => sql.lit('x'))}`)
  const source = later('source', () => sql<{ id: number }>`unnest(${[1]}::int[])`).as<'given'>(
    sql`given (id)`,
  )

  expect(made).toEqual([])
  const compiled = query
    .selectFrom(['users', source])
    .select([column, 'given.id'])
    .where(condition)
    .where(name.$castTo<string>(), 'is not', null)
    .orderBy(name)
    .compile()

  const plainName = sql<string>`lower(name)`
  const expected = query
    .selectFrom(['users', sql<{ id: number }>`unnest(${[1]}::int[])`.as<'given'>(sql`given (id)`)])
    .select([plainName.as('lowered'), 'given.id'])
    .where(sql<boolean>`${plainName} = ${sql.lit('x')}`)
    .where(plainName, 'is not', null)
    .orderBy(plainName)
    .compile()
  expect([compiled.sql, compiled.parameters]).toEqual([expected.sql, expected.parameters])
  expect(made.toSorted()).toEqual(['condition', 'literal', 'name', 'source'])
})
