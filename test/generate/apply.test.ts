import { symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { applySchema } from '../../scripts/generate/apply.ts'
import { readSchema } from '../../scripts/generate/schema-files.ts'
import type { ScratchDatabases } from '../../scripts/scratch/index.ts'
import { runSql } from '../support/databases.ts'
import { caught } from '../support/factories.ts'
import { test } from '../support/schema.ts'

type FolderOf = (files: Record<string, string>) => Promise<string>

/** Applies a file and returns the error message from the file's name on. */
async function refusal(databases: ScratchDatabases, folderOf: FolderOf, sql: string, encoding?: 'latin1') {
  await using database = await databases.createDatabase()
  const folder = await folderOf({})
  await writeFile(join(folder, '10_x.sql'), sql, encoding)
  const error = await caught(applySchema(database.url, folder))
  return String(error).replaceAll(`${folder}/`, '').replaceAll(folder, '')
}

describe('an error names file, line and statement:', () => {
  test('of a syntax error', async ({ databases, folderOf }) => {
    const sql = `-- ünï\ncreate table ä𝒳 (id int);\n\ncreate table b (\n  id int,\n  name text nott null\n);`

    expect(await refusal(databases, folderOf, sql)).toMatch(
      /^SchemaError: 10_x\.sql:6: syntax error at or near "nott"\n {6}name text nott null/,
    )
  })

  test('of an undefined name, at the position that the server reports', async ({ databases, folderOf }) => {
    const sql = `create table a (id int);\n/* 𝒳𝒳 é\n*/\ncreate view v as\n  select 'é𝒳' as x,\n    nowhere\n  from a;`

    expect(await refusal(databases, folderOf, sql)).toMatch(
      /^SchemaError: 10_x\.sql:6: column "nowhere" does not exist\n {4}create view v as/,
    )
  })

  test('in the body of a function', async ({ databases, folderOf }) => {
    const sql = `create function f() returns int language plpgsql as $$\nbegin\n  if true thn\n    return 1;\n  end if;\nend\n$$;`

    expect(await refusal(databases, folderOf, sql)).toMatch(/^SchemaError: 10_x\.sql:[34]: missing "THEN"/)
  })

  test('after a comment within a comment, and a byte order mark', async ({ databases, folderOf }) => {
    const sql = `\ufeff/* a /* b */ c */\r\ncreate table a (\r\n  id nope\r\n);`

    expect(await refusal(databases, folderOf, sql)).toMatch(
      /^SchemaError: 10_x\.sql:3: type "nope" does not exist\n {4}create table a/,
    )
  })

  test('of a file that is not UTF-8', async ({ databases, folderOf }) => {
    const sql = 'create table café (id int);'

    expect(await refusal(databases, folderOf, sql, 'latin1')).toContain('10_x.sql: the file is not UTF-8')
  })

  test('of strings of the time before standard_conforming_strings', async ({ databases, folderOf }) => {
    const setting = 'set standard_conforming_strings = off;\n'

    for (const string of ["'it\\'s'", "'ü a\\\\b'", "'a\\nb'"]) {
      const error = await refusal(databases, folderOf, `${setting}create table a (b text default ${string});`)
      expect(error).toMatch(/^SchemaError: 10_x\.sql:2: /)
      expect(error).toContain("Write those with a backslash as E'…'.")
    }
    const fine = `${setting}create table a (b text default E'a\\nb', c text default 'c', d text default $$a\\b$$)`
    await using database = await databases.createDatabase()
    expect(await applySchema(database.url, await folderOf({ '10_x.sql': fine }))).toEqual([])
  })

  test.for([
    ['an access method', 'create table a (id int) using nothing'],
    ['a foreign-data wrapper', 'create server s foreign data wrapper nothing'],
  ])('of %s that the server lacks, with the way out', async ([, sql], { databases, folderOf }) => {
    expect(await refusal(databases, folderOf, sql as string)).toContain('Set SCRATCH to the postgres:// URL')
  })

  test('of a transaction that is never committed', async ({ databases, folderOf }) => {
    expect(await refusal(databases, folderOf, 'begin; create table a (id int);')).toContain('never committed')
  })
})

test('a file may be a symbolic link', async ({ databases, folderOf }) => {
  await using database = await databases.createDatabase()
  const folder = await folderOf({ '10_x.sql': 'create table a (id int);' })
  const links = await folderOf({})
  await symlink(join(folder, '10_x.sql'), join(links, '10_x.sql'))

  expect(await applySchema(database.url, links)).toEqual([])
})

test('a dump of pg_dump is applied, with a warning for each skipped part', async ({ generate }) => {
  const { files, warnings } = await generate('test/fixtures/dump')

  expect(warnings.map((line) => line.replace('test/fixtures/dump/10_shop.sql', ''))).toEqual([
    ':5 and 2 other lines: skipped psql commands, which are not SQL: \\restrict, \\connect, \\unrestrict',
    ':51: skipped the data of copy … from stdin',
    ':14: skipped statements that affect the whole server and not only the schema',
    ':18 and 4 other lines: left out owners, grants, policies and mappings of roles that do not exist on the scratch server: shopkeeper',
  ])
  expect(files.get('database.ts')).toContain('"shop.products": ShopProducts;')
  expect(files.get('catalog.ts')).toContain(
    'positive_check: { kind: "check", columns: [], message: "Positive must be greater than 0." }',
  )
})

test('statements that affect more than the scratch database are skipped', async ({ databases, folderOf }) => {
  await using database = await databases.createDatabase()
  const folder = await folderOf({
    '10_x.sql': `
      create role nobody_of_ours;
      alter database postgres owner to nobody_of_ours;
      comment on database postgres is 'ours';
      grant connect on database postgres to public;
      alter system set work_mem = '1MB';
      create subscription s connection 'host=127.0.0.1' publication p with (connect = false);`,
  })

  const warnings = await applySchema(database.url, folder)

  expect(warnings).toEqual([
    expect.stringMatching(/10_x\.sql:2 and 5 other lines: skipped statements that affect the whole server/),
  ])
})

describe('a backslash that is not a command of psql is kept:', () => {
  test.for([
    ['in a string', `create table t (a text default 'x\n\\frac y\nz');`, 'x\n\\frac y\nz'],
    ['in an escape string', `create table t (a text default E'it\\'s\n\\\\d y');`, "it's\n\\d y"],
    ['in a comment', `/* a /* b\n\\connect */ c\n*/ create table t (a text default 'x'); -- d '\n`, 'x'],
    [
      'in a dollar-quoted body',
      `create function f() returns text language sql as $a$ select $$x\n\\d y$$ $a$;
      create table t (a text default 'x');`,
      'x',
    ],
    ['in a name', `create table "\n\\d" (a int); create table t (a text default 'x');`, 'x'],
    [
      'after a semicolon in a string',
      `create table t (a text default 'copy t from stdin;\n\\.\n');`,
      'copy t from stdin;\n\\.\n',
    ],
  ] as const)('%s', async ([, sql, expected], { databases, folderOf }) => {
    await using database = await databases.createDatabase()

    expect(await applySchema(database.url, await folderOf({ '10_x.sql': sql }))).toEqual([])
    const [row] = await runSql(database.url, 'insert into t values (default) returning a')
    expect(row?.a).toBe(expected)
  })
})

test('commands of psql and data are skipped wherever they are in a line', async ({ databases, folderOf }) => {
  await using database = await databases.createDatabase()
  const folder = await folderOf({
    '10_x.sql': `\\set x 1\ncreate table a (id int) \\g\ncreate table b (id int, t text);
copy b (id,
  t) from stdin;\n1\tit's\n\\.\n  \\echo done\ncreate table c (id int);`,
  })

  const warnings = await applySchema(database.url, folder)

  expect(warnings.map((each) => each.replace(/^.*?sql/, ''))).toEqual([
    ':1 and 2 other lines: skipped psql commands, which are not SQL: \\set, \\g, \\echo',
    ':4: skipped the data of copy … from stdin',
  ])
  const tables = await runSql(
    database.url,
    `select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace order by 1`,
  )
  expect(tables.map(({ relname }) => relname)).toEqual(['a', 'b', 'c'])
})

describe('names that the scratch server does not know are left out, with a warning:', () => {
  const Roles = 'left out owners, grants'
  const Spaces = 'left out tablespaces'
  test.for([
    ['create schema auth authorization some_admin create table t (id int);', Roles, 'auth.t'],
    [
      'create schema authorization "Some Admin"; create table "Some Admin".t (id int);',
      Roles,
      '"Some Admin".t',
    ],
    ['create schema if not exists s authorization "a.b"; create table s.t ();', Roles, 's.t'],
    ['create table t (id int); alter table t owner to nobody_here;', Roles, 't'],
    [
      'begin; create table t (id int); alter table t owner to nobody_here; comment on table t is $$x$$; commit;',
      Roles,
      't',
    ],
    ['create table t (id int); create policy p on t to nobody_here using (true);', Roles, 't'],
    [
      `create extension postgres_fdw; create server s foreign data wrapper postgres_fdw;
      create user mapping for nobody_here server s; create table t (id int);`,
      Roles,
      't',
    ],
    ['create table t (id int) tablespace fast_disk;', Spaces, 't'],
    [
      'create table t (id int, constraint k primary key (id) using index tablespace fast_disk) tablespace fast_disk;',
      Spaces,
      'k',
    ],
    [
      'create table t (id int); create index i on t (id) tablespace "fast_disk"; alter index i set tablespace fast_disk;',
      Spaces,
      'i',
    ],
    ['create materialized view t tablespace fast_disk as select 1 as id;', Spaces, 't'],
    ['set default_tablespace = fast_disk; create table t (id int);', 'skipped settings', 't'],
    ['set no_such_setting = 0; create table t (id int);', 'skipped settings', 't'],
    [
      `select pg_catalog.set_config('no_such_setting', '0', false); create table t (id int);`,
      'skipped settings',
      't',
    ],
    ['create schema public; create table public.t (id int);', 'objects of every new database', 't'],
    ['create extension plpgsql; create table t (id int);', 'objects of every new database', 't'],
    [`create table t (id int); security label on table t is 'secret';`, 'skipped security labels', 't'],
  ] as const)('%s', async ([sql, warning, created], { databases, folderOf }) => {
    await using database = await databases.createDatabase()

    const warnings = await applySchema(database.url, await folderOf({ '10_x.sql': sql }))

    expect(warnings).toEqual([expect.stringContaining(warning)])
    expect(await runSql(database.url, `select '${created}'::regclass`)).toHaveLength(1)
  })
})

test('an empty file has nothing to apply', async ({ databases, folderOf }) => {
  await using database = await databases.createDatabase()
  const folder = await folderOf({
    '1.sql': '',
    '2.sql': ' \n',
    '3.sql': '-- nothing yet',
    '4.sql': '\ufeff',
    '5.sql': ';',
  })

  expect(await applySchema(database.url, folder)).toEqual([])
})

test('an extension that the scratch server lacks is refused with the way out', async ({
  databases,
  folderOf,
}) => {
  expect(await refusal(databases, folderOf, 'create extension no_such_extension;')).toMatch(
    /^SchemaError: 10_x\.sql:1: extension "no_such_extension" is not available\n {2}The scratch server does not have it\. Set SCRATCH/,
  )
})

test('a variable of psql is named', async ({ databases, folderOf }) => {
  const sql = `create table "ü" (id int);\ngrant all on "ü" to :"DBNAME";`

  expect(await refusal(databases, folderOf, sql)).toMatch(
    /^SchemaError: 10_x\.sql:2: syntax error at or near ":"\n {2}:"DBNAME" is a variable of psql\. Replace it by its value\./,
  )
})

test('an error names data and files that were left out before it', async ({ databases, folderOf }) => {
  const sql = `\\set x 1\ncreate table a (id int primary key); create table b (a_id int); insert into b values (1);
copy a from stdin;\n1\n\\.\nalter table b add constraint b_a_id_fkey foreign key (a_id) references a;`

  expect(await refusal(databases, folderOf, sql)).toMatch(
    /violates foreign key constraint "b_a_id_fkey"[\s\S]*\n {2}It may need a part that was left out:\n {2}10_x\.sql:1: skipped psql commands[^\n]*\n {2}10_x\.sql:3: skipped the data of copy/,
  )
})

test('a file that cannot be read is named', async ({ databases, folderOf }) => {
  const folder = await folderOf({ '1.sql': '' })
  await symlink('nowhere.sql', join(folder, '2.sql'))
  await using database = await databases.createDatabase()

  await expect(applySchema(database.url, folder)).rejects.toThrow(/2\.sql: cannot read this file\.$/)
})

test.for([
  `load 'nowhere';`,
  `create text search dictionary d (template = ispell, dictfile = nowhere, afffile = nowhere);`,
])(
  'a file that the scratch server lacks is refused with the way out: %s',
  async (sql, { databases, folderOf }) => {
    expect(await refusal(databases, folderOf, sql)).toMatch(
      /\n {2}The scratch server does not have it\. Set SCRATCH/,
    )
  },
)

test('lines are found in time linear in the number of statements', async ({ folderOf }) => {
  const fileOf = (count: number) =>
    Array.from(
      { length: count },
      (_, index) => `-- ${index}\n\ncreate table "ünï_${index}" (id int, name text);\n`,
    ).join('')
  const timeOf = async (count: number) => {
    const folder = await folderOf({ '1.sql': fileOf(count) })
    const started = process.cpuUsage()
    const { files } = await readSchema(folder)
    const { user } = process.cpuUsage(started)
    expect(files[0]?.statements.at(-1)?.line).toBe(3 * count)
    return user
  }
  await timeOf(500)
  const [small, large] = [await timeOf(1_000), await timeOf(8_000)]

  expect(large / small).toBeLessThan(24)
})
