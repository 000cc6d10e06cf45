import { expect } from 'vitest'
import { grant, maintain, migrate, verify } from '../../src/admin.ts'
import { createLogin } from '../support/app-login.ts'
import { test } from '../support/database.ts'
import { runSql } from '../support/databases.ts'

/** Overloads that PostgreSQL prefers to the general function of pg_catalog for the types of the catalog. */
const OVERLOADS = [
  ...[
    'format(text, name, name)',
    'format(text, name)',
    'format(text, text)',
    'format(text, text, text)',
    'format(text, oid, int2)',
  ],
  ...[
    'concat(name, text)',
    'concat(text, name, text)',
    'concat_ws(text, name, name)',
    'concat_ws(text, text, text)',
  ],
  ...[
    'array_agg(name)',
    'array_agg(text)',
    'string_agg(name, text)',
    'count(oid)',
    'count(name)',
    'max(name)',
    'min(name)',
  ],
  ...['unnest(name[])', 'unnest(oid[])', 'unnest(text[])', 'unnest(smallint[])', 'unnest(int2vector)'],
  ...[
    'array_position(name[], name)',
    'array_position(oid[], oid)',
    'array_position(text[], text)',
    'cardinality(oid[])',
    'cardinality(text[])',
  ],
  ...[
    'quote_ident(name)',
    'quote_literal(name)',
    'starts_with(name, text)',
    'split_part(name, text, integer)',
  ],
  ...[
    'to_regclass(name)',
    'pg_get_expr(pg_node_tree, regclass)',
    'obj_description(regclass, name)',
    'col_description(regclass, smallint)',
  ],
  ...[
    'has_schema_privilege(oid, oid, name)',
    'pg_has_role(oid, oid, name)',
    'length(name)',
    'lower(name)',
    'replace(name, text, text)',
  ],
  ...[
    'regexp_replace(name, text, text)',
    'jsonb_build_object(text, name)',
    'json_build_object(text, name)',
    'to_jsonb(name)',
    'hashtext(name)',
  ],
]

test('no command calls a function that another role has made in a writable schema, or in one with the name of the login', {
  timeout: 120_000,
}, async ({ url }) => {
  await using attacker = await createLogin(url, (role) => `grant usage, create on schema public to ${role}`)
  await using other = await createLogin(url, () => '')
  const run = () =>
    Promise.allSettled([
      verify(url),
      migrate(url, { dryRun: true }),
      grant(url, { role: other.role, kind: 'app', environment: 'test', dryRun: true }),
      maintain(url, { environment: 'test' }),
    ])
  const owner = new URL(url).username

  for (const schema of ['public', owner]) {
    await runSql(
      url,
      `create schema if not exists "${owner}"; grant usage, create on schema "${owner}" to ${attacker.role}`,
    )
    if (schema === 'public') await runSql(url, `drop schema "${owner}"`)
    for (const text of traps(schema)) await runSql(attacker.url, text)
    const after = await run()
    const reasons = after.flatMap((each) => (each.status === 'rejected' ? String(each.reason) : []))

    expect(reasons.filter((text) => text.includes('hostile'))).toEqual([])
  }
})

/** A statement for each overload. */
function traps(schema: string): string[] {
  const body = `language plpgsql as $$ begin raise exception 'a hostile function ran'; end $$`
  return OVERLOADS.map((signature) => `create function "${schema}".${signature} returns text ${body}`)
}
