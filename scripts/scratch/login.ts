import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { type GrantKind, grant } from '../../src/admin/index.ts'

/** A login that owns nothing, with what `grant` gives to a role of this kind; it is dropped at the end. */
export async function grantedLogin(
  url: string,
  kind: GrantKind,
): Promise<AsyncDisposable & { url: string; role: string }> {
  const role = `scratch_login_${randomBytes(6).toString('hex')}`
  const password = randomBytes(16).toString('hex')
  await run(url, `create role ${role} login password '${password}'`)
  await grant(url, { role, kind, environment: 'test' })
  const login = new URL(url)
  login.username = role
  login.password = password
  return {
    url: login.href,
    role,
    async [Symbol.asyncDispose]() {
      await run(url, `drop owned by ${role}; drop role ${role}`)
    },
  }
}

async function run(url: string, sql: string): Promise<void> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}
