import pg from 'pg'
import { describe, expect } from 'vitest'
import { openDatabase } from '../../src/index.ts'
import { type Statement, statements } from '../../src/query/statement.ts'
import { createGrantedLogin } from '../support/app-login.ts'
import { test } from '../support/database.ts'
import { aMessage, aUser } from '../support/factories.ts'

/** A condition on the owner of rows, on a chat or on a message. */
const CONDITION = /((?:"\w+"\.)?"(?:user_id|chat_id|message_id|id)" = (?:any\()?\$\d+(?:::uuid\[\]\))?)/g

/** The statements of the repositories with these conditions taken away, as a bug would. */
const BUGS = statements().flatMap((statement) => {
  const sql = statement.sql.replace(CONDITION, '($1 or true)')
  return sql === statement.sql ? [] : [[statement.name, { statement, sql }] as const]
})

/** Ids of another user; other parameters are null. */
function valuesOf(statement: Statement, ids: Readonly<Record<string, unknown>>): unknown[] {
  const isUpdate = statement.name === 'users.update'
  return statement.parameters.map((parameter) =>
    isUpdate && parameter === 'email' ? null : (ids[parameter] ?? null),
  )
}

async function aUserWithChat(url: string) {
  await using db = openDatabase(url)
  const { userId, email } = await db.users.create(aUser())
  const { chatId } = await db.chats.create({ userId, title: 'Secret plans' })
  const message = aMessage()
  await db.chats.save(chatId, [message], { userId })
  await db.chats.recordOptions(chatId, message.id, { maxTokens: 5 }, { userId })
  await db.auditLog.record({ userId, action: 'create', entityType: 'chat', entityId: chatId })
  const page = { fetch: 100, behindAt: 'infinity', behindId: 'ffffffff-ffff-ffff-ffff-ffffffffffff' }
  const lists = { userIds: [userId], chatIds: [chatId], ids: [message.id], messageIds: [message.id] }
  const given = {
    name: 'Taken over',
    title: 'Taken over',
    from: '-infinity',
    to: 'infinity',
    role: 'moderator',
  }
  const secret = { email, passwordHash: `$2b$10$${'x'.repeat(53)}`, expect: null, streamId: 'taken' }
  return { ...page, ...lists, ...given, ...secret, userId, chatId, messageId: message.id, upTo: message.id }
}

describe('a statement whose condition on the owner is missing', () => {
  const leaking: string[] = []

  test.for(BUGS)('reaches no row of others: %s', async ([name, { statement, sql }], { url }) => {
    await using login = await createGrantedLogin(url, 'app')
    const [me, other] = [await aUserWithChat(url), await aUserWithChat(url)]
    const values = valuesOf(statement, other)
    const holds = (rows: unknown[]) =>
      [other.userId, other.chatId].some((id) => JSON.stringify(rows).includes(id))
    const run = async (connectionString: string, userId: string) => {
      const client = new pg.Client({ connectionString })
      await client.connect()
      try {
        await client.query(`begin; set local norberts_spark.user_id = '${userId}'`)
        const { rows } = await client.query(sql, values).catch(() => ({ rows: [] }))
        await client.query('commit')
        return rows
      } finally {
        await client.end()
      }
    }
    const contents = async () => {
      const client = new pg.Client(url)
      await client.connect()
      const { rows } = await client.query(
        `select (select users::text from users where user_id = $1), (select chats::text from chats where id = $2),
           (select count(*) from messages where chat_id = $2) as messages, (select count(*) from parts where chat_id = $2) as parts,
           (select count(*) from ai_options where chat_id = $2) as options`,
        [other.userId, other.chatId],
      )
      await client.end()
      return rows
    }
    const before = await contents()

    expect(holds(await run(login.url, me.userId))).toBe(false)
    expect(await contents()).toEqual(before)
    if (holds(await run(url, me.userId)) || JSON.stringify(await contents()) !== JSON.stringify(before))
      leaking.push(name)
  })

  test('would reach them as the owner of the tables, in ten statements and more', () => {
    expect(leaking.length).toBeGreaterThanOrEqual(10)
  })
})
