import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { describe, expect } from 'vitest'
import type { ChatMessage, ChatRepository, Database } from '../../../src/index.ts'
import { test } from '../../support/database.ts'
import { aChat } from '../../support/exactly.ts'
import { aUser } from '../../support/factories.ts'

type Owner = { userId: string }
type Call = (chats: ChatRepository, chatId: string, owner: Owner) => Promise<unknown>

/** Methods without a chat ID, and those that create the chat. */
const ELSEWHERE = [
  'create',
  'listByUser',
  'iterateByUser',
  'pendingApprovals',
  'prune',
  'search',
  'usageOfUser',
] as const

const message = (id: string): ChatMessage => ({
  id,
  role: 'assistant',
  parts: [{ type: 'text', text: 'theirs' } as never],
})

/** Every method that takes the ID of a chat, in each of its forms. */
const CALLS: Record<Exclude<keyof ChatRepository, (typeof ELSEWHERE)[number]>, Record<string, Call>> = {
  find: { '': (chats, id, owner) => chats.find(id, owner) },
  get: { '': (chats, id, owner) => chats.get(id, owner) },
  rename: {
    '': (chats, id, owner) => chats.rename(id, 'theirs', owner),
    'to nothing': (chats, id, owner) => chats.rename(id, null, owner),
    'to what is too long': (chats, id, owner) => chats.rename(id, 'x'.repeat(256), owner),
  },
  delete: { '': (chats, id, owner) => chats.delete(id, owner) },
  load: {
    '': (chats, id, owner) => chats.load(id, owner),
    'a part': (chats, id, owner) => chats.load(id, { ...owner, limit: 1, before: 1 }),
  },
  save: {
    nothing: (chats, id, owner) => chats.save(id, [], owner),
    'a known message': (chats, id, owner) => chats.save(id, [message('a')], owner),
    'a new message': (chats, id, owner) => chats.save(id, [message('new')], owner),
    'at its version': (chats, id, owner) => chats.save(id, [message('a')], { ...owner, ifVersion: 1 }),
    'at another version': (chats, id, owner) => chats.save(id, [message('a')], { ...owner, ifVersion: 7 }),
    'and truncate': (chats, id, owner) => chats.save(id, [message('z')], { ...owner, truncateFrom: 'a' }),
    'and truncate at its version': (chats, id, owner) =>
      chats.save(id, [message('z')], { ...owner, truncateFrom: 'a', ifVersion: 1 }),
    'a value that is not a message': (chats, id, owner) => chats.save(id, [{} as never], owner),
  },
  replace: {
    'by nothing': (chats, id, owner) => chats.replace(id, [], owner),
    'by others': (chats, id, owner) => chats.replace(id, [message('b'), message('z')], owner),
    'at its version': (chats, id, owner) => chats.replace(id, [], { ...owner, ifVersion: 1 }),
    'at another version': (chats, id, owner) => chats.replace(id, [], { ...owner, ifVersion: 7 }),
  },
  truncateFrom: {
    'a message that is there': (chats, id, owner) => chats.truncateFrom(id, 'a', owner),
    'a message that is not': (chats, id, owner) => chats.truncateFrom(id, 'none', owner),
    'the one behind': (chats, id, owner) => chats.truncateFrom(id, 'a', { ...owner, inclusive: false }),
  },
  fork: {
    '': (chats, id, owner) => chats.fork(id, owner),
    'up to a message that is there': (chats, id, owner) => chats.fork(id, { ...owner, upTo: 'a' }),
    'up to a message that is not': (chats, id, owner) => chats.fork(id, { ...owner, upTo: 'none' }),
    'under an id': (chats, id, owner) => chats.fork(id, { ...owner, id: randomUUID() }),
    'under its own id': (chats, id, owner) => chats.fork(id, { ...owner, id }),
  },
  claimStream: {
    '': (chats, id, owner) => chats.claimStream(id, 'theirs', owner),
    'of the active one': (chats, id, owner) =>
      chats.claimStream(id, 'theirs', { ...owner, expect: 'active' }),
    'of another': (chats, id, owner) => chats.claimStream(id, 'theirs', { ...owner, expect: 'none' }),
  },
  clearStream: {
    'the active one': (chats, id, owner) => chats.clearStream(id, 'active', owner),
    another: (chats, id, owner) => chats.clearStream(id, 'none', owner),
  },
  recordOptions: {
    'of a message that has some': (chats, id, owner) => chats.recordOptions(id, 'a', { prompt: 'x' }, owner),
    'of a message that has none': (chats, id, owner) => chats.recordOptions(id, 'b', {}, owner),
    'of a message that is not': (chats, id, owner) => chats.recordOptions(id, 'none', {}, owner),
    'out of bounds': (chats, id, owner) => chats.recordOptions(id, 'a', { temperature: 9 }, owner),
  },
  optionsOf: {
    'a message that has some': (chats, id, owner) => chats.optionsOf(id, 'a', owner),
    'a message that is not': (chats, id, owner) => chats.optionsOf(id, 'none', owner),
  },
  usageOfChat: {
    '': (chats, id, owner) => chats.usageOfChat(id, owner),
    'in a span': (chats, id, owner) => chats.usageOfChat(id, { ...owner, from: new Date(0), to: new Date() }),
  },
  closeDanglingTools: { '': (chats, id, owner) => chats.closeDanglingTools(id, owner) },
}

/** A chat with data for every method. */
async function aFullChat(db: Database) {
  const { chatId, owner } = await aChat(db)
  const parts = ['input-available', 'approval-requested'].map((state) => ({
    type: 'tool-mail',
    toolCallId: state,
    state,
  }))
  const metadata = { usage: { inputTokens: 5, outputTokens: 7 } }
  const messages = [{ ...message('a'), metadata, parts }, message('b')]
  await db.chats.save(chatId, messages, owner)
  await db.chats.recordOptions(chatId, 'a', { prompt: 'mine', temperature: 1 }, owner)
  await db.chats.claimStream(chatId, 'active', owner)
  return { chatId, owner }
}

/** The complete result or error, without the requested ID. */
async function answerOf(asked: Promise<unknown>, chatId: string) {
  const answer = await asked.then(
    (value) => ({ value }),
    (error: Error) => ({
      class: error.constructor,
      cause: String(error.cause),
      fields: Object.fromEntries(
        Object.getOwnPropertyNames(error)
          .filter((name) => name !== 'stack' && name !== 'cause')
          .map((name) => [name, error[name as keyof Error]]),
      ),
    }),
  )
  return JSON.parse(
    JSON.stringify({ ...answer, ...('class' in answer && { class: answer.class.name }) }).replaceAll(
      chatId,
      'ID',
    ),
  )
}

/** All rows of the chat with their system columns, which reveal writes of equal values. */
async function rowsOf(db: Database, { chatId, owner }: { chatId: string; owner: Owner }) {
  const tables = { chats: 'id', messages: 'chat_id', parts: 'chat_id', ai_options: 'chat_id' }
  const reads = Object.entries(tables).map(async ([table, key]) => {
    const { rows } =
      await sql`select xmin::text, ctid::text, * from ${sql.table(table)} where user_id = ${owner.userId} and ${sql.ref(key)} = ${chatId}
      order by ctid`.execute(db.kysely)
    return rows
  })
  return Promise.all(reads)
}

describe('another user’s chat behaves as if it did not exist', () => {
  const calls = Object.entries(CALLS).flatMap(([method, ways]) =>
    Object.entries(ways).map(([way, call]) => [`${method} ${way}`.trim(), call] as const),
  )

  test.for(calls)('%s', async ([, call], { db }) => {
    const chat = await aFullChat(db)
    const { chatId } = chat
    const stranger = { userId: (await db.users.create(aUser())).userId }
    const before = await rowsOf(db, chat)
    const missing = randomUUID()

    for (const other of [stranger, { userId: randomUUID() }]) {
      const expected = await answerOf(call(db.chats, missing, other), missing)
      expect(await answerOf(call(db.chats, chatId, other), chatId)).toEqual(expected)
      const within = db.transaction(async (tx) => call(tx.chats, chatId, other))
      expect(await answerOf(within, chatId)).toEqual(expected)
    }

    expect(await rowsOf(db, chat)).toEqual(before)
    expect(before.map((rows) => rows.length)).toEqual([1, 2, 3, 1])
    expect(await db.chats.listByUser(stranger.userId)).toEqual({ items: [] })
  })

  test('when it is created', async ({ db }) => {
    const chat = await aFullChat(db)
    const { chatId } = chat
    const stranger = { userId: (await db.users.create(aUser())).userId }
    const before = await rowsOf(db, chat)

    const theirs = await db.chats.create({ ...stranger, id: chatId, title: 'theirs' })

    const other = await db.chats.create({ ...stranger, id: randomUUID(), title: 'theirs' })
    const { createdAt, updatedAt } = theirs
    expect(theirs).toEqual({ ...other, chatId, createdAt, updatedAt })
    expect(await rowsOf(db, chat)).toEqual(before)
  })

  test('the lists above contain all methods', ({ db }) => {
    const methods = Object.getOwnPropertyNames(Object.getPrototypeOf(db.chats))

    expect([...Object.keys(CALLS), ...ELSEWHERE, 'constructor'].toSorted()).toEqual(methods.toSorted())
  })
})
