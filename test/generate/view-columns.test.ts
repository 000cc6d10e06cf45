import { loadModule } from 'libpg-query'
import pg from 'pg'
import { describe, expect } from 'vitest'
import { readCatalog } from '../../scripts/generate/read-catalog.ts'
import { viewColumns } from '../../scripts/generate/view-columns.ts'
import { test as base } from '../support/schema.ts'

const TABLES = `
  create table a (id int primary key, n int not null, m int, t text not null, u text, j jsonb not null);
  create type pair as (p int, q int);
  create function lower(pair) returns text language sql as 'select null::text';
  create table r (id int primary key, span int4range not null, pair pair not null);
  insert into r values (1, '[1,)', row(1, null)), (2, 'empty', row(null, null));
  create table b (id int primary key, a_id int not null references a, o int references a, v text not null);
  insert into a values (1, 1, 1, 'x', 'y', '{"k": null}'), (2, 2, null, '', null, 'null'), (3, 3, 3, 'z', 'q', '1');
  insert into b values (1, 1, null, 'v'), (2, 1, 3, 'w'), (3, 3, 1, '');`

/** A query, and for each of its columns in order `1` if it is never null, `0` if it may be. */
const VIEWS: [query: string, never: string][] = [
  ['select id, n, m, t, u from a', '11010'],
  ['select a.id, b.v, b.o from a join b on b.a_id = a.id', '110'],
  ['select a.id, b.id as b_id, b.v from a left join b on b.a_id = a.id', '100'],
  ['select a.id, b.id as b_id from a right join b on b.a_id = a.id', '01'],
  ['select a.id, b.id as b_id from a full join b on b.a_id = a.id', '00'],
  [
    'select x.id, y.id as y, z.id as z from a x left join b y on y.a_id = x.id left join a z on z.id = y.o',
    '100',
  ],
  ['select a.id, b.v from a left join b on b.a_id = a.id where b.id is not null', '10'],
  ['select u, m from a where u is not null and m > 0', '11'],
  ['select m from a where m is not null or n = 1', '0'],
  ['select b.o, a.id from b join a on a.id = b.o', '11'],
  ['select count(*) as c, count(m) as d, sum(n) as s, max(t) as x from a', '1100'],
  [
    'select t, count(*) as c, sum(n) as s, sum(m) as q, max(t) as x, array_agg(m) as l, string_agg(u, t) as w from a group by t',
    '1110110',
  ],
  ['select t, sum(n) filter (where n > 1) as s from a group by t', '10'],
  ['select t, n, count(*) as c from a group by rollup (t, n)', '001'],
  [
    `select coalesce(m, 0) as x, coalesce(m, null) as y, coalesce(u, t) as z, nullif(n, 1) as w from a`,
    '1010',
  ],
  [
    'select case when n > 1 then t else u end as x, case when n > 1 then t else t end as y, case when n > 1 then t end as z from a',
    '010',
  ],
  [
    `select n + 1 as x, n + m as y, t || 'x' as z, t || u as w, -n as v, n > 1 as p, m > 1 as q from a`,
    '1010110',
  ],
  ['select lower(t) as x, upper(u) as y, length(t) as z, abs(n) as w, concat(u, m) as v from a', '10111'],
  [
    `select now() as x, current_date as y, current_user as z, 1 as o, 'x'::text as p, null::int as q from a`,
    '111110',
  ],
  [`select j ->> 'k' as x, (j -> 'k') as y, j as z, (j)::text as w from a`, '0011'],
  [
    'select exists (select 1 from b where b.a_id = a.id) as x, (select v from b where b.a_id = a.id limit 1) as y, (select count(*) from b where b.a_id = a.id) as z from a',
    '101',
  ],
  [
    'select array(select v from b) as x, row_number() over () as y, lag(n) over (order by n) as z, sum(n) over () as w from a',
    '1100',
  ],
  ['select id from a union all select o from b', '0'],
  ['select id from a union select a_id from b', '1'],
  ['select id, m from a except select o, o from b', '10'],
  ['with w as (select id, m from a) select w.id, w.m from w', '10'],
  ['with recursive w as (select 1 as n union all select n + 1 from w where n < 3) select n from w', '0'],
  ['select s.x, s.y from (select id as x, m as y from a) s', '10'],
  ['select v.p, v.q from (values (1, 2), (2, null)) v (p, q)', '10'],
  ['select g from generate_series(1, 3) g', '0'],
  ['select a.id, l.v from a left join lateral (select v from b where b.a_id = a.id) l on true', '10'],
  ['select a.id, l.v from a cross join lateral (select b.v from b where b.a_id = a.id) l', '11'],
  ['select id, o from b join (select id as a_id from a) s using (a_id)', '10'],
  ['select greatest(n, m) as x, greatest(m, m) as y, least(n, 1) as z from a', '101'],
  ['select n = any (array[1, 2]) as x, m = any (array[1, 2]) as y, n = any (array[1, m]) as z from a', '100'],
  [
    'select m is null as x, m is distinct from 1 as y, not (m > 1) as z, (n > 1 and m > 1) as w from a',
    '1100',
  ],
  ['select lower(span) as x, upper(span) as y, isempty(span) as z from r', '000'],
  ['select lower(s.x) as x from (select int4range(id, id) as x from r) s where s.x is not null', '0'],
  ['select lower(pair) as x, pair = pair as y from r', '01'],
  ['select (n, m) <= (2, 2) as x, (n, t) < (2, t) as y from a', '01'],
  [`select coalesce(t, 'none') as x, count(*) as c from a group by rollup (coalesce(t, 'none'))`, '01'],
  [`select coalesce(t, 'all') as x, grouping(t) as g from a group by rollup (t)`, '11'],
  ['with a as (select 1 as m) select x.m, a.m as y from public.a x, a', '01'],
  [`select (case when id = 2 then 'x' else t end)::text as x, (j || j)::jsonb as y from a`, '11'],
  [
    'select (select count(a.id) from b where false) as x, (select count(*) from b where false) as y from a',
    '01',
  ],
  ['select (select count(*) over () from b where false) as x from a', '0'],
]

const test = base.extend<{ filled: { url: string } }>({
  filled: [
    async ({ databases }, use) => {
      await loadModule()
      const database = await databases.createDatabase()
      const client = new pg.Client(database.url)
      await client.connect()
      const views = VIEWS.map(([query], index) => `create view v${index} as ${query};`)
      await client.query(
        [
          TABLES,
          ...views,
          'create materialized view deep as select x.id, x.m, y.v from v0 x left join v1 y on y.id = x.id;',
        ].join('\n'),
      )
      await client.end()
      await use({ url: database.url })
    },
    { scope: 'file' },
  ],
})

describe('a view column that is never null', () => {
  test.for(VIEWS.map(([query, never], index) => [query, never, `v${index}`] as const))(
    '%s',
    async ([, never, name], { filled }) => {
      const catalog = await readCatalog(filled.url)
      const view = catalog.relations.find((relation) => relation.name === name)!
      const columnOf = viewColumns(catalog)

      const reported = view.columns.map((column) => (columnOf(view, column).isNullable ? '0' : '1')).join('')

      expect(reported).toBe(never)
      const nulls = view.columns.map(({ name: column }) => `count(*) filter (where "${column}" is null)::int`)
      const client = new pg.Client(filled.url)
      await client.connect()
      const { rows } = await client.query({ text: `select ${nulls} from ${name}`, rowMode: 'array' })
      await client.end()
      for (const [index, count] of (rows[0] as number[]).entries())
        if (reported[index] === '1') expect(count).toBe(0)
    },
  )

  test('is found through views on views and materialized views', async ({ filled }) => {
    const catalog = await readCatalog(filled.url)
    const view = catalog.relations.find((relation) => relation.name === 'deep')!
    const columnOf = viewColumns(catalog)

    expect(view.columns.map((column) => columnOf(view, column).isNullable)).toEqual([false, true, true])
  })
})
