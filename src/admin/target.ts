import pg from 'pg'
import { connect } from './session.ts'

/** SQLSTATE invalid_catalog_name: the server has no such database. */
const NO_DATABASE = '3D000'

export function isOnThisMachine(url: string): boolean {
  const { hostname, searchParams } = new URL(url)
  const host = searchParams.get('host') ?? hostname
  return host === '' || host.startsWith('/') || /^(localhost|127(\.\d+){3}|\[?::1\]?)$/.test(host)
}

/** Makes the URL's database if the server has none of the name. Returns the way back, which does nothing otherwise. */
export async function createDatabaseIfMissing(url: string): Promise<() => Promise<void>> {
  try {
    await (await connect(url)).end()
    return async () => {}
  } catch (error) {
    if ((error as { cause?: { code?: string } }).cause?.code !== NO_DATABASE) throw error
  }
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
