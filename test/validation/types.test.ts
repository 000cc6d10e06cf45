import { stripTypeScriptTypes } from 'node:module'
import { describe, expect } from 'vitest'
import { type TableRules, validatorsOf } from '../../src/validators.ts'
import { type Attempt, Judge } from '../support/judge.ts'
import { aValueOf, Random, textOf } from '../support/random.ts'
import { test } from '../support/schema.ts'

/** Loads a generated validation.ts in the same way as a service. */
async function load(
  text: string,
): Promise<{ TABLE_RULES: Record<string, TableRules>; UNCHECKED: Record<string, string> }> {
  const script = stripTypeScriptTypes(text)
  return import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(script)}`)
}

type Generate = (
  folder: string,
) => Promise<{ files: ReadonlyMap<string, string>; database: { url: string }; warnings: string[] }>
type FolderOf = (files: Record<string, string>) => Promise<string>

/** Inserts `count` random rows into table `t` and returns those on which its validator and the database disagree. */
async function differences(
  { generate, folderOf }: { generate: Generate; folderOf: FolderOf },
  sql: string,
  aText: (random: Random) => string = (random) => textOf(random, random.between(0, 8)),
  count = 1500,
) {
  const { files, database, warnings } = await generate(await folderOf({ '1.sql': sql }))
  const { TABLE_RULES, UNCHECKED } = await load(files.get('validation.ts') ?? '')
  const judge = new Judge(database.url)
  await judge.open()
  const types = await judge.typesOf('t')
  const random = new Random(sql)
  const attempts = Array.from({ length: count }, (): Attempt => {
    const columns = [...types.keys()].filter(() => random.chance(0.6))
    return new Map(
      columns.map((column) => {
        const type = types.get(column) ?? ''
        const isText = /^(text|citext|character|character varying)$/.test(type)
        return [column, random.chance(0.1) ? null : isText ? aText(random) : aValueOf(random, type)]
      }),
    )
  })
  const verdicts = await judge.judge({ table: 't', kind: 'insert', types }, attempts)
  await judge.close()
  const validator = validatorsOf(TABLE_RULES).t?.insert['~standard']
  const fieldOf = (column: string) => TABLE_RULES.t?.columns[column]?.field ?? column
  const found = attempts.flatMap((attempt, at) => {
    const issues = validator?.validate(
      Object.fromEntries(Array.from(attempt, ([column, value]) => [fieldOf(column), value])),
    ).issues
    return (issues === undefined) === (verdicts[at] === undefined) || judge.isOfVersion(verdicts[at])
      ? []
      : [{ row: Object.fromEntries(attempt), refusal: verdicts[at], issues }]
  })
  return {
    found,
    accepted: verdicts.filter((verdict) => verdict === undefined).length / count,
    UNCHECKED,
    warnings,
  }
}

/** Texts that the CHECKs below may accept or reject. */
const oneOf =
  (...texts: string[]) =>
  (random: Random) =>
    random.chance(0.7) ? random.pick(texts) : textOf(random, random.between(0, 4))

describe('validator and database agree on', () => {
  test.for([
    'a varchar(5)',
    'a varchar(5), b char(3), c char(3) check (length(c) > 1), d varchar',
    "a char(3) check (a = 'xy')",
    'a numeric',
    'a numeric(5, 2)',
    'a numeric(5, 2) check (a >= 999.99 or a < 0.005)',
    'a numeric(3, -2), b numeric(2, 4)',
    "a numeric check (a > 1.5 and a <> 'NaN')",
    "a numeric check (a < 'Infinity')",
    'a smallint check (a > 0), b smallint not null default 5',
    'a bigint check (a > 9223372036854775806 or a < 6)',
    'a bigint, b integer, c numeric, check (a > b), check (c >= b)',
    'a real, b real check (b <= 0.1), c double precision check (c < 0.1::real)',
    'a float8 check (a between 0 and 2), b float8 check (a <= b)',
    "a float8 check (a <> 'NaN' and a > '-Infinity')",
    'a integer check (a::float8 < 0.7), b bigint check (b::float8 <= 9223372036854775807)',
    'a date, b date default current_date, check (a >= b)',
    "a date check (a < '2026-11-23'), b date default '2020-02-29', check (b <= a)",
    'a timestamptz(3), b timestamptz(0), c timestamptz',
    "a timestamptz check (a >= '2026-01-01T00:00:00Z'), b timestamp check (b < '2026-01-01')",
    'a timestamp, b timestamp, check (a <= b)',
    'a inet, b cidr',
    'a json, b jsonb not null',
    'a uuid, b uuid, check (a <> b), check (a < b)',
    'a boolean check (a), b boolean check (not b), c boolean check (c is not false)',
    'a boolean, b boolean, check (a is true or b is not true), check (a is not unknown or b is null)',
    'a integer[], b integer[] check (cardinality(b) < 3)',
    'a integer[][], b integer[] not null',
    'a text[], b numeric(5, 2)[], c timestamptz[], d uuid[], e float8[] not null',
    'a int, b int, c int, check (num_nonnulls(a, b, c) = 1)',
    'a int, b int, check (num_nulls(a, b) <> 1), check (coalesce(a, b, 1) > 0)',
    'a int, b int, check (a is distinct from b)',
    'a int, b int, check ((a is null) = (b is null)), check (not (a < 0 and b > 0))',
    'a int check (a in (1, 2, null)), b int check (b not in (1, 2)), c int check (c not in (1, null))',
    'a int generated always as identity, b int generated by default as identity, c int not null',
    'a int, b int generated always as (a + 1) stored check (b > 0)',
    'a smallint default 3, b smallint default -3, check (a > b)',
  ])('%s', async (columns, { generate, folderOf }) => {
    const { found, accepted, UNCHECKED } = await differences(
      { generate, folderOf },
      `create table t (${columns});`,
    )

    expect(found.filter(({ row, issues }) => issues !== undefined || !isOfDatabase(columns, row))).toEqual([])
    expect(accepted).toBeGreaterThan(0.01)
    const isOfDatabaseInPart = /stored|timestamptz check/.test(columns)
    expect(Object.keys(UNCHECKED)).toHaveLength(isOfDatabaseInPart ? 1 : 0)
  })

  test.for([
    ["a text check (a ~ '^[a-c]{2,3}$')", ['ab', 'abc', 'abcd', 'ab\n', 'AB', 'a']],
    ["a text check (a ~* '^k[a-c]+s$')", ['kas', 'KAS', '\u212aas', 'kaſ', 'kBs']],
    ["a citext check (a ~ '^[a-c]*$')", ['ab', 'AB', 'd', 'ſ']],
    ["a text check (a !~ '[^.]\\.')", ['a.', '.', '..', 'a', '\n.']],
    ["a text check (a ~ '^(?:x|y(z)?)+?$|^$')", ['x', 'yz', 'z', '', 'xyzy']],
    ["a text check (a ~ '^.{2}$')", ['ab', '👩b', 'a\n', 'é́', '👩‍🦰', 'a']],
    ["a text check (a ~ '\\A[^[:space:]]+\\Z')", ['a', 'a b', 'a\t', '']],
    ["a text check (a ~ '^\\w+\\d$')", ['a1', 'a', '_1', '1']],
    ["a text check (a ~ '^[]a^-]+$')", [']', 'a-', '^', 'b', '\\']],
    ["a text check (a ~ '^[\\u0061\\t\\\\]+$')", ['a', '\t', '\\', 'u', '6']],
    ["a text check (a like 'a%b\\_')", ['ab_', 'a\nb_', 'abx', 'aab_', 'AB_']],
    ["a text check (a not like '_x%')", ['axe', '👩x', 'x', '\nx', 'é́x']],
    ["a text check (a ilike 'k%')", ['k', 'Ka', 'a']],
    ["a citext check (a like 'k%')", ['k', 'Ka', 'a']],
    ["a citext check (a in ('x', 'y'))", ['x', 'Y', 'z', 'x ']],
    ["a citext, b citext, check (a = b), check (a <> 'y')", ['x', 'X', 'y', 'z']],
    ["a text, b text, check (a = b or a <> 'x')", ['x', 'y', 'X', '']],
    ['a text check (a = upper(a))', ['x', 'X', '1', 'xY']],
    ['a text check (octet_length(a) <= 3)', ['é', 'éé', 'abc', '👩', '']],
    [
      "a text check (length(ltrim(a)) > 1), b text check (length(trim('xy' from b)) < 2)",
      ['  a', 'a  ', 'xay', '\ta', '\u00a0a'],
    ],
    ["a text check (a <> ''), b text not null check (btrim(b) <> '')", ['', ' ', '\t', 'a']],
    ["a text default 'x', b text default 'y', check (a <> b)", ['x', 'y']],
    ["a text collate \"C\" check (a in ('x', 'y'))", ['x', 'y', 'X']],
  ] as const)('%s', async ([columns, texts], { generate, folderOf }) => {
    const sql = `create extension citext; create table t (${columns});`
    const { found, accepted } = await differences({ generate, folderOf }, sql, oneOf(...texts), 800)

    const beyondAscii = found.filter(({ row }) =>
      Object.values(row).some((value) => /[^\0-\x7f]/.test(String(value))),
    )
    const isLocales = /\\[wd]|:space|like 'k|citext|upper/.test(columns)
    expect(isLocales ? found.filter((each) => !beyondAscii.includes(each)) : found).toEqual([])
    expect(accepted).toBeGreaterThan(0.01)
    expect(accepted).toBeLessThan(0.99)
  })

  test('domains over domains, enums, defaults and constraints that are NOT VALID', async ({
    generate,
    folderOf,
  }) => {
    const sql = `create domain short as varchar(5) constraint short_check check (value <> '');
      create domain code as short not null constraint code_check check (value ~ '^[a-z]') default 'abc';
      create domain share as numeric(5, 2) check (value between 0 and 100);
      create type mood as enum ('sad', 'ok', 'it''s');
      create table t (a code, b short, c share default 5, d mood check (d <> 'sad'), e text, f mood not null default 'ok',
        "a_b" text, "Odd Name" int, check (c >= 5 or d = 'ok'));
      alter table t add constraint t_e_check check (e in ('x', 'abc')) not valid;
      alter table t add constraint t_a_check check (a::text <> 'b' or d::text = 'ok');`
    const { found, accepted, UNCHECKED } = await differences(
      { generate, folderOf },
      sql,
      oneOf('abc', 'x', '', 'b', 'abcdef', 'abc   ', 'ok', 'sad', 'Z'),
    )

    expect(found).toEqual([])
    expect(accepted).toBeGreaterThan(0.01)
    expect(UNCHECKED).toEqual({})
  })
})

/** Rows that only the database can judge: generated columns, and times in the time zone of the session. */
function isOfDatabase(columns: string, row: Record<string, unknown>): boolean {
  const texts = Object.values(row).filter((value) => typeof value === 'string')
  const isLocal = texts.some((text) => !/[tT ].*:.*(z|[+-][\d:]+)$/i.test(text))
  return columns.includes('stored') || (columns.includes('timestamp') && isLocal)
}

test('a rule that validators cannot express is listed with a warning and left to the database', async ({
  folderOf,
  generate,
}) => {
  const sql =
    `create extension citext; create type pair as (a int, b int); create function fine(text) returns boolean immutable return true;
    create collation nocase (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
    create table t (a text constraint a_check check (fine(a)), b text constraint b_check check (b > 'm'), c int constraint c_check check (c % 2 = 0),
      d text constraint d_check check (d ~ '(a)\\1'), e text collate nocase constraint e_check check (e = 'x'), f interval, g pair, h mood_of[],
      i text constraint i_check check (i ~ '^\\s$'), j int constraint j_check check (c > 0));`.replace(
      'mood_of',
      'pair',
    )
  const { files, warnings } = await generate(await folderOf({ '1.sql': sql }))
  const { UNCHECKED } = await load(files.get('validation.ts') ?? '')

  expect(Object.keys(UNCHECKED)).toEqual([
    't.a_check',
    't.b_check',
    't.c_check',
    't.d_check',
    't.e_check',
    't.f',
    't.g',
    't.h',
    't.i_check',
  ])
  for (const name of ['a_check', 'b_check', 'c_check', 'd_check', 'e_check', 'i_check']) {
    expect(warnings.join('\n')).toContain(name)
    expect(files.get('schema.md')?.split('Enforced by the database alone')[1]).toContain(name)
  }
  expect(warnings.join('\n')).not.toContain('j_check')
})

test("dates are read as ISO, regardless of the database's DateStyle", async ({ folderOf, generate }) => {
  const sql = `do $$ begin execute format('alter database %I set datestyle to German', current_database()); end $$;
    create table t (a date default '2026-11-23' check (a > '2020-02-29'));`
  const { files } = await generate(await folderOf({ '1.sql': sql }))

  expect(files.get('validation.ts')).toContain('value: "2026-11-23"')
  expect(files.get('validation.ts')).toContain('value: "2020-02-29"')
})
