import { readFile } from 'node:fs/promises'
import { expect } from 'vitest'
import { create, verify } from '../../src/admin.ts'
import { blocksOf } from '../docs/snippets.ts'
import { test } from '../support/empty-database.ts'

const PAGE = 'docs/how-to/backups-and-upgrades.md'
const PRELUDE = 'schema/00_prelude.sql'

/** A dump, or pg_upgrade, brings them from a server before 18, where uuidv7() is a function of `schema/`. */
async function functionOfOlderServers(): Promise<string> {
  const [created] =
    /create function uuidv7\(\)[\s\S]+?\$function\$;/.exec(await readFile(PRELUDE, 'utf8')) ?? []
  return `${(created as string).replace('uuidv7()', 'public.uuidv7()')}
    do $do$
    declare key record;
    begin
      for key in
        select adrelid::regclass as "table", attname as "column"
        from pg_attrdef join pg_attribute on attrelid = adrelid and attnum = adnum
        where pg_get_expr(adbin, adrelid) = 'uuidv7()'
      loop
        execute format('alter table %s alter column %I set default public.uuidv7()', key."table", key."column");
      end loop;
    end $do$`
}

test('the statement of the how-to moves keys of an older major to the uuidv7() of PostgreSQL 18', async ({
  url,
  sql,
}) => {
  await create(url, { environment: 'test' })
  const blocks = blocksOf(await readFile(PAGE, 'utf8'))
  const { text } = blocks.find(({ language }) => language === 'sql') as { text: string }
  const [server] = await sql("select current_setting('server_version_num')::int >= 180000 as has")
  if (server?.has) {
    await sql(await functionOfOlderServers())
    await sql("insert into people (first_name, last_name) values ('Ada', 'Lovelace')")
    const objects = (await verify(url)).differences.map(({ object }) => object)
    expect(objects).toContain('function public.uuidv7()')
    expect(objects).toContain('column people.person_id')
  }

  await sql(text)
  await sql(text)

  expect((await verify(url)).differences).toEqual([])
  await sql("insert into people (first_name, last_name) values ('Grace', 'Hopper')")
})
