import { describe, expect } from 'vitest'
import { fillTables } from '../../scripts/migrations/rows/fill.ts'
import { runSql } from '../support/databases.ts'
import { test } from '../support/schema.ts'
import { typeDifferences } from '../support/type-comparison.ts'

/** Schemas, with rows that the generator of rows would not find. */
const SCHEMAS: Readonly<Record<string, { sql: string; rows?: string; from?: number }>> = {
  'constraints that children do not inherit': {
    sql: `create table animal (id int primary key, name text, kind text, legs int default 4,
        constraint kind_c check (kind in ('cat', 'dog')) no inherit, constraint legs_c check (legs in (2, 4)));
      alter table animal add constraint name_nn not null name no inherit;
      create table bird (wingspan numeric) inherits (animal);
      create table eagle () inherits (bird);
      create table pet (owner text not null) inherits (animal);
      create view all_animals as select id, name, kind, legs from animal;`,
    rows: `insert into animal values (1, 'Tom', 'cat'); insert into eagle values (2, null, 'eagle', 2, 1.5);`,
    from: 18,
  },
  'a NOT NULL that a child has dropped': {
    sql: `create table p (id int primary key, name text not null); create table c () inherits (p);
      do $$ begin alter table c alter name drop not null; insert into c values (1, null); exception when others then null; end $$;`,
  },
  'constraints that are not valid': {
    sql: `create table t (id int primary key, s text, n int); insert into t values (1, 'old', null);
      alter table t add constraint s_list check (s in ('a', 'b')) not valid;
      alter table t add constraint s_short check (length(s) < 9) not valid;
      create domain tone as text; create table d (id int primary key, tone tone); insert into d values (1, 'old');
      alter domain tone add constraint tone_list check (value in ('x', 'y')) not valid;`,
  },
  'NOT NULL that is not valid': {
    sql: `create table t (id int primary key, n int, m int default 1); insert into t values (1, null, null);
      alter table t add constraint n_there not null n not valid;
      alter table t add constraint m_there not null m not valid;
      create view v as select n, m from t;`,
    from: 18,
  },
  'arrays of arrays': {
    sql: `create domain grid as int[][]; create table board (id int primary key, cells int[][] not null default '{{0,0},{0,0}}',
        names text[][][], g grid, flat int[]);
      create view boards as select b.cells, b.names, other.g, b.flat from board b join board other using (id);
      create view more_boards as select cells from boards union all select cells from board;`,
    rows: `insert into board values (1, '{{1,null},{2,3}}', '{{{a}},{{b}}}', '{{1}}', '{1,2}'), (2, '{}', null, null, null);`,
  },
  'names of indexes that two schemas exchange': {
    sql: `create schema s1; create schema s2;
      create table s1.p (id int, constraint a primary key (id)) partition by range (id);
      create table s1.c (id int not null, constraint b primary key (id));
      alter table s1.p attach partition s1.c for values from (0) to (10);
      create table s2.p (id int, constraint b primary key (id)) partition by range (id);
      create table s2.c (id int not null, constraint a primary key (id));
      alter table s2.p attach partition s2.c for values from (0) to (10);`,
  },
  'views that read each other': {
    sql: `create view a as select 1 as x; create view b as select x from a; create or replace view a as select x from b;
      create view c as select x from b; create table t (id int primary key);`,
  },
  'names with a dot, a space or a line break': {
    sql: `create schema "my.schema"; create schema "Sales Dept"; create table "my.schema".t (id int primary key);
      create table "a.b" (id int primary key); create table "x as y" (id int);
      create table "Sales Dept"."Order Items" (id int primary key, "Unit Price" numeric, "a.b" int, "x as y" int, "q""ed" int,
        "new
line" int, "back\\slash" int, "*/" int, "💩" int, "__proto__" int, "constructor" int);
      create table "Date" (d timestamptz); create table "ColumnType" (a timestamptz default now());`,
    rows: `insert into "Sales Dept"."Order Items" (id, "a.b", "x as y") values (1, 2, 3);`,
  },
  'columns with names of the comparison, and bytes of a fixed length': {
    sql: `create domain hash as bytea check (length(value) = 20); create table t (id int primary key, value_ text, place_ int, hash hash not null);`,
  },
  'vectors of the catalog, which are no arrays': {
    sql: `create domain places as int2vector; create table t (id int primary key, a int2vector not null, b oidvector, c places, d int2vector[], e places[]);
      create view v as select a, b, indkey from t, pg_index;`,
  },
  'views that triggers and rules write in one way alone': {
    sql: `create table t (id int primary key, a text not null, b int, g int generated always as (b + 1) stored);
      create function f() returns trigger language plpgsql as 'begin return new; end';
      create view automatic as select id, a, g from t; create view inserted as select id, a, g from t;
      create view grouped as select a, count(*) as n from t group by a; create view grouped_updates as select a, count(*) as n from t group by a;
      create view ruled as select a, count(*) as n from t group by a; create view ruled_updates as select a, count(*) as n from t group by a;
      create view ruled_sometimes as select a, count(*) as n from t group by a;
      create trigger inserts instead of insert on inserted for each row execute function f();
      create trigger inserts instead of insert on grouped for each row execute function f();
      create trigger updates instead of update on grouped_updates for each row execute function f();
      create rule inserts as on insert to ruled do instead insert into t (id, a) values (1, new.a);
      create rule updates as on update to ruled_updates do instead nothing;
      create rule inserts as on insert to ruled_sometimes where new.a <> '' do instead nothing;`,
  },
  'a function that alone returns JSON': {
    sql: `create table t (id int primary key); create function f(j json) returns jsonb immutable language sql as 'select j::jsonb';`,
  },
  'domains, enums and generated columns': {
    sql: `create type mood as enum ('sad', 'ok'); create domain feeling as mood default 'ok' not null;
      create domain few as int check (value in (1, 2)); create domain words as text[] not null default '{}';
      create table t (id bigint generated always as identity primary key, by_default int generated by default as identity,
        a feeling, b few, c few not null, w words, g int generated always as (length(coalesce(n, ''))) stored, n varchar(9),
        j jsonb not null, ja json[], by bytea, ts timestamptz, tsa timestamptz[], bo bool check (bo), f float8, m money);`,
  },
}

describe('types are those of the values at run time, for', () => {
  for (const [name, { sql, rows, from = 15 }] of Object.entries(SCHEMAS)) {
    test(name, async ({ databases, folderOf, generate }) => {
      const [{ server_version_num: version }] = (await databases.admin.query('show server_version_num')).rows
      if (Number(version) < from * 10_000) return
      const { files, database } = await generate(await folderOf({ '1.sql': sql }))
      if (rows) await runSql(database.url, rows)
      await fillTables(database.url)

      expect(await typeDifferences(database.url, files)).toEqual([])
    })
  }

  test('schema/', async ({ generate }) => {
    const { files, database } = await generate('schema')
    await fillTables(database.url)

    expect(await typeDifferences(database.url, files)).toEqual([])
  })
})

test('the comparison finds a wrong type', async ({ folderOf, generate }) => {
  const sql = `create table t (id int primary key, a text, b text not null, c text check (c in ('x', 'y')), d int default 1);
    insert into t values (1, null, 'b', 'x', 1);`
  const { files, database } = await generate(await folderOf({ '1.sql': sql }))
  const wrong = (files.get('database.ts') ?? '')
    .replace('a: string | null', 'a: string')
    .replace('b: string', 'b: number | null')
    .replace('"x" | "y"', '"x" | "z"')
    .replace('Generated<number | null>', 'number')

  const found = await typeDifferences(database.url, new Map([...files, ['database.ts', wrong]]))

  expect([...new Set(found.map((each) => each.replace(/,? (the value|but) .*/, '')))].sort()).toEqual([
    't.a: the inserted type is string',
    't.a: the selected type is string',
    't.a: the updated type is string | undefined',
    't.b: the inserted type is number | null',
    't.b: the selected type is number | null',
    't.b: the updated type is number | null | undefined',
    't.c: the inserted type is "x" | "z" | null',
    't.d: the inserted type is number',
    't.d: the updated type is number | undefined',
  ])
})
