// cspell:ignore regrole
import { describe, expect } from 'vitest'
import type { Consequence } from '../../scripts/studio/changes.ts'
import type { RowsPage } from '../../scripts/studio/rows.ts'
import { runSql } from '../support/databases.ts'
import { test as base, one, type Visitor } from '../support/studio.ts'

const TABLES = `
  create domain address as text constraint address_at check (value ~ '@');
  comment on constraint address_at on domain address is 'An address has an @.';
  create domain color as text check (value in ('red', 'green'));
  create type mood as enum ('happy', 'sad');
  create table items (
    id int primary key, code text constraint items_code_key unique, password text not null, "Owner" text, price numeric(5, 2),
    short varchar(3), bits bit(3), day date, mail address, color color, colors color[], mood mood, moods mood[],
    tags text[] check (tags <@ array['new', 'old']), level int check (level in (1, 2, 3)), only_one text check (only_one = 'this'),
    "Quoted" text check ("Quoted" in ('x', 'y''z')), optional text check (optional is null or optional in ('a', 'b')),
    place point, page xml, transaction xid, path jsonpath, data json, span int4range
  );
  comment on constraint items_code_key on items is 'There is an item with this code.';
  create unique index items_owner_idx on items ("Owner");
  create table uses (id int primary key, owner text references items ("Owner"));
  create function check_item() returns trigger language plpgsql as $$ begin
    if new.code = 'values' then raise exception 'the password % is bad', new.password; end if;
    if new.code = 'role' then perform new.password::regrole; end if;
    if new.code = 'words' then raise exception 'The code words isn''t allowed'; end if;
    if new.code = 'skip' then return null; end if;
    return new;
  end $$;
  create trigger items_check before insert or update on items for each row execute function check_item();
  insert into items (id, code, password, "Owner") values (1, 'a', 'private-1', 'me'), (2, 'b', 'private-2', 'you');
  create table "order" (id int primary key, "select" text);
  insert into "order" values (1, 'one');
  create schema "Shop.eu";
  create table "Shop.eu"."Order ""2""" (id int primary key, name text);
  insert into "Shop.eu"."Order ""2""" values (1, 'two');
  create table nothing ();
  create table tops (id int primary key);
  create table middles (id int primary key, top int references tops on delete cascade, friend int references tops on delete cascade);
  create table ends (id int primary key, middle int references middles on delete cascade, other int references middles on delete set null);
  create table guards (id int primary key, middle int references middles on delete restrict);
  create table defaults (id int primary key, top int default 0 references tops on delete set default);
  create table nodes (id int primary key, parent int references nodes on delete cascade, previous int references nodes);
  insert into tops values (0), (1), (2);
  insert into middles values (1, 1, 1), (2, 1, null), (3, 2, null);
  insert into ends values (1, 1, 2), (2, 3, 1);
  insert into guards values (1, 3);
  insert into defaults values (1, 1);
  insert into nodes select n, nullif(n - 1, 0), nullif(n - 1, 0) from generate_series(1, 30) as n;`

interface Fixtures {
  /** The studio of a database with tables of a service. */
  items: Visitor
}

const test = base.extend<Fixtures>({
  items: async ({ filled, writable }, use) => {
    if ((await one(filled, `select to_regclass('items')`)) === null) await runSql(filled, TABLES)
    await use(writable)
  },
})

async function save(studio: Visitor, values: Record<string, string | null>): Promise<string | undefined> {
  const place = { table: 'items', key: { id: '1' } }
  const { version } = await studio.post<{ version: string }>('/api/row', place)
  return (await studio.post<{ message?: string }>('/api/save', { ...place, version, values })).message
}

describe('a change of a row that is refused', () => {
  test.for([
    [{ code: 'b' }, 'There is an item with this code.'],
    [{ Owner: 'you' }, 'This owner is already taken.'],
    [{ mail: 'no address' }, 'mail: An address has an @.'],
    [{ tags: '{new,lost}' }, 'Tags has a value that is not allowed.'],
  ] as const)('has the message of the constraint of a service: %j', async ([values, message], { items }) => {
    expect(await save(items, values)).toBe(message)
  })

  test.for([
    { price: '1234' },
    { short: 'long' },
    { bits: '10' },
    { day: '2026-02-30' },
    { day: 'soon' },
    { level: 'many' },
    { level: '99999999999' },
    { mood: 'angry' },
    { moods: '{angry}' },
    { colors: '{blue}' },
    { tags: 'new' },
    { data: '{' },
    { place: 'here' },
    { span: '[2,1]' },
  ] as Record<string, string>[])(
    'names the column, and nothing is cut: %j',
    async (values, { items, filled }) => {
      const [column = ''] = Object.keys(values)

      const message = await save(items, { Owner: 'me', ...values })

      expect(message).toMatch(new RegExp(`^${column}: .`))
      expect(await one(filled, `select "${column}" from items where id = 1`)).toBe(null)
    },
  )

  test('has no value of a hidden column, also where a trigger reports it', async ({ items }) => {
    const hidden =
      'A trigger of the table items refuses the change. Its message is not shown: it may contain values of hidden columns.'

    expect(await save(items, { code: 'values' })).toBe(hidden)
    expect(await save(items, { code: 'role' })).toBe(hidden)
    expect(await save(items, { code: 'words' })).toBe(`The code words isn't allowed`)
  })

  test('by a trigger without an error is not called saved, nor changed by another session', async ({
    items,
  }) => {
    expect(await save(items, { code: 'skip' })).toBe(
      'Not saved: a trigger, a rule or a policy of the table has skipped the change.',
    )
  })
})

describe('a column', () => {
  test('has the values that its rules list, however they are written', async ({ items }) => {
    const { table } = await items.post<RowsPage>('/api/rows', { table: 'items' })
    const listed = Object.fromEntries(
      table.columns.flatMap(({ name, values, elements }) =>
        values || elements ? [[name, values ?? elements]] : [],
      ),
    )

    expect(listed).toEqual({
      color: ['red', 'green'],
      colors: ['red', 'green'],
      mood: ['happy', 'sad'],
      moods: ['happy', 'sad'],
      tags: ['new', 'old'],
      level: ['1', '2', '3'],
      only_one: ['this'],
      Quoted: ['x', `y'z`],
      optional: ['a', 'b'],
    })
  })

  test('of any type is sorted and compared', async ({ items }) => {
    const { table } = await items.post<RowsPage>('/api/rows', { table: 'items' })
    const answers = table.columns
      .filter(({ isSecret }) => !isSecret)
      .flatMap(({ name }) => [
        items.post<RowsPage>('/api/rows', { table: 'items', sort: `-${name}` }),
        items.post<RowsPage>('/api/rows', {
          table: 'items',
          where: [{ column: name, operator: 'is not null' }],
          sort: name,
        }),
      ])
    for (const column of ['place', 'page', 'transaction', 'path', 'data'])
      for (const operator of ['=', '<', '≠'])
        answers.push(items.post('/api/rows', { table: 'items', where: [{ column, operator, value: '1' }] }))

    for (const answer of await Promise.all(answers)) expect(answer).toHaveProperty('rows')
  })

  test('is named where the value of a filter cannot be read', async ({ items }) => {
    const where = [
      { column: 'code', operator: '=', value: 'a' },
      { column: 'day', operator: '<', value: 'soon' },
    ]

    expect(await items.post('/api/rows', { table: 'items', where })).toMatchObject({
      message: 'day: invalid input syntax for type date',
    })
  })
})

test('tables are found by the names of the catalog, with any letters', async ({ items }) => {
  const { tables } = await items.get<{ tables: { name: string }[] }>('/api/catalog')
  const names = tables.map(({ name }) => name)

  expect(names).toEqual(expect.arrayContaining(['"order"', '"Shop.eu"."Order ""2"""', 'nothing']))
  for (const table of names) expect(await items.post('/api/rows', { table })).toHaveProperty('rows')
  const { rows } = await items.post<RowsPage>('/api/rows', { table: '"Shop.eu"."Order ""2"""' })
  expect(rows).toEqual([{ id: '1', name: 'two' }])
})

describe('the rows that a delete takes along', () => {
  const consequences = async (studio: Visitor, table: string, id: number) =>
    (await studio.post<Consequence[]>('/api/consequences', { table, key: { id: String(id) } })).map(
      ({ table: other, rows, effect }) => `${other} ${rows} ${effect}`,
    )

  test('has each row once, and what becomes of rows that stay', async ({ items }) => {
    expect(await consequences(items, 'tops', 1)).toEqual([
      'defaults 1 kept with the default reference',
      'middles 2 deleted',
      'ends 1 deleted',
      'ends 1 kept without the reference',
    ])
    expect(await consequences(items, 'tops', 2)).toEqual([
      'middles 1 deleted',
      'ends 1 deleted',
      'guards 1 prevents the deletion',
    ])
  })

  test('follows a key of a table to itself to its end', async ({ items }) => {
    expect(await consequences(items, 'nodes', 1)).toEqual(['nodes 29 deleted'])
    expect(await consequences(items, 'nodes', 30)).toEqual([])
  })
})

describe('the page SQL', () => {
  test.for([
    ['select 1; select 2', 'Run one statement at a time.'],
    ['select $1::text', 'Write a value in place of each parameter, such as $1.'],
    ['select id,\n  nope\nfrom items', 'Line 2: column "nope" does not exist'],
    ['\n\nshow\nnope from', 'Line 4: syntax error at or near "from"'],
    [
      'with gone as (delete from items returning *) select * from gone',
      'This page only reads: a statement within `with` changes rows.',
    ],
    [
      'delete from items',
      'No changes were made, because this page only reads, also in a writable studio (cannot execute DELETE in a read-only transaction).',
    ],
  ] as const)('explains %j', async ([sql, message], { items }) => {
    expect((await items.query(sql)).message).toBe(message)
  })

  test.for([
    'select current_setting(password) from items',
    'select password::regclass from items',
    `do $$ begin raise exception '%', (select password from items limit 1); end $$`,
  ])('has no hidden value in an error: %s', async (sql, { items }) => {
    const { message } = await items.query(sql)

    expect(message).toMatch(/^The query failed \(SQLSTATE \w{5}\)/)
    expect(message).not.toContain('private')
  })
})
