import pg from 'pg'
import { email, HASH, type Open, pick } from './contender.ts'

const USER = `user_id as "userId", name, email, role, provider, provider_id as "providerId",
  created_at as "createdAt", updated_at as "updatedAt"`

/** Hand-written pg with named prepared statements: the baseline, 1.00. */
export const open: Open = async (url) => {
  const pool = new pg.Pool({ connectionString: url })
  const { rows: users } = await pool.query('select user_id from users order by user_id')
  const ids = users.map(({ user_id }) => user_id as string)
  const one = async (name: string, text: string, values: unknown[]) => {
    const { rows } = await pool.query({ name, text, values })
    return rows[0]
  }
  return {
    operations: {
      'find user by id': (n) => one('find', `select ${USER} from users where user_id = $1`, [pick(ids, n)]),
      'find user by email': (n) =>
        one('findByEmail', `select ${USER} from users where email = $1`, [email(n)]),
      'create user': (n) =>
        one('create', `insert into users (name, email, password) values ($1, $2, $3) returning ${USER}`, [
          'Created',
          `${process.pid}.${Date.now()}.${n}@example.test`,
          HASH,
        ]),
      'update user': (n) =>
        one('update', `update users set name = $1 where user_id = $2 returning ${USER}`, [
          `Name ${n}`,
          pick(ids, n),
        ]),
      'list 50 users': async () => {
        const text = `select ${USER} from users order by created_at desc, user_id desc limit $1`
        const { rows } = await pool.query({ name: 'list', text, values: [51] })
        return rows.slice(0, 50)
      },
    },
    close: () => pool.end(),
  }
}
