import pg from 'pg'
import { grant } from '../src/admin.ts'

/** A login that owns nothing, so that row security applies to it; as a job it sees all rows. */
const LOGIN = 'scratch_bench'

/** Creates the login and gives it what jobs need. */
export async function createLogin(url: string): Promise<void> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    await client.query(`create role ${LOGIN} login password '${LOGIN}'`)
  } finally {
    await client.end()
  }
  await grant(url, { role: LOGIN, kind: 'system', environment: 'test' })
}

/** The URL of the same database for the login. */
export function urlOfLogin(url: string): string {
  const own = new URL(url)
  own.username = LOGIN
  own.password = LOGIN
  return own.href
}
