import { describe, expect, inject } from 'vitest'
import { connected } from '../../scripts/migrations/catalog.ts'
import { findViolations } from '../../scripts/migrations/violations.ts'
import { ScratchDatabases } from '../../scripts/scratch/index.ts'
import { compareDatabases } from '../../src/admin/index.ts'
import { test } from '../support/empty-database.ts'

/** A table as a database has it, with rows, and as schema/ has it. */
const OLD = `
  create type color as enum ('red', 'green', 'blue');
  create table owners (owner_id integer primary key);
  create table things (
    thing_id integer primary key, name text, code text, size bigint, color color, colors color[], owner_id integer, note text, started date, ended date);
  insert into owners values (1);
  insert into things values
    (1, 'one', 'a', 1, 'red', '{red}', 1, 'short', '2026-01-01', '2026-01-02'),
    (2, 'two', 'A', 9999999999, 'green', '{blue}', 2, 'much too long', '2026-01-03', '2026-01-02'),
    (3, null, 'b', 3, 'red', '{red}', null, null, null, null);`

const CASES: readonly [title: string, change: string, rule: string, rows: number, example: string][] = [
  [
    'a CHECK',
    'alter table things add constraint c check (started < ended)',
    'constraint things.c',
    1,
    'thing_id 2',
  ],
  ['NOT NULL', 'alter table things alter name set not null', 'column things.name', 1, 'thing_id 3'],
  [
    'a unique index on an expression',
    'create unique index u on things (lower(code))',
    'index things.u',
    1,
    'a (2 times)',
  ],
  [
    'a unique key',
    'alter table things add constraint k unique (color)',
    'constraint things.k',
    1,
    'red (2 times)',
  ],
  [
    'a partial unique index',
    `create unique index u on things (color) where code <> 'b' or code is null`,
    'index things.u',
    0,
    '',
  ],
  [
    'a foreign key',
    'alter table things add constraint f foreign key (owner_id) references owners',
    'constraint things.f',
    1,
    'thing_id 2',
  ],
  ['a shorter text', 'alter table things alter note type varchar(5)', 'column things.note', 1, 'thing_id 2'],
  ['a narrower number', 'alter table things alter size type integer', 'column things.size', 1, 'thing_id 2'],
  [
    'a new column without a value',
    'alter table things add extra text not null',
    'column things.extra',
    3,
    'thing_id 1',
  ],
  [
    'a key with a new column',
    `alter table things add extra text not null default 'x', add constraint k unique (extra, color)`,
    'constraint things.k',
    1,
    'x, red (2 times)',
  ],
  [
    'enum values that are taken away',
    `alter table things drop colors; alter table things alter color type text; drop type color; create type color as enum ('red', 'blue')`,
    'type color',
    1,
    'thing_id 2',
  ],
]

async function twoDatabases<T>(change: string, fn: (live: string, fresh: string) => Promise<T>): Promise<T> {
  await using databases = new ScratchDatabases(inject('scratch'))
  await using live = await databases.createDatabase()
  await connected(live.url, (client) => client.query(OLD))
  await using fresh = await databases.createDatabase()
  await connected(fresh.url, (client) => client.query(`${OLD} delete from things; ${change}`))
  return await fn(live.url, fresh.url)
}

describe('the check of rows', { timeout: 60_000 }, () => {
  test.for(CASES)('finds the rows that %s would refuse', async ([, change, rule, rows, example]) => {
    const { violations, unchecked } = await twoDatabases(change, async (url, fresh) =>
      findViolations(url, { fresh, differences: await compareDatabases(fresh, url) }),
    )

    expect(unchecked).toEqual([])
    const found = violations.filter((each) => each.rule === rule)
    if (rows === 0) return expect(found).toEqual([])
    expect(found.map((each) => each.rows)).toContain(rows)
    expect(found.flatMap(({ examples }) => examples)).toContain(example)
  })

  test('calls no function and no operator that another role has made in a writable schema', async () => {
    const change = `
      alter table things add constraint c check (cardinality(colors) < 5 and pg_column_size(note) < 100 and concat(name, code) <> ''),
        add constraint f foreign key (owner_id) references owners match full;
      alter type color rename to old_color; create type color as enum ('red', 'blue');
      create unique index u on things (coalesce(note, ''), num_nulls(name, code))`
    const traps = [
      ...[
        'cardinality(color[])',
        'pg_column_size(text)',
        'concat(text, text)',
        'num_nulls(text, text)',
        'num_nulls(integer)',
      ],
      ...['operator_of(oid, regtype)', 'format(text, name, name)'],
    ].map(
      (signature) =>
        `create function public.${signature} returns integer language plpgsql as $$ begin raise 'a hostile function ran'; end $$;`,
    )
    await twoDatabases(change, async (url, fresh) => {
      await connected(url, (client) =>
        client.query(
          `${traps.join('\n')} create operator public.= (function = operator_of, leftarg = oid, rightarg = regtype)`,
        ),
      )
      const { unchecked, violations } = await findViolations(url, {
        fresh,
        differences: await compareDatabases(fresh, url),
      })
      expect(violations.map(({ rule }) => rule)).toEqual(
        expect.arrayContaining(['type color', 'constraint things.f']),
      )
      expect(unchecked.filter(({ reason }) => reason.includes('hostile'))).toEqual([])
    })
  })

  test('says of what it may not read, and of what takes too long, that it could not be checked', async () => {
    const change = 'alter table things alter name set not null'
    await twoDatabases(change, async (url, fresh) => {
      const differences = await compareDatabases(fresh, url)
      const role = `reader_${Math.random().toString(36).slice(2)}`
      await connected(url, (client) => client.query(`create role ${role} login password 'secret'`))
      const address = new URL(url)
      address.username = role
      address.password = 'secret'
      const found = await findViolations(String(address), { fresh, differences })
      expect(found).toMatchObject({
        violations: [],
        unchecked: [{ rule: 'column things.name', reason: expect.stringContaining('may not read') }],
      })

      await connected(url, (client) =>
        client.query(
          `grant select on things to ${role}; alter table things enable row level security; create policy one on things using (thing_id = 1)`,
        ),
      )
      expect(await findViolations(String(address), { fresh, differences })).toMatchObject({
        violations: [],
        unchecked: [{ rule: 'column things.name' }],
      })
      await connected(url, (client) => client.query(`drop owned by ${role}; drop role ${role}`))
    })
    const slow = `create function slow(integer) returns boolean language sql as 'select pg_sleep(2) is not null'; alter table things add constraint slow check (slow(thing_id))`
    await twoDatabases(slow, async (url, fresh) => {
      const create = slow.split(';')[0] as string
      await connected(url, (client) => client.query(create))
      const differences = await compareDatabases(fresh, url)
      expect(await findViolations(url, { fresh, differences }, { timeout: 300 })).toMatchObject({
        unchecked: [{ rule: 'constraint things.slow', reason: expect.stringContaining('0.3 s') }],
      })
    })
  })
})
