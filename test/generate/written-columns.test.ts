import { describe, expect } from 'vitest'
import { compile, complaints } from '../support/compiler.ts'
import { runSql } from '../support/databases.ts'
import { test } from '../support/schema.ts'

const SQL = `
  create table items (id int generated always as identity primary key, code text not null, price numeric not null default 1,
    kind text check (kind in ('a', 'b')), doubled numeric generated always as (price * 2) stored);
  create view cheap as select id, code as name, price, kind, doubled, price + 1 as next from items where price < 10;
  create view cheaper as select name, kind from cheap;
  create view totals as select kind, count(*) as items from items group by kind;
  create view joined as select a.code from items a join items b using (id);
  create view frozen as select distinct code from items;
  create view by_trigger as select code, price * 2 as doubled from items;
  create function write_item() returns trigger language plpgsql as
    $$ begin insert into items (code, price) values (new.code, new.doubled / 2); return new; end $$;
  create trigger by_trigger_insert instead of insert on by_trigger for each row execute function write_item();
  create table notes (id int primary key, slug text not null, body text not null);
  comment on column notes.slug is 'Made of the body. @filled';
  create function fill_slug() returns trigger language plpgsql as $$ begin new.slug := lower(new.body); return new; end $$;
  create trigger notes_fill_slug before insert on notes for each row execute function fill_slug();`

/** A row as TypeScript, and whether the compiler and the database accept its insert. */
const INSERTS = [
  ['cheap', `{ name: 'x' }`, true],
  ['cheap', `{ name: 'x', price: 2, kind: 'a' as const }`, true],
  ['cheap', `{ price: 2 }`, false],
  ['cheap', `{ name: 'x', kind: 'c' }`, false],
  ['cheap', `{ name: 'x', next: 3 }`, false],
  ['cheap', `{ name: 'x', doubled: 3 }`, false],
  ['cheap', `{ name: 'x', id: 3 }`, false],
  ['cheaper', `{ name: 'x' }`, true],
  ['cheaper', `{ kind: 'a' as const }`, false],
  ['totals', `{ kind: 'a' }`, false],
  ['joined', `{ code: 'a' }`, false],
  ['frozen', `{ code: 'a' }`, false],
  ['by_trigger', `{ code: 'x', doubled: 4 }`, true],
  ['notes', `{ id: 1, body: 'X' }`, true],
  ['notes', `{ id: 2, slug: 'mine', body: 'X' }`, true],
  ['notes', `{ id: 3, slug: 'mine' }`, false],
] as const

describe('an insert compiles if the database accepts it:', () => {
  test('through views, and without columns that a trigger fills', async ({ folderOf, generate }) => {
    const { files, database } = await generate(await folderOf({ '1.sql': SQL }))
    const texts = new Map([...files].map(([path, text]) => [`generated/${path}`, text]))
    const lines = INSERTS.map(
      ([table, row], at) => `export const row${at}: Insertable<DB['${table}']> = ${row}`,
    )
    texts.set(
      'src/inserts.ts',
      [
        `import type { Insertable } from 'kysely'; import type { DB } from '../generated/database.ts'`,
        ...lines,
      ].join('\n'),
    )
    const refusedLines = complaints(compile(['src/inserts.ts'], texts)).map((each) =>
      Number(/:(\d+) /.exec(each)?.[1]),
    )

    for (const [at, [table, row, isAccepted]] of INSERTS.entries()) {
      const values = Object.entries(new Function(`return ${row.replaceAll(' as const', '')}`)() as object)
      const sql = `insert into ${table} (${values.map(([name]) => name)}) values (${values.map(([, value]) => (typeof value === 'string' ? `'${value}'` : value))})`
      const isInserted = await runSql(database.url, sql).then(
        () => true,
        () => false,
      )
      expect([table, row, isInserted]).toEqual([table, row, isAccepted])
      // Without a column to insert, Kysely's type is {}, which every object satisfies.
      if (['totals', 'joined', 'frozen'].includes(table)) continue
      expect([table, row, !refusedLines.includes(at + 2)]).toEqual([table, row, isAccepted])
    }
  })

  test('the tag is no part of the comment, and validators know it', async ({ folderOf, generate }) => {
    const { files } = await generate(await folderOf({ '1.sql': SQL }))

    expect(files.get('database.ts')).toContain('   * Made of the body.\n')
    expect([...files.values()].join()).not.toContain('@filled')
    expect(files.get('inputs.ts')).toContain('slug?: string | undefined;')
    expect(files.get('validation.ts')).toContain(
      'slug: { field: "slug", type: { kind: "text" }, notNull: true, hasDefault: true }',
    )
  })
})
