import { randomBytes } from 'node:crypto'
import { type GrantKind, grant } from '../../src/admin.ts'
import { runSql } from './databases.ts'

/** A login of its own, with nothing granted but what `grants` gives to `"ROLE"`; it is dropped at the end. */
export async function createLogin(
  url: string,
  grants: (role: string) => string,
): Promise<AsyncDisposable & { url: string; role: string }> {
  const role = `scratch_login_${randomBytes(6).toString('hex')}`
  await runSql(url, `create role ${role} login password 'secret'; ${grants(role)}`)
  const login = new URL(url)
  login.username = role
  login.password = 'secret'
  return {
    url: login.href,
    role,
    async [Symbol.asyncDispose]() {
      await runSql(url, `drop owned by ${role}; drop role ${role}`)
    },
  }
}

/** The same with what `grant` gives to a role of a kind. */
export async function createGrantedLogin(url: string, kind: GrantKind): ReturnType<typeof createLogin> {
  const login = await createLogin(url, () => '')
  await grant(url, { role: login.role, kind, environment: 'test' })
  return login
}
