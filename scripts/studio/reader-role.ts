// cspell:ignore SSOF
import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { AdminError } from '../../src/admin.ts'

/** Of the logins that studios create. */
export const PREFIX = 'norberts_spark_db_studio_'

/** A login that can read rows and do nothing else; it exists as long as the studio runs. */
export interface Reader {
  readonly url: string
  readonly name: string
}

/** The login of the URL, what is left of earlier studios, and the time at which a login created now expires. */
interface Login {
  readonly isSuperuser: boolean
  readonly powers: string[]
  readonly expired: string[]
  readonly until: string
}

/** Roles whose members read and write files of the server or run programs on it, also in a read-only transaction. */
const POWERFUL = `pg_execute_server_program pg_read_server_files pg_write_server_files pg_signal_backend
  pg_maintain pg_checkpoint`.split(/\s+/)

/**
 * The login under which rows are read. A transaction that is read-only does not keep a superuser from `copy … to program`,
 * `pg_read_file` or `pg_reload_conf`, and `set role` can be undone by any function. So a superuser makes a login of its own
 * for the studio, which is a member of pg_read_all_data alone. Any other role reads under its own name.
 *
 * @throws {AdminError} the role is no superuser but may run programs or reach files of the server.
 */
export async function findReader(client: pg.ClientBase, url: string): Promise<Reader | undefined> {
  const { rows } = await client.query<Login>(
    `select r.rolsuper as "isSuperuser",
       array(
         select p.rolname::pg_catalog.text from pg_catalog.pg_roles as p
         where p.rolname operator(pg_catalog.=) any ($1::pg_catalog.name[])
           and pg_catalog.pg_has_role(p.oid, 'member')
       ) as powers,
       array(
         select p.rolname::pg_catalog.text from pg_catalog.pg_roles as p
         where pg_catalog.starts_with(p.rolname::pg_catalog.text, $2)
           and p.rolvaliduntil operator(pg_catalog.<) pg_catalog.now()
       ) as expired,
       pg_catalog.to_char(
         pg_catalog.now() operator(pg_catalog.+) '7 days'::pg_catalog.interval, 'YYYY-MM-DD HH24:MI:SSOF'
       ) as until
     from pg_catalog.pg_roles as r where r.rolname operator(pg_catalog.=) session_user`,
    [POWERFUL, PREFIX],
  )
  const login = rows[0] as Login
  const { isSuperuser, powers } = login
  if (isSuperuser) return createReader(client, url, login)
  if (powers.length === 0) return undefined
  throw new AdminError(
    `The login is a member of ${powers.join(', ')}: a query in the studio could reach the server itself. Use the URL of a role that owns or reads the tables and no more.`,
  )
}

async function createReader(client: pg.ClientBase, url: string, { expired, until }: Login): Promise<Reader> {
  for (const role of expired) await client.query(`drop role if exists ${pg.escapeIdentifier(role)}`)
  const name = `${PREFIX}${randomBytes(6).toString('hex')}`
  const password = randomBytes(24).toString('hex')
  // One message is one transaction: a login without its limits is never left behind.
  await client.query(`
    create role ${name} login password '${password}' bypassrls connection limit 8 valid until '${until}';
    grant pg_read_all_data, pg_read_all_stats to ${name};
    alter role ${name} set default_transaction_read_only = on`)
  const own = new URL(url)
  own.username = name
  own.password = password
  return { url: own.href, name }
}

/** Drops the login. Those of studios that were killed are dropped by a later studio, once they have expired. */
export async function dropReader(client: pg.ClientBase, { name }: Reader): Promise<void> {
  await client.query(`drop role if exists ${name}`)
}
