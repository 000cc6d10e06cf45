import { expect, expectTypeOf } from 'vitest'
import * as packageCatalog from '../../generated/catalog.ts'
import { type ConstraintError, InvalidInputError, openDatabase, sql, violates } from '../../src/index.ts'
import { test } from '../support/database.ts'
import { aUser, caught } from '../support/factories.ts'

/** As `npm run generate -- --schema DIR --out DIR` writes it. */
const catalog = {
  CONSTRAINTS: {
    notes: {
      notes_title_check: {
        kind: 'check',
        columns: ['note_title'],
        message: 'A title has at most 10 characters.',
      },
      notes_note_title_not_null: { kind: 'not-null', columns: ['note_title'] },
    },
    users: { users_name_rule: { kind: 'check', columns: ['name'], message: 'This name is reserved.' } },
  },
  DOMAIN_CONSTRAINTS: {},
  PARTITIONS: { notes_2026: 'notes' },
  PARTITION_CONSTRAINTS: {},
} as const
type OwnConstraintName = 'notes_title_check' | 'users_name_rule'

const TABLE = sql`
  create table notes (
    note_title text not null constraint notes_title_check check (length(note_title) <= 10),
    year int
  ) partition by list (year)`

test('errors of own constraints have the fields and the message of the catalog', async ({
  db,
  openAnother,
}) => {
  await TABLE.execute(db.kysely)
  await sql`create table notes_2026 partition of notes for values in (2026)`.execute(db.kysely)
  const own = openAnother({ catalog })
  const insert = sql`insert into notes values ('far too long a title', 2026)`

  const error = await caught(insert.execute(own.kysely))
  const inTransaction = await caught(own.transaction((tx) => insert.execute(tx.kysely)))
  const without = await caught(insert.execute(db.kysely))
  const missing = await caught(sql`insert into notes values (null, 2026)`.execute(own.kysely))

  const expected = {
    name: 'ConstraintError',
    message: 'A title has at most 10 characters.',
    constraint: 'notes_title_check',
    table: 'notes',
    columns: ['note_title'],
    fields: ['noteTitle'],
  }
  expect(error).toMatchObject(expected)
  expect(inTransaction).toMatchObject(expected)
  expect(without).toMatchObject({ constraint: 'notes_title_check', table: 'notes_2026', fields: [] })
  expect(missing).toMatchObject({ constraint: 'notes_note_title_not_null', table: 'notes' })
  expect(violates<OwnConstraintName>(error, 'notes_title_check')).toBe(true)
  expect(violates<OwnConstraintName>(error, 'users_name_rule')).toBe(false)
})

test('a constraint added to a table of the package is known beside those of the package', async ({
  db,
  openAnother,
}) => {
  await sql`alter table users add constraint users_name_rule check (name <> 'Reserved')`.execute(db.kysely)
  const own = openAnother({ catalog })
  const user = await own.users.create(aUser())

  const added = await caught(own.users.create(aUser({ name: 'Reserved' })))
  const taken = await caught(own.users.create(aUser({ email: user.email })))

  expect(added).toMatchObject({ message: 'This name is reserved.', fields: ['name'] })
  expect(taken).toMatchObject({ message: 'This email address is already taken.', fields: ['email'] })
})

test('the catalog is checked when the database is opened', () => {
  for (const wrong of [{}, 'catalog', { CONSTRAINTS: undefined }]) {
    expect(() => openDatabase('postgres://localhost/x', { catalog: wrong as never })).toThrow(
      InvalidInputError,
    )
  }
})

test('the compiler checks names against the catalog that is named', () => {
  const error: unknown = new Error()

  expect(violates(error, 'users_email_key')).toBe(false)
  // @ts-expect-error: it is none of schema/.
  expect(violates(error, 'notes_title_check')).toBe(false)
  // @ts-expect-error: it is none of the named catalog.
  expect(violates<OwnConstraintName>(error, 'users_email_key')).toBe(false)
  expectTypeOf(packageCatalog).toExtend<NonNullable<Parameters<typeof openDatabase>[1]>['catalog']>()
  if (violates<OwnConstraintName>(error, 'notes_title_check'))
    expectTypeOf(error).toEqualTypeOf<ConstraintError>()
})
