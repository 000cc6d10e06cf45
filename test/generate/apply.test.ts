import { symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { applySchema } from '../../scripts/generate/apply.ts'
import type { ScratchDatabases } from '../../scripts/scratch/index.ts'
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
    ':5: skipped the psql command \\restrict abcDEF, which is not SQL',
    ':15: skipped the psql command \\connect shop, which is not SQL',
    ':51: skipped the data of copy … from stdin, which is not SQL',
    ':65: skipped the psql command \\unrestrict abcDEF, which is not SQL',
    ':14: skipped, because it affects the whole server and not only the schema',
    ...[18, 24, 39, 62, 63].map((line) => `:${line}: skipped, because role "shopkeeper" does not exist`),
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

  expect(warnings).toHaveLength(6)
  for (const warning of warnings) expect(warning).toContain('affects the whole server')
})
