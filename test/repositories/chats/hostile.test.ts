import { sql } from 'kysely'
import { expect, vi } from 'vitest'
import { type ChatMessage, openDatabase } from '../../../src/index.ts'
import { test } from '../../support/database.ts'
import { aChat, isExactly, savedTwice } from '../../support/exactly.ts'
import { hostileMessages, shuffled } from '../../support/hostile.ts'
import { Random } from '../../support/random.ts'

// Thousands of saves: 10 s on a machine without other work.
vi.setConfig({ testTimeout: 120_000 })

test('hostile messages are loaded exactly as saved, as new ones and as replacements', async ({ db }) => {
  const random = new Random('hostile messages')
  const messages = hostileMessages(random, 500)
  const batches: ChatMessage[][] = []
  for (let from = 0; from < messages.length; ) {
    const size = random.between(1, 9)
    batches.push(messages.slice(from, from + size))
    from += size
  }

  await Promise.all(
    batches.map(async (batch, place) => {
      const chat = await aChat(db)
      await savedTwice(db, chat, batch)
      const others = batches.at(place - 1)!
      const instead = batch.map((message, n) => ({ ...others[n % others.length]!, id: message.id }))
      await savedTwice(db, chat, instead)
    }),
  )
})

test('writers of three pools, each in its own order, end with the last of every message', async ({
  db,
  openAnother,
}) => {
  const random = new Random('shuffled writers')
  const chat = await aChat(db)
  const pools = [openAnother(), openAnother(), openAnother({ max: 3 })]
  const last = hostileMessages(random, 60)
  const drafts = last.map(({ id }, place) => ({ ...last.at(place - 7)!, id }))
  /** Overlapping slices of the messages; each message is in three of them. */
  const write = (messages: ChatMessage[]) => {
    const parts = pools.flatMap((pool) => {
      const order = shuffled(random, messages)
      return Array.from({ length: 6 }, (_, n) => ({ pool, messages: order.slice(n * 10, n * 10 + 10) }))
    })
    const saves = shuffled(random, [...parts, ...parts.slice(0, 6)])
    return Promise.all(saves.map(({ pool, messages }) => pool.chats.save(chat.chatId, messages, chat.owner)))
  }

  const versions = [...(await write(drafts)), ...(await write(last))].map(({ version }) => version)

  expect(versions.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 48 }, (_, n) => n + 1))
  const byId = new Map(last.map((message) => [message.id, message]))
  for (const pool of pools) {
    const { messages, version } = await pool.chats.load(chat.chatId, chat.owner)
    expect(version).toBe(48)
    expect(new Set(messages.map(({ id }) => id)).size).toBe(60)
    isExactly(
      messages,
      messages.map(({ id }) => byId.get(id)),
    )
    expect(messages).toHaveLength(60)
  }
})

/** A message whose parts all contain their number and the number of the save. */
function turn(id: string, size: number, save: number): ChatMessage & { metadata: unknown } {
  return {
    id,
    role: 'assistant',
    metadata: { size, save },
    parts: Array.from({ length: size }, (_, place) => ({ type: 'text', text: `${id} ${save} ${place}` })),
  }
}

test('ten writers of a hundred saves with concurrent readers cause no mixed or lost messages and no deadlock', async ({
  db,
  url,
}) => {
  const chat = await aChat(db)
  const { chatId, owner } = chat
  const written = new Map<string, string>()
  {
    await using writing = openDatabase({ connectionString: url, max: 10 })
    await using reading = openDatabase({ connectionString: url, max: 4 })
    let isOver = false
    const readers = Array.from({ length: 4 }, async () => {
      let before = { version: 0, count: 0 }
      while (!isOver) {
        const { messages, version } = await reading.chats.load<ReturnType<typeof turn>>(chatId, owner)
        for (const message of messages) {
          const { size, save } = message.metadata as { size: number; save: number }
          isExactly(message, turn(message.id, size, save))
        }
        expect(version).toBeGreaterThanOrEqual(before.version)
        expect(messages.length).toBeGreaterThanOrEqual(before.count)
        before = { version, count: messages.length }
      }
    })
    const writers = Array.from({ length: 10 }, async (_, writer) => {
      const random = new Random(`writer ${writer}`)
      for (let save = 0; save < 100; save += 1) {
        const own = turn(`${writer}.${save >> 2}`, random.between(0, 6), save)
        const shared = ['a', 'b', 'c'].map((id) => turn(id, random.between(1, 20), writer * 100 + save))
        written.set(own.id, JSON.stringify(own))
        await writing.chats.save(chatId, shuffled(random, [own, ...shared]), owner)
      }
    })
    await Promise.all(writers).finally(() => {
      isOver = true
    })
    await Promise.all(readers)
  }

  const { messages, version } = await db.chats.load(chatId, owner)
  expect(version).toBe(1000)
  expect(messages).toHaveLength(10 * 25 + 3)
  expect(new Set(messages.map(({ id }) => id)).size).toBe(253)
  for (const message of messages) {
    if (message.id.includes('.')) expect(JSON.stringify(message)).toBe(written.get(message.id))
  }
  const { rows } = await sql<{ deadlocks: string }>`
    select deadlocks::text from pg_stat_database where datname = current_database()`.execute(db.kysely)
  expect(rows).toEqual([{ deadlocks: '0' }])
})
