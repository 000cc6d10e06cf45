import pg from 'pg'
import { AdminError } from './errors.ts'
import { ENVIRONMENTS, type Environment } from './marker.ts'
import { type AdminOptions, connect, inTransaction, readUrl } from './session.ts'

/** SQLSTATE invalid_catalog_name: the server has no such database. */
const NO_DATABASE = '3D000'

function isOnThisMachine(url: string): boolean {
  const { hostname, searchParams } = new URL(url)
  const host = searchParams.get('host') ?? hostname
  return host === '' || host.startsWith('/') || /^(localhost|127(\.\d+){3}|\[?::1\]?)$/.test(host)
}

/** Runs `fn` in one transaction on the URL's database, which is made if the server has none of the name. */
export async function inNewOrOldDatabase<T>(
  url: string,
  session: AdminOptions,
  fn: (client: pg.Client) => Promise<T>,
): Promise<T> {
  let undo = async () => {}
  try {
    return await inTransaction(url, fn, {
      ...session,
      async open() {
        const client = await connect(url).catch(unlessMissing)
        if (client) return client
        undo = await makeDatabase(url)
        return connect(url)
      },
    })
  } catch (error) {
    await undo()
    throw error
  }
}

function unlessMissing(error: { cause?: { code?: string } }): undefined {
  if (error.cause?.code !== NO_DATABASE) throw error
}

/** Returns the way back. */
async function makeDatabase(url: string): Promise<() => Promise<void>> {
  const maintenance = new URL(url)
  const name = decodeURIComponent(maintenance.pathname.slice(1))
  maintenance.pathname = '/postgres'
  const query = async (sql: string) => {
    const client = await connect(maintenance.href)
    try {
      await client.query(sql)
    } finally {
      await client.end()
    }
  }
  const database = pg.escapeIdentifier(name)
  await query(`create database ${database} encoding 'UTF8' template template0`)
  return () => query(`drop database if exists ${database} with (force)`)
}

/** What a database is for whose mark nobody has said. */
export function defaultEnvironment(url: string): Environment {
  if (process.env.NODE_ENV === 'production') return 'production'
  if (isOnThisMachine(readUrl(url, 'url'))) return 'development'
  throw new AdminError(
    `Say what the database is for, as it is not on this machine: \`environment\` (--environment ${ENVIRONMENTS.join('|')}).`,
  )
}

export function databaseOf({ database }: { database?: string | undefined }): string {
  return database ?? ''
}
