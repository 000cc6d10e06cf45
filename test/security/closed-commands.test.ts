import { expect } from 'vitest'
import {
  drop,
  grant,
  maintain,
  migrate,
  migrationStatus,
  recordEnvironment,
  reset,
  verify,
} from '../../src/admin.ts'
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

/** Every operator of these names for two of these types, beside those of pg_catalog, which are preferred. */
const OPERATORS = ['=', '<>', '<', '>', '<=', '>=', '||', '~', '!~', '~~', '->', '->>', '&', '-']
const TYPES = [
  ...['name', 'text', '"char"', 'oid', 'regclass', 'xid', 'int2', 'int4', 'int8'],
  ...['boolean', 'jsonb', 'name[]', 'text[]', 'oid[]'],
]

/** Counts the calls of hostile functions; no rollback resets it, and a read-only transaction refuses it. */
const COUNTER = 'hostile_calls'

test('no command calls a function or an operator that another role has made in a writable schema, or in one with the name of the login', {
  timeout: 120_000,
}, async ({ url }) => {
  await using attacker = await createLogin(url, (role) => `grant usage, create on schema public to ${role}`)
  await using other = await createLogin(url, () => '')
  const commands = [
    () => verify(url),
    () => migrationStatus(url),
    () => migrate(url, { dryRun: true }),
    () => migrate(url, { environment: 'test' }),
    () => grant(url, { role: other.role, kind: 'app', environment: 'test', dryRun: true }),
    () => grant(url, { role: other.role, kind: 'app', environment: 'test' }),
    () => maintain(url, { environment: 'test' }),
    () => recordEnvironment(url, 'test'),
    () => drop(url, { confirm: 'another' }),
    () => reset(url, { environment: 'test', confirm: 'another' }),
  ]
  const owner = new URL(url).username

  for (const schema of ['public', owner]) {
    await runSql(
      url,
      `create schema if not exists "${schema}"; grant usage, create on schema "${schema}" to ${attacker.role}`,
    )
    await runSql(attacker.url, traps(schema))
    for (const command of commands) {
      const reason = await command().then(
        () => '',
        (error: unknown) => String(error),
      )
      expect(reason, String(command)).not.toMatch(new RegExp(`hostile|${COUNTER}`))
    }
    expect(await wasCalled(url, schema), schema).toBe(false)
    await runSql(url, `drop owned by ${attacker.role}`)
  }
})

/** The statement that creates the overloads and operators. */
function traps(schema: string): string {
  const body = (counter: string) =>
    `language plpgsql as $body$ begin perform pg_catalog.nextval('${counter}'); raise exception 'a hostile function ran'; end $body$`
  const counter = `"${schema}".${COUNTER}`
  return `create sequence ${counter}; grant usage on sequence ${counter} to public;
    ${OVERLOADS.map((signature) => `create function "${schema}".${signature} returns text ${body(counter)};`).join('\n')}
    do $do$
    declare
      one text;
      other text;
      operator text;
    begin
      foreach one in array array[${TYPES.map((type) => `'${type}'`).join(', ')}] loop
        foreach other in array array[${TYPES.map((type) => `'${type}'`).join(', ')}] loop
          execute pg_catalog.format($$create function %I.hostile(%s, %s) returns boolean ${body(counter)} $$, '${schema}', one, other);
          foreach operator in array array[${OPERATORS.map((name) => `'${name}'`).join(', ')}] loop
            execute pg_catalog.format('create operator %I.%s (leftarg = %s, rightarg = %s, function = %I.hostile)',
              '${schema}', operator, one, other, '${schema}');
          end loop;
        end loop;
      end loop;
    end
    $do$`
}

async function wasCalled(url: string, schema: string): Promise<boolean> {
  const [row] = await runSql(url, `select is_called from "${schema}".${COUNTER}`)
  return row?.is_called !== false
}
