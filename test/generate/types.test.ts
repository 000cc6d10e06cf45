import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect } from 'vitest'
import type { Files } from '../../scripts/generate/index.ts'
import { compile, complaints } from '../support/compiler.ts'
import { test } from '../support/schema.ts'

const database = ({ files }: { files: Files }) => files.get('database.ts') ?? ''

/** The lines of an interface, without comments. */
function columnsOf(text: string, name: string): string[] {
  const [, body = ''] = new RegExp(`^export interface ${name} \\{\n([^}]*)\\}`, 'm').exec(text) ?? []
  return body.match(/(?<=^ {2})[^ *].*(?=;$)/gm) ?? []
}

describe('names that PostgreSQL allows', () => {
  test('types whose names differ only in letter case keep their own values', async ({
    folderOf,
    generate,
  }) => {
    const sql = `create type mood as enum ('b', 'a'); create type "Mood" as enum ('X');
      create schema crm; create type crm.mood as enum ('crm');
      create table t (a mood not null, b "Mood" not null, c crm.mood not null);`
    const text = database(await generate(await folderOf({ '1.sql': sql })))

    const typeOf = Object.fromEntries(columnsOf(text, 'T').map((line) => line.split(': ')))
    expect(text).toContain(`export type ${typeOf.a} = "b" | "a";`)
    expect(text).toContain(`export type ${typeOf.b} = "X";`)
    expect(text).toContain(`export type ${typeOf.c} = "crm";`)
  })

  test('no name hides a type that the file uses, or breaks the file', async ({ folderOf, generate }) => {
    const names =
      `constructor __proto__ toString hasOwnProperty DB db Date date Buffer Generated generated GeneratedAlways
      ColumnType column_type Json JsonValue json_value Timestamp Numeric Int8 Array Record String Promise user_roles userRoles
      UserRoles !!! ??? 1st _1st 日本 ünï class null undefined string a"b a\\b`.split(/\s+/)
    const quote = (name: string) => `"${name.replaceAll('"', '""')}"`
    const columns = names.map((name) => `${quote(name)} timestamptz`).join(', ')
    const comments = `${' '.repeat(3)}'*/ } export interface Users { x: 1`
    const sql = `create schema e;
      ${names.map((name, at) => `create table ${quote(name)} (own${at} int, "j" jsonb, "t" timestamptz default now(), "b" bytea, "i" int8, id int generated always as identity); comment on table ${quote(name)} is '${at} */';`).join('\n')}
      ${names.map((name, at) => `create type e.${quote(name)} as enum ('v${at}');`).join('\n')}
      create table users (${columns}); comment on column users."Date" is '${comments.replaceAll("'", "''")}';
      create table enums (${names.map((name, at) => `c${at} e.${quote(name)} not null`).join(', ')});`
    const { files } = await generate(await folderOf({ '1.sql': sql }))
    const service = `import type { Selectable } from 'kysely'
      import type { DB } from '../generated/database.ts'
      ${names.map((name, at) => `export const own${at}: Selectable<DB[${JSON.stringify(name)}]>['own${at}'] = 1`).join('\n')}
      ${names.map((_, at) => `export const c${at}: 'v${at}' = null! as Selectable<DB['enums']>['c${at}']`).join('\n')}
      export const at: Date | null = null! as Selectable<DB['Date']>['t']
      export const bytes: Buffer | null = null! as Selectable<DB['Buffer']>['b']`
    const texts = new Map([...files].map(([path, text]) => [join('generated', path), text]))
    texts.set('src/service-under-test.ts', service)

    expect(complaints(compile(['src/service-under-test.ts'], texts))).toEqual([])
  })

  test('a table with a dot in its name is omitted if it collides with a table of that schema', async ({
    folderOf,
    generate,
  }) => {
    const sql = `create table "a.b" (dotted int); create schema a; create table a.b (own int);`
    const generated = await generate(await folderOf({ '1.sql': sql }))

    expect(database(generated)).toContain('own: number')
    expect(database(generated)).not.toContain('dotted')
    expect(generated.warnings).toContainEqual(expect.stringMatching(/^a\.b: has no type/))
  })
})

test("the output does not depend on the machine's locale", async ({ folderOf, generate, databases }) => {
  const sql =
    'create table t (z int, s int, t int, aa int, b int, "å" int, _a int); create table s (a int); create table z (a int);'
  const folder = await folderOf({ '1.sql': sql })
  const here = database(await generate(folder))

  await using elsewhere = await databases.createDatabase()
  const program = `import { generateFromSchema } from './scripts/generate/index.ts'
    process.stdout.write((await generateFromSchema(process.argv[1], process.argv[2])).files.get('database.ts'))`
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '--eval', program, elsewhere.url, folder],
    { env: { ...process.env, LC_ALL: 'et_EE.UTF-8' } },
  )
  expect(stdout).toBe(here)
})

describe('types match the values that are returned', () => {
  test('for arrays that the library parses, and for arrays returned as text', async ({
    folderOf,
    generate,
  }) => {
    const sql = `create extension citext; create type mood as enum ('x'); create type pair as (a int, b int);
      create domain positive as int check (value > 0); create domain numbers as int[]; create table row_type (a int);
      create table t (a int[], b timestamptz[] not null, c numeric[], d "char"[], e box[], f regclass[], g mood[], h citext[],
        i pair, j pair[], k positive, l positive[], m numbers, n row_type, o jsonb[] not null);`
    const { files, warnings } = await generate(await folderOf({ '1.sql': sql }))

    expect(columnsOf(files.get('database.ts') ?? '', 'T')).toEqual([
      'a: (number | null)[] | null',
      'b: ColumnType<(Date | null)[], (Date | string | null)[], (Date | string | null)[]>',
      'c: ColumnType<(string | null)[] | null, (string | number | null)[] | null, (string | number | null)[] | null>',
      'd: (string | null)[] | null',
      ...['e', 'f', 'g', 'h', 'i', 'j'].map((name) => `${name}: string | null`),
      'k: number | null',
      'l: string | null',
      'm: (number | null)[] | null',
      'n: string | null',
      'o: ColumnType<(JsonValue | null)[], (string | null)[], (string | null)[]>',
    ])
    const warned = warnings.flatMap((warning) => /^t\.(\w): .*::text\[\]/.exec(warning)?.[1] ?? [])
    expect(warned).toEqual(['e', 'f', 'g', 'h', 'j', 'l'])
  })

  /** A column with a CHECK, its generated type, and whether there must be a warning. */
  test.for([
    ["text check (a in ('x', 'y', 'x'))", '"x" | "y"', false],
    ["citext check (a::text in ('x', 'y'))", '"x" | "y"', false],
    ["citext check (a in ('x', 'y'))", 'string', true],
    ["text check (a::citext in ('x', 'y'))", 'string', true],
    ["text check (a::char(1) = 'x')", 'string', true],
    ["text check (a = 'abc'::varchar(2))", 'string', true],
    ['text check (a::int in (1, 2))', 'string', true],
    ['smallint check (a in (1, 2))', '1 | 2', false],
    ['int check (a in (-1, 1))', '-1 | 1', false],
    ['float8 check (a::int in (1, 2))', 'number', true],
    ["float8 check (a in (1, 'NaN'))", 'number', true],
    ['numeric(3, 1) check (a in (1, 1.5))', 'Numeric', true],
    ['bigint check (a in (1, 2))', 'Int8', true],
    ['boolean check (a)', 'true', false],
    ['boolean check (a::int = 1)', 'boolean', true],
    ["mood check (a in ('ok', 'sad'))", '"ok" | "sad"', false],
    ["mood check (a::text = 'sad')", '"sad"', false],
    ["text check (a in ('x', 'y')) check (a in ('y', 'z'))", '"y"', false],
    ["text check (a = 'x') check (a = 'y')", 'never', true],
    ["text collate nocase check (a in ('x', 'y'))", 'string', true],
  ] as const)('%s', async ([column, type, isWarned], { folderOf, generate }) => {
    const sql = `create extension citext; create type mood as enum ('sad', 'ok', 'happy');
      create collation nocase (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
      create table t (a ${column});`
    const { files, warnings } = await generate(await folderOf({ '1.sql': sql }))

    expect(columnsOf(files.get('database.ts') ?? '', 'T')).toEqual([`a: ${type} | null`])
    expect(warnings.some((warning) => /^t\.a: |t_a_check/.test(warning))).toBe(isWarned)
  })
})

test('bounds that contradict each other cause a warning', async ({ folderOf, generate }) => {
  const sql = `create table t (a int check (a > 5 and a <= 5), b text check (length(b) > 2) check (length(b) < 2), c int check (c >= 5 and c <= 5));`
  const { warnings } = await generate(await folderOf({ '1.sql': sql }))

  const contradicted = warnings.filter((warning) => warning.includes('contradict'))
  expect(contradicted.map((warning) => warning.slice(0, 3))).toEqual(['t.a', 't.b'])
})

test("a domain's CHECK that no bound can express causes a warning", async ({ folderOf, generate }) => {
  const sql = `create domain odd as int constraint odd_check check (value % 2 = 1); create table t (a odd);`
  const { warnings } = await generate(await folderOf({ '1.sql': sql }))

  expect(warnings).toContainEqual(expect.stringContaining('odd_check'))
})

test('a message with a bound that its CHECK does not have causes a warning', async ({
  folderOf,
  generate,
}) => {
  const checks: [check: string, message: string, stale?: string][] = [
    ['char_length(a) <= 200', 'A name has at most 100 characters.', '100'],
    ['char_length(a) between 2 and 50', 'A name has 2 to 40 characters.', '40'],
    ['char_length(a) <= 20000', 'At most 30,000 characters.', '30,000'],
    ['char_length(a) between 2 and 50', 'A name has 2 to 50 characters.'],
    ['char_length(a) < 101', 'A name has at most 100 characters, for example Route 66.'],
    ['octet_length(a) <= 1048576', 'A text has at most 1 MB.'],
    ['char_length(a) > 4', 'A code has at least 5 characters, as in ISO 3166-1.'],
  ]
  const sql = checks.map(
    ([check, message], n) => `create table t${n} (a text constraint c${n} check (${check}));
      comment on constraint c${n} on t${n} is '${message}';`,
  )
  const { warnings } = await generate(await folderOf({ '1.sql': sql.join('') }))

  expect(warnings.filter((each) => each.includes('says'))).toEqual(
    checks.flatMap(([, , stale], n) =>
      stale ? [`t${n}.a: the message of c${n} says ${stale}, a number that its CHECK does not have`] : [],
    ),
  )
})

test('a message that names a value that is gone causes a warning', async ({ folderOf, generate }) => {
  const sql = `create table t (a text constraint a_check check (a in ('user', 'admin')), b text constraint b_check check (b in ('x', 'y')),
      c text constraint c_check check (c in ('new', 'old')));
    comment on constraint a_check on t is 'A role is "user", "admin" or "moderator".';
    comment on constraint b_check on t is 'Choose x or y, and nothing else.';
    comment on constraint c_check on t is 'A state is old, new, or gone.';`
  const { warnings } = await generate(await folderOf({ '1.sql': sql }))

  expect(warnings).toEqual([
    't.a: the message of a_check names "moderator", which is not among its values',
    't.c: the message of c_check names "gone", which is not among its values',
  ])
})
