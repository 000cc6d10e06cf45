import { inspect } from 'node:util'
import { sql } from 'kysely'
import { describe, expect } from 'vitest'
import { ConstraintError, DatabaseError, ImportError, InvalidInputError } from '../../src/index.ts'
import { test } from '../support/database.ts'
import { aCustomer, aPerson, aUser, caught, HASH } from '../support/factories.ts'

/** Everything that a log could write of an error and of its causes. */
function logged(error: unknown): string {
  const seen: string[] = []
  for (let each = error; each instanceof Error; each = each.cause) {
    seen.push(each.message, String(each.stack), JSON.stringify({ ...each }))
  }
  return [...seen, inspect(error, { depth: 10, showHidden: true })].join('\n')
}

describe('a ConstraintError', () => {
  test('has a message for people; the name of the constraint is in the stack', async ({ db }) => {
    await db.users.create(aUser({ email: 'taken@example.test' }))

    const error = (await caught(db.users.create(aUser({ email: 'taken@example.test' })))) as ConstraintError

    expect(error.message).toBe('This email address is already taken.')
    expect(error.constraint).toBe('users_email_key')
    expect(error.stack).toContain('This email address is already taken. (users_email_key)')
    expect(inspect(error)).toContain('users_email_key')
  })

  test('names columns as SQL does, and as services do', async ({ db }) => {
    const error = await caught(db.customers.create(aCustomer({ billingCountry: 'Latvia' })))

    expect(error).toMatchObject({ columns: ['billing_country'], fields: ['billingCountry'] })
    const ofTwo = await caught(db.users.create(aUser({ providerId: '1' })))
    expect(ofTwo).toMatchObject({
      columns: ['provider', 'provider_id'],
      fields: ['provider', 'providerId'],
    })
  })
})

describe('code', () => {
  test('is the SQLSTATE of an error of the server', async ({ db }) => {
    expect(await caught(db.users.create(aUser({ name: 'x' })))).toMatchObject({ code: '23514' })
    expect(await caught(sql`select * from nowhere`.execute(db.kysely))).toMatchObject({ code: '42P01' })
    const imported = await caught(db.customers.importMany([aCustomer({ companySize: 0 })]))
    expect(imported).toBeInstanceOf(ImportError)
    expect(imported).toMatchObject({ code: '23514' })
  })

  test('is absent from errors that do not come from the server', async ({ db }) => {
    const error = await caught(db.users.find('x'))

    expect(error).toBeInstanceOf(InvalidInputError)
    expect(error).not.toHaveProperty('code')
  })
})

test('a statement that does not fit the schema points at verify', async ({ db }) => {
  const error = (await caught(sql`select nickname from users`.execute(db.kysely))) as DatabaseError

  expect(error.message).toBe(
    'The server reported: column "nickname" does not exist. The schema may not match this package version; run `norberts-spark-db verify`.',
  )
})

describe("a service's own tables", () => {
  test.beforeAll(async ({ db }) => {
    for (const statement of `
      create domain email_address as text not null constraint email_address_check check (value like '%@%');
      create table orders (order_id integer, order_number text not null, is_paid boolean not null, total integer,
        constraint orders_pkey primary key (order_id), constraint orders_order_number_key unique (order_number),
        constraint orders_total_check check (total > 0));
      create table order_items (order_id integer references orders, line_number integer, contact email_address);
      create table returns (order_id integer, foreign key (order_id) references orders on delete restrict);
      create table bookings (during int4range, constraint bookings_during_excl exclude using gist (during with &&));
      create function refuse_shipped() returns trigger language plpgsql as $$
        begin raise exception 'shipped orders cannot be changed'
          using errcode = 'check_violation', table = 'orders', constraint = 'orders_shipped'; end $$;
      create trigger refuse_shipped before update on orders for each row execute function refuse_shipped();
      insert into orders values (1, 'A1', true, 1), (2, 'A2', true, 1);
      insert into order_items values (1, 1, 'a@example.test');
      insert into returns values (2);
      insert into bookings values ('[1,5]')`.split(/;\n/))
      await sql.raw(statement.replace(/;\s*end/, '; end')).execute(db.kysely)
  })

  test.for([
    ["insert into orders values (3, 'A1', true, 1)", 'unique', 'The same row already exists.'],
    ['insert into orders values (3, null, true, 1)', 'not-null', 'Order number is required.'],
    ["insert into orders values (3, 'A3', null, 1)", 'not-null', 'Paid must be true or false.'],
    ["insert into orders values (3, 'A3', true, 0)", 'check', 'The row is not allowed.'],
    ['update orders set total = 2', 'check', 'Shipped orders cannot be changed.'],
    [
      "insert into order_items values (7, 1, 'a@x')",
      'foreign-key',
      'The row refers to another row that does not exist.',
    ],
    [
      'delete from orders where order_id = 1',
      'foreign-key',
      'Other rows still refer to this row, so it cannot be deleted and its key cannot be changed.',
    ],
    [
      'delete from orders where order_id = 2',
      'foreign-key',
      'Other rows still refer to this row, so it cannot be deleted and its key cannot be changed.',
    ],
    ["insert into bookings values ('[2,3]')", 'exclusion', 'The row conflicts with an existing row.'],
    ["insert into order_items values (1, 2, 'x')", 'check', 'Email address has a value that is not allowed.'],
    ['insert into order_items values (1, 2, null)', 'not-null', 'Email address is required.'],
  ] as const)('%s: a sentence of kind %s', async ([statement, kind, message], { db }) => {
    const error = await caught(sql.raw(statement).execute(db.kysely))

    expect(error).toBeInstanceOf(ConstraintError)
    expect(error).toMatchObject({ kind, message })
  })
})

describe('the contents of a row are in no error', () => {
  test('of a NOT NULL or a CHECK', async ({ db }) => {
    for (const name of [sql`null`, sql`'x'`]) {
      const insert = sql`insert into users (name, email, password) values (${name}, 'row@example.test', ${HASH})`

      const error = await caught(insert.execute(db.kysely))

      expect(error).toBeInstanceOf(ConstraintError)
      expect(logged(error)).not.toContain(HASH)
    }
  })

  test('of the CHECK OPTION of a view', async ({ db }) => {
    await sql`create view admins as select * from users where role = 'admin' with check option`.execute(
      db.kysely,
    )

    const error = await caught(
      sql`insert into admins (name, email, password) values ('Ada', 'view@example.test', ${HASH})`.execute(
        db.kysely,
      ),
    )

    expect(error).toMatchObject({ code: '44000' })
    expect(logged(error)).not.toContain(HASH)
  })

  test('of a line of COPY, be it refused by a CHECK, by a type or by a trigger', async ({ db }) => {
    await sql`create function refuse_secret() returns trigger language plpgsql as $$
      begin if new.industry = 'secret' then raise exception 'refused'; end if; return new; end $$`.execute(
      db.kysely,
    )
    await sql`create trigger refuse_secret before insert on customers for each row execute function refuse_secret()`.execute(
      db.kysely,
    )
    const names = { legalName: 'X private name', displayName: 'private x' }

    for (const wrong of [{ companySize: -5 }, { industry: 'secret' }]) {
      const error = await caught(db.customers.importMany([{ ...names, ...wrong }]))

      expect(error).toBeInstanceOf(DatabaseError)
      expect(logged(error)).not.toContain('private')
    }
    const withPeople = { ...names, people: [aPerson({ phone: `private ${'7'.repeat(30)}` })] }
    expect(logged(await caught(db.customers.importMany([withPeople])))).not.toContain('private')
  })

  test.for([
    [
      'a unique key',
      `insert into users (name, email, password) select 'Ada', 'private@example.test', '${HASH}' from generate_series(1, 2)`,
    ],
    ['JSON', `select '{"a": private}'::json`],
    ['JSON with U+0000', String.raw`select '{"private": "\u0000"}'::jsonb`],
    ['a number', `select 'private'::int`],
    ['a number out of range', 'select (9182736450 + n)::int from generate_series(1, 2) as n'],
    ['a text that is a number out of range', `select '9182736450'::int`],
    ['a date', `select 'private'::date`],
    ['a text search', `select 'private & ('::tsquery`],
    ['a time out of range', `select '2026-99-99 private'::timestamptz`],
    ['a key of another table', `insert into chats (user_id) values ('01930c7a-5b3e-7000-8000-00009182aaaa')`],
    ['a function that tells the row', `do $$ begin raise 'refused' using detail = 'private'; end $$`],
    ['a statement within a function', `do $$ begin execute 'select 1 / 0 as private'; end $$`],
    ['a month', `select to_date('private', 'MON')`],
    ['an encoding', `select convert_from('a', 'private')`],
    ['a number that is too large', `select '1e9182'::float8`],
    ['a unit', `select date_trunc('private', now())`],
    ['a value that is too long', `select 'private'::varchar(3)::int`],
  ] as const)('of %s', async ([, statement], { db }) => {
    const error = await caught(sql.raw(statement).execute(db.kysely))

    expect(error).toBeInstanceOf(DatabaseError)
    expect(logged(error)).not.toMatch(/private|9182/)
  })

  test('places in functions are kept', async ({ db }) => {
    const error = await caught(sql`do $$ begin perform 1 / 0; end $$`.execute(db.kysely))

    expect(error).toMatchObject({
      cause: { where: expect.stringMatching(/^PL\/pgSQL function inline_code_block line 1/) },
    })
  })
})
