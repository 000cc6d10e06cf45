import { symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { applySchema } from '../../scripts/generate/apply.ts'
import type { ScratchDatabases } from '../../scripts/scratch/index.ts'
import { caught } from '../support/factories.ts'
import { test } from '../support/schema.ts'

type FolderOf = (files: Record<string, string>) => Promise<string>

/** The message of the error that applying a file gives, from the file's name on. */
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

  test('of a name that is not there, where the server points', async ({ databases, folderOf }) => {
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

    expect(await refusal(databases, folderOf, sql, 'latin1')).toContain('10_x.sql: is not UTF-8')
  })

  test('of a transaction that is never committed', async ({ databases, folderOf }) => {
    expect(await refusal(databases, folderOf, 'begin; create table a (id int);')).toContain('never committed')
  })
})

test('a file may be a link to another', async ({ databases, folderOf }) => {
  await using database = await databases.createDatabase()
  const folder = await folderOf({ '10_x.sql': 'create table a (id int);' })
  const links = await folderOf({})
  await symlink(join(folder, '10_x.sql'), join(links, '10_x.sql'))

  expect(await applySchema(database.url, links)).toEqual([])
})

test('what pg_dump writes is applied, and what is left out is named', async ({ generate }) => {
  const { files, warnings } = await generate('test/fixtures/dump')

  expect(warnings.map((line) => line.replace('test/fixtures/dump/10_shop.sql', ''))).toEqual([
    ':5: \\restrict abcDEF is not SQL and was left out',
    ':15: \\connect shop is not SQL and was left out',
    ':51: data of copy … from stdin is not SQL and was left out',
    ':65: \\unrestrict abcDEF is not SQL and was left out',
    ':14: concerns the whole server, not the schema; the statement was left out',
    ...[18, 24, 39, 62, 63].map(
      (line) => `:${line}: role "shopkeeper" does not exist; the statement was left out`,
    ),
  ])
  expect(files.get('database.ts')).toContain('"shop.products": ShopProducts;')
  expect(files.get('catalog.ts')).toContain('positive_check: { kind: "check", columns: [] }')
})

test('nothing reaches beyond the scratch database', async ({ databases, folderOf }) => {
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
  for (const warning of warnings) expect(warning).toContain('concerns the whole server')
})
