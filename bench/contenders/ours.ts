import pg from 'pg'
import { openDatabase } from '../../src/index.ts'
import { email, HASH, type Open, pick } from './contender.ts'

/** This library, as a service uses it. */
export const open: Open = async (url) => {
  const client = new pg.Client(url)
  await client.connect()
  const { rows: users } = await client.query('select user_id from users order by user_id')
  await client.end()
  const ids = users.map(({ user_id }) => user_id as string)
  const db = openDatabase(url)
  return {
    operations: {
      'find user by id': (n) => db.users.find(pick(ids, n)),
      'find user by email': (n) => db.users.findByEmail(email(n)),
      'create user': (n) =>
        db.users.create({
          name: 'Created',
          email: `${process.pid}.${Date.now()}.${n}@example.test`,
          passwordHash: HASH,
        }),
      'update user': (n) => db.users.update(pick(ids, n), { name: `Name ${n}` }),
      'list 50 users': async () => (await db.users.list({ limit: 50 })).items,
    },
    close: () => db.close(),
  }
}
