import type { BoundDatabase, Database } from '@norberts-spark/db'
import type { MiddlewareHandler } from 'hono'

/** The variables of a request. */
export interface Env {
  Variables: {
    /** The database as the signed-in user sees it: row security and the audit log know the user. */
    db: BoundDatabase
  }
}

/** The administrator of the example data. */
const ADMIN = 'ada@example.test'

/**
 * A STUB instead of authentication: every request acts as the same administrator. Use the user of a verified session
 * instead; the routes use `c.get('db')` alone. Functions of the schema find the user, because row security shows none before.
 */
export function actAsAdministrator(db: Database): MiddlewareHandler<Env> {
  let known: Promise<string> | undefined
  return async (c, next) => {
    known ??= findUser(db)
    const userId = await known
    const actor = { userId, role: 'admin' as const, requestId: crypto.randomUUID() }
    const userAgent = c.req.header('user-agent')
    c.set('db', db.as(userAgent === undefined ? actor : { ...actor, userAgent }))
    await next()
  }
}

/** The id stands for the verified session. */
async function findUser(db: Database): Promise<string> {
  const guest = '00000000-0000-7000-8000-000000000000'
  const user = await db.as({ userId: guest, role: 'admin' }).users.findByEmail(ADMIN)
  if (!user) throw new Error(`There is no user ${ADMIN}.`)
  return user.userId
}
