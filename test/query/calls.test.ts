import { describe, expect } from 'vitest'
import { openDatabase } from '../../src/index.ts'
import { type Connection, calls, ownStatements, type Routine } from '../../src/query.ts'
import { compile, complaints } from '../support/compiler.ts'
import { test as base } from '../support/schema.ts'

const SQL = `
  create type mood as enum ('sad', 'ok');
  create type pair as (left_side int, right_side text);
  create table accounts (account_id int primary key, owner text not null, balance numeric not null default 0);
  insert into accounts values (1, 'Ada', 10), (2, 'Bob', 20);
  create function add_points(to_account int, points int default 5, note text default null) returns int language sql
    as 'select to_account * 100 + points + coalesce(length(note), 0)';
  comment on function add_points is 'Adds points.';
  create function total(variadic amounts int[]) returns bigint stable language sql as 'select sum(a) from unnest(amounts) a';
  create function names() returns setof text stable language sql as 'select owner from accounts order by account_id';
  create function swap(inout a int, inout b text, out c mood) language sql as $$ select a + 1, b || '!', 'ok'::mood $$;
  create function rich(minimum numeric) returns table (account_id int, "full name" text) stable language sql
    as 'select account_id, owner from accounts where balance >= minimum order by 1';
  create function find_account(id int) returns accounts stable language sql as 'select a from accounts a where account_id = id';
  create function all_accounts() returns setof accounts stable language sql as 'select * from accounts order by 1';
  comment on function all_accounts is 'Every account. @notnull';
  create function make_pair(int, text) returns pair immutable strict language sql as 'select row($1, $2)::pair';
  create function feel(m mood default 'ok') returns mood immutable strict language sql as 'select m';
  create function nothing(j jsonb) returns void language sql as 'select 1';
  create function at_time(t timestamptz) returns timestamptz immutable language sql as 'select t';
  create function twice(n int) returns int immutable language sql as 'select n * 2';
  create function twice(s text) returns text immutable language sql as 'select s || s';
  create function places(int, int default 2, int default 3) returns int immutable language sql as 'select $1 * 100 + $2 * 10 + $3';
  create procedure move(from_account int, to_account int, amount numeric) language sql as $$
    update accounts set balance = balance - amount where account_id = from_account;
    update accounts set balance = balance + amount where account_id = to_account $$;
  create procedure counted(in minimum numeric, out matches int, inout label text default 'none') language plpgsql as $$
    begin select count(*) into matches from accounts where balance >= minimum; label := label || '!'; end $$;
  create function any_of(a anyelement) returns anyelement language sql as 'select a';
  create function rows_of(q text) returns setof record language sql as 'select 1, 2';
  create function on_write() returns trigger language plpgsql as 'begin return new; end';
  create schema shop; create function shop.add_points(n int) returns int language sql as 'select n';
  create function "odd ""name"""("an ""argument""" int) returns int language sql as 'select 1';`

/** The types of functions.ts, by their properties. */
const TYPES = {
  addPoints:
    '(input: { toAccount: number | null; points?: number | null | undefined; note?: string | null | undefined }) => number | null',
  total: '(input: { amounts: (number | null)[] | null }) => string | null',
  names: '(input: {}) => (string | null)[]',
  swap: '(input: { a: number | null; b: string | null }) => { a: number | null; b: string | null; c: "sad" | "ok" | null }',
  rich: '(input: { minimum: string | number | null }) => { accountId: number | null; "full name": string | null }[]',
  findAccount:
    '(input: { id: number | null }) => { accountId: number | null; owner: string | null; balance: string | null }',
  allAccounts: '(input: {}) => { accountId: number; owner: string; balance: string }[]',
  makePair:
    '(input: { arg1: number; arg2: string }) => { leftSide: number | null; rightSide: string | null }',
  feel: '(input: { m?: "sad" | "ok" | undefined }) => "sad" | "ok" | null',
  nothing: '(input: { j: string | null }) => void',
  atTime: '(input: { t: Date | string | null }) => Date | null',
  'twice(integer)': '(input: { n: number | null }) => number | null',
  'twice(text)': '(input: { s: string | null }) => string | null',
  places:
    '(input: { arg1: number | null; arg2?: number | null | undefined; arg3?: number | null | undefined }) => number | null',
  move: '(input: { fromAccount: number | null; toAccount: number | null; amount: string | number | null }) => void',
  counted:
    '(input: { minimum: string | number | null; label?: string | null | undefined }) => { matches: number | null; label: string | null }',
  'shop.addPoints': '(input: { n: number | null }) => number | null',
}

interface Fixtures {
  generated: { text: string; warnings: string[]; url: string }
  connection: Connection
  functions: Record<string, (connection: Connection, input?: object) => Promise<unknown>>
}

const test = base.extend<Fixtures>({
  generated: async ({ folderOf, generate }, use) => {
    const { files, warnings, database } = await generate(await folderOf({ '1.sql': SQL }))
    await use({ text: files.get('functions.ts') ?? '', warnings, url: database.url })
  },
  connection: async ({ generated }, use) => {
    let connection: Connection | undefined
    class Own {
      constructor(given: Connection) {
        // Further ones are those of transactions and replicas.
        connection ??= given
      }
    }
    await using _db = openDatabase(generated.url, { repositories: { own: Own } })
    await use(connection as unknown as Connection)
  },
  functions: async ({ generated: { text } }, use) => {
    const [, constant = ''] = /export const FUNCTIONS = (\{.*?\n\}) as const/s.exec(text) ?? []
    const routines = new Function(`return ${constant}`)() as Record<string, Routine>
    await use(calls(routines) as unknown as Fixtures['functions'])
  },
})

describe('functions and procedures', () => {
  test('have the types of their arguments and results', { timeout: 120_000 }, ({ generated }) => {
    const checks = Object.entries(TYPES).map(
      ([key, type], at) => `export const is${at}: Same<Functions['${key}'], ${type}> = true`,
    )
    const probe = `import { calls } from '../src/query.ts'
      import { FUNCTIONS, type Functions } from './functions.ts'
      type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
      ${checks.join('\n')}
      const all = calls<Functions>(FUNCTIONS)
      export const rich: (connection: never, input: { minimum: number }) => Promise<{ accountId: number | null }[]> = all.rich
      export const names = (connection: never) => all.names(connection)
      // @ts-expect-error it has a required argument
      export const missing = (connection: never) => all.rich(connection)
      // @ts-expect-error a strict function is not called with null
      export const nulls = (connection: never) => all.makePair(connection, { arg1: null, arg2: '' })`
    const texts = new Map([
      ['generated/functions.ts', generated.text],
      ['generated/functions-probe.ts', probe],
    ])

    expect(complaints(compile(['generated/functions-probe.ts', 'generated/functions.ts'], texts))).toEqual([])
    expect(generated.text).toContain('  /** Adds points. */\n  addPoints(')
  })

  test('that no type describes are named in warnings', ({ generated }) => {
    expect(generated.warnings).toEqual([
      'any_of(anyelement): has no type, because it has an argument of the pseudo-type anyelement',
      'rows_of(text): has no type, because each query states the columns of its record itself',
    ])
    expect(generated.text).not.toContain('onWrite')
  })

  test('return the values of their types', async ({ connection, functions }) => {
    const call = (name: string, input?: object) => functions[name]?.(connection, input)

    expect(await call('addPoints', { toAccount: 1 })).toBe(105)
    expect(await call('addPoints', { toAccount: 1, note: 'abc' })).toBe(108)
    expect(await call('addPoints', { note: null, points: 1, toAccount: 2 })).toBe(201)
    expect(await call('total', { amounts: [1, 2, null] })).toBe('3')
    expect(await call('names')).toEqual(['Ada', 'Bob'])
    expect(await call('swap', { a: 1, b: 'x' })).toEqual({ a: 2, b: 'x!', c: 'ok' })
    expect(await call('rich', { minimum: 15 })).toEqual([{ accountId: 2, 'full name': 'Bob' }])
    expect(await call('findAccount', { id: 1 })).toEqual({ accountId: 1, owner: 'Ada', balance: '10' })
    expect(await call('findAccount', { id: 3 })).toEqual({ accountId: null, owner: null, balance: null })
    expect(await call('allAccounts')).toHaveLength(2)
    expect(await call('makePair', { arg1: 1, arg2: 'b' })).toEqual({ leftSide: 1, rightSide: 'b' })
    expect(await call('feel')).toBe('ok')
    expect(await call('nothing', { j: '{}' })).toBeUndefined()
    expect(await call('atTime', { t: new Date(0) })).toEqual(new Date(0))
    expect(await call('twice(integer)', { n: 4 })).toBe(8)
    expect(await call('twice(text)', { s: '4' })).toBe('44')
    expect(await call('places', { arg1: 1 })).toBe(123)
    expect(await call('places', { arg1: 1, arg2: 4 })).toBe(143)
    expect(await call('shop.addPoints', { n: 4 })).toBe(4)
    expect(await call('odd "name"', { 'an "argument"': 1 })).toBe(1)
  })

  test('called as procedures take effect and return their OUT arguments', async ({
    connection,
    functions,
  }) => {
    expect(await functions.move?.(connection, { fromAccount: 2, toAccount: 1, amount: '5' })).toBeUndefined()
    expect(await functions.counted?.(connection, { minimum: 15 })).toEqual({ matches: 2, label: 'none!' })
    expect(await functions.counted?.(connection, { minimum: 99, label: 'x' })).toEqual({
      matches: 0,
      label: 'x!',
    })
  })

  test('refuse unknown and missing arguments before anything is sent', async ({ connection, functions }) => {
    await expect(functions.rich?.(connection, {})).rejects.toMatchObject({ field: 'minimum' })
    await expect(functions.rich?.(connection, { minimum: 1, most: 2 })).rejects.toThrow(
      'Unknown field "most" in the arguments of rich',
    )
    await expect(functions.places?.(connection, { arg1: 1, arg3: 2 })).rejects.toMatchObject({
      field: 'arg2',
      reason: 'is required where arg3 is given, which has no name in SQL',
    })
  })

  test('are statements that `generate --statements` checks', ({ functions }) => {
    expect(Object.keys(functions)).toContain('rich')
    const listed = ownStatements().find(({ name }) => name === 'functions.rich')
    expect(listed).toMatchObject({ readOnly: true, parameters: ['minimum'] })
    expect(listed?.sql).toBe(
      'select result."account_id" as "accountId", result."full name" as "full name" from "rich"("minimum" => $1::numeric) as result',
    )
    expect(ownStatements().find(({ name }) => name === 'functions.move')?.readOnly).toBe(false)
  })
})
