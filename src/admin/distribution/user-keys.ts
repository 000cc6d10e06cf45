import pg from 'pg'
import { queryClosed } from '../closed-query.ts'

/**
 * Foreign keys to users of tables on the coordinator. Citus would take these tables over, and refuses them: a partitioned one, and
 * those with policies. Triggers keep the rule: a row names a user who exists, and loses the user who is deleted.
 * Their names and errors are those of the foreign keys. Without a lock: a row that is written while its user is being
 * deleted may keep the id.
 */
const USER_KEYS = [
  { table: 'audit_log', column: 'user_id', name: 'audit_log_user_id_fkey', event: 'insert' },
  {
    table: 'customers',
    column: 'owner_id',
    name: 'customers_owner_id_fkey',
    event: 'insert or update of owner_id',
  },
  {
    table: 'people',
    column: 'owner_id',
    name: 'people_owner_id_fkey',
    event: 'insert or update of owner_id',
  },
] as const

export const USER_KEY_NAMES: readonly string[] = USER_KEYS.map(({ name }) => name)
export const USER_KEY_FUNCTIONS = ['check_reference_to_user', 'forget_user'] as const
const FORGET_TRIGGER = 'users_forgotten'

/** The statements that put triggers in place of the foreign keys; none where that has been done. */
export async function planUserKeys(
  client: pg.ClientBase,
  namespace: string,
): Promise<{ readonly before: readonly string[]; readonly after: readonly string[] }> {
  const home = pg.escapeIdentifier(namespace)
  const { rows } = await queryClosed<{ kind: 'key' | 'trigger'; name: string }>(
    client,
    `select 'key' as kind, conname::text as name from pg_constraint where contype = 'f' and connamespace = to_regnamespace($1)
     union all
     select 'trigger', tgname::text from pg_trigger join pg_class on pg_class.oid = tgrelid
     where relnamespace = to_regnamespace($1) and tgparentid = 0`,
    [home],
  )
  const has = (kind: string, name: string) => rows.some((row) => row.kind === kind && row.name === name)
  const names = [...USER_KEY_NAMES, FORGET_TRIGGER]
  return {
    before: USER_KEYS.filter(({ name }) => has('key', name)).map(
      ({ table, name }) => `alter table ${home}.${table} drop constraint ${name}`,
    ),
    after: names.every((name) => has('trigger', name))
      ? []
      : triggers(namespace, { isForgotten: has('trigger', FORGET_TRIGGER) }),
  }
}

function triggers(namespace: string, { isForgotten }: { isForgotten: boolean }): string[] {
  const home = pg.escapeIdentifier(namespace)
  const [check, forget] = USER_KEY_FUNCTIONS.map((name) => `${home}.${name}`)
  return [
    `create or replace function ${check}() returns trigger language plpgsql set search_path = ${home}, pg_temp as $$
declare
  referred uuid;
begin
  if tg_table_name in ('customers', 'people') then
    referred := new.owner_id;
  else
    referred := new.user_id;
  end if;
  if referred is not null and not exists (select from users where users.user_id = referred) then
    raise exception 'insert or update on table "%" violates foreign key constraint "%"', tg_argv[0], tg_name
      using errcode = 'foreign_key_violation', schema = ${pg.escapeLiteral(namespace)}, table = tg_argv[0], constraint = tg_name;
  end if;
  return new;
end
$$`,
    // Users are on every node, the other tables on one.
    `create or replace function ${forget}() returns trigger language plpgsql set search_path = ${home}, pg_temp as $$
begin
  if pg_catalog.to_regclass('audit_log') is not null then
${USER_KEYS.map(({ table, column }) => `    update ${table} set ${column} = null where ${table}.${column} = old.user_id;`).join('\n')}
  end if;
  return null;
end
$$`,
    ...USER_KEYS.map(
      ({ table, name, event }) =>
        `create or replace trigger ${name} before ${event} on ${home}.${table} for each row execute function ${check}('${table}')`,
    ),
    // Citus knows no `or replace` on the nodes.
    ...(isForgotten
      ? []
      : [
          `create trigger ${FORGET_TRIGGER} after delete on ${home}.users for each row execute function ${forget}()`,
        ]),
  ]
}

/** Whether an object is, or is missing, because triggers are in place of foreign keys. */
export function replacesUserKey(object: string): boolean {
  return (
    new RegExp(`^(trigger|constraint) .*\\.(${[...USER_KEY_NAMES, FORGET_TRIGGER].join('|')})$`).test(
      object,
    ) || USER_KEY_FUNCTIONS.some((name) => object === `function ${name}()`)
  )
}
