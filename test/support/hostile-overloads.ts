import { runSql } from './databases.ts'

/** Counts the calls of hostile functions; no rollback resets it. */
const COUNTER = 'hostile_calls'

/** The operators that functions of schema/ use. */
const OPERATORS = [
  ...['=', '<>', '<', '>', '<=', '>=', '||', '+', '-', '*', '%', '~', '!~', '~~', '->', '->>', '#>>'],
  ...['@>', '<@', '&&', '@@', '?&', '*<>', '*='],
]

const SCALARS = 'text name "char" uuid boolean integer bigint smallint oid jsonb date timestamptz'.split(' ')
const OTHERS = ['citext', 'regclass', 'json', 'numeric', 'tsvector', 'tsquery', 'inet']
const TABLES = ['users', 'customers', 'people', 'customer_people', 'chats', 'audit_log']

/** Types of two operands: equal ones, which a literal takes from the other side, and ones for which PostgreSQL has no operator of its own. */
const OPERANDS: readonly (readonly [string, string])[] = [
  ...[...SCALARS, ...OTHERS, ...TABLES].map((type) => [type, type] as const),
  ...SCALARS.flatMap((type) => [
    [`${type}[]`, `${type}[]`] as const,
    [`${type}[]`, type] as const,
    [type, `${type}[]`] as const,
  ]),
  ...[...SCALARS, ...OTHERS].flatMap((type) => [['text', type] as const, [type, 'text'] as const]),
  ...['oid', 'integer', 'bigint', 'smallint', 'numeric', 'regclass'].flatMap((one, _, numbers) =>
    numbers.map((other) => [one, other] as const),
  ),
  ...['integer', 'name', 'varchar'].map((type) => ['jsonb', type] as const),
]

/** In a query: the functions of schema/ that search names in the schema of the tables. */
export const OPEN_FUNCTIONS = `select pg_proc.oid, proname, proargtypes::oid[] as types, pronargdefaults, prosrc from pg_proc
  where pronamespace = 'public'::regnamespace and proowner = (select relowner from pg_class where oid = 'public.users'::regclass)
    and exists (select from unnest(proconfig) as setting where setting like 'search_path=public%')`

/** Signatures that a call of one of these functions by another one could prefer: literals prefer `text` to another type, and a call that leaves an argument out prefers those without it. */
const OWN_FUNCTIONS = `
  select distinct format('%I(%s)', proname, signature) as called from (${OPEN_FUNCTIONS} and pronargs > 0) as open, lateral (
    select string_agg('text', ',') as signature from unnest(types)
    union all
    select string_agg(case when place = changed then 'text' else format_type(type, null) end, ',' order by place)
    from unnest(types) with ordinality as given (type, place), generate_series(1, 8) as changed group by changed
    union all
    select string_agg(format_type(type, null), ',' order by place)
    from unnest(types) with ordinality as given (type, place), generate_series(1, pronargdefaults) as fewer
    where place <= cardinality(types) - fewer group by fewer
  ) as made
  where to_regprocedure(format('%I(%s)', proname, signature)) is null
    and exists (select from (${OPEN_FUNCTIONS}) as caller where caller.prosrc ~ ('\\m' || open.proname || '[(]'))`

/**
 * Creates, as a role with CREATE on `public`, what PostgreSQL could prefer to the objects that the functions of schema/ mean. Each
 * counts its call, then fails; they cost nothing, so that they are evaluated before other conditions.
 */
export async function createHostileOverloads(url: string): Promise<void> {
  const functions = await runSql(url, OWN_FUNCTIONS)
  const known = await runSql(
    url,
    `select name, one, other from unnest(array[${OPERATORS.map((name) => `'${name}'`).join(', ')}]) as name,
       (values ${[...new Set(OPERANDS.map(([one, other]) => `('${one}', '${other}')`))].join(', ')}) as operands (one, other)
     where to_regoperator(format('%s(%s,%s)', name, one, other)) is null`,
  )
  const trap = (what: string) => `language plpgsql cost 0.000001 as
    $$ begin perform pg_catalog.nextval('public.${COUNTER}'); raise exception 'a hostile overload ran: %', '${what}'; end $$;`
  await runSql(
    url,
    [
      `create sequence public.${COUNTER}; grant usage on sequence public.${COUNTER} to public;`,
      ...functions.map(
        ({ called }) => `create function public.${called} returns text ${trap(String(called))}`,
      ),
      ...known.map(
        (
          { name, one, other },
          n,
        ) => `create function public.hostile_${n}(${one}, ${other}) returns boolean ${trap(`${one} ${name} ${other}`)}
          create operator public.${name} (leftarg = ${one}, rightarg = ${other}, function = public.hostile_${n});`,
      ),
    ].join('\n'),
  )
}

/** How often one of them was called. */
export async function hostileCalls(url: string): Promise<number> {
  const [row] = await runSql(
    url,
    `select case when is_called then last_value else 0 end as calls from public.${COUNTER}`,
  )
  return Number(row?.calls)
}
