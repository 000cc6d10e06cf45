import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { describe, expect } from 'vitest'
import {
  type ChatMessage,
  type Database,
  InvalidInputError,
  NotFoundError,
  StaleVersionError,
  violates,
} from '../../../src/index.ts'
import { test } from '../../support/database.ts'
import { runSql } from '../../support/databases.ts'
import { aUser, caught } from '../../support/factories.ts'

async function aChat(db: Database) {
  const { userId } = await db.users.create(aUser())
  const { chatId } = await db.chats.create({ userId })
  return { chatId, owner: { userId } }
}

const text = (id: string, words: string, role: ChatMessage['role'] = 'user') => ({
  id,
  role,
  parts: [{ type: 'text', text: words }],
})

/** Messages as the AI SDK streams them, and extreme ones. */
const MESSAGES: Record<string, ChatMessage> = {
  'a text': text('m', 'Hello'),
  'keys that hold undefined': {
    id: 'm',
    role: 'assistant',
    metadata: undefined,
    parts: [{ type: 'file', url: 'https://x', mediaType: 'image/png', filename: undefined }],
  } as unknown as ChatMessage,
  'null where it means something': {
    metadata: null,
    id: 'm',
    role: 'assistant',
    parts: [{ type: 'data-weather', id: 'w', data: null }],
  } as unknown as ChatMessage,
  'a tool in every state': {
    id: 'm',
    role: 'assistant',
    parts: [
      'input-streaming',
      'input-available',
      'approval-requested',
      'output-available',
      'output-denied',
      'new',
    ].map((state) => ({
      type: 'tool-search',
      toolCallId: 'same',
      state,
      input: { query: ['a', { b: -0.5e-7 }] },
    })),
  },
  'tools without what tools have': {
    id: 'm',
    role: 'assistant',
    parts: [
      { type: 'tool-x' },
      { type: 'dynamic-tool', toolName: 7, state: null },
      { type: 'tool-x', toolCallId: { toString: 'none' }, state: { toString: null } },
    ] as never,
  },
  'unknown parts and fields': {
    id: 'm',
    role: 'system',
    steering: { now: true },
    parts: [{ type: 'hologram', 2: 'b', 1: 'a', z: [], a: {} }],
  } as unknown as ChatMessage,
  'no parts': { id: 'm', role: 'assistant', parts: [] },
  'text that text columns cannot store': {
    id: 'm',
    role: 'assistant',
    parts: [
      { type: 'text', text: 'NUL \0 and half \ud83d of a pair' },
      { type: 'reasoning', text: '\udc00', providerMetadata: { 'a\0': '\ud800' } },
      { type: 'tool-\0', toolCallId: '\ud800', state: '\0', output: '\\u0000' },
    ] as never,
  },
  'own keys with names of the prototype': {
    id: 'm',
    role: 'user',
    parts: [JSON.parse('{"type":"data-x","data":{"__proto__":{"a":1},"constructor":2}}')],
    metadata: JSON.parse('{"__proto__":{"polluted":true}}'),
  } as unknown as ChatMessage,
  'keys with escapes': {
    id: 'm',
    role: 'user',
    parts: [
      {
        type: 'data-keys',
        data: { 'C:\\dir': 1, 'a "b"': 2, 'line\nbreak': 3, '\0': 4, '\ud800': 5, '\\u0000': 6 },
      },
    ],
  } as unknown as ChatMessage,
  'numbers at the edge': {
    id: 'm',
    role: 'user',
    parts: [
      { type: 'data-n', data: [5e-324, 1.7976931348623157e308, -0, 2 ** 53, 0.1 + 0.2, Number.NaN] },
    ] as never,
  },
  'dates, toJSON and holes': {
    id: 'm',
    role: 'user',
    // biome-ignore lint/suspicious/noSparseArray: JSON turns holes into null
    parts: [{ type: 'data-d', data: [new Date(0), { toJSON: () => ['x'] }, , () => 1] }] as never,
  },
  'a message that makes its own JSON': {
    id: 'other',
    role: 'user',
    parts: [],
    toJSON: () => text('m', 'Hello'),
  } as never,
  'deep nesting': {
    id: 'm',
    role: 'user',
    parts: [{ type: 'data-deep', data: JSON.parse('['.repeat(500) + ']'.repeat(500)) }] as never,
  },
  'a file of one MiB': {
    id: 'm',
    role: 'user',
    parts: [
      { type: 'file', url: `data:image/png;base64,${'A'.repeat(1_048_576)}`, mediaType: 'image/png' },
    ] as never,
  },
  '600 parts': {
    id: 'm',
    role: 'assistant',
    parts: Array.from({ length: 600 }, (_, n) => ({ type: 'text', text: `part ${n}` })),
  },
  'an id in any letters': text('👩‍👩‍👧 "quoted", {braced}, \\ and NULL', 'x'),
}

describe('save and load', () => {
  test.for(Object.entries(MESSAGES))(
    '%s is loaded exactly as saved, key by key',
    async ([, message], { db }) => {
      const { chatId, owner } = await aChat(db)
      const expected = JSON.stringify([message])

      for (let time = 0; time < 2; time += 1) {
        await db.chats.save(chatId, [message], owner)
        const { messages } = await db.chats.load(chatId, owner)
        expect(JSON.stringify(messages)).toBe(expected)
        expect(messages).toStrictEqual(JSON.parse(expected))
      }
    },
  )

  test('messages keep their original order when some are saved again', async ({ db }) => {
    const { chatId, owner } = await aChat(db)
    await db.chats.save(chatId, [text('a', '1'), text('b', '1')], owner)
    await db.chats.save(chatId, [text('c', '1')], owner)
    await db.chats.save(chatId, [text('d', '1'), text('b', '2'), text('a', '2')], owner)

    const { messages } = await db.chats.load(chatId, owner)

    expect(messages.map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd'])
    expect(messages[1]).toEqual(text('b', '2'))
  })

  test('the same save again writes no message and no part', async ({ db }) => {
    const { chatId, owner } = await aChat(db)
    const messages = [MESSAGES['a tool in every state']!, text('n', 'x')]
    await db.chats.save(chatId, messages, owner)
    const written = async () => {
      const { rows } = await sql`select xmin::text, ctid::text from messages where chat_id = ${chatId}
        union all select xmin::text, ctid::text from parts where chat_id = ${chatId}`.execute(db.kysely)
      return rows
    }
    const before = await written()

    expect(await db.chats.save(chatId, messages, owner)).toEqual({ version: 2, saved: 0 })
    expect(await written()).toEqual(before)
    expect(await db.chats.save(chatId, [{ ...text('n', 'x'), metadata: 1 } as ChatMessage], owner)).toEqual({
      version: 3,
      saved: 1,
    })
  })

  test('a message that is saved with fewer parts loses the others', async ({ db }) => {
    const { chatId, owner } = await aChat(db)
    await db.chats.save(chatId, [MESSAGES['600 parts']!], owner)

    await db.chats.save(chatId, [text('m', 'short')], owner)

    expect((await db.chats.load(chatId, owner)).messages).toEqual([text('m', 'short')])
    const { rows } = await sql<{
      n: number
    }>`select count(*)::int as n from parts where chat_id = ${chatId}`.execute(db.kysely)
    expect(rows[0]!.n).toBe(1)
  })

  test('loads the last messages first, and earlier ones by their position', async ({ db }) => {
    const { chatId, owner } = await aChat(db)
    const saved = Array.from({ length: 10 }, (_, n) => text(`m${n}`, `${n}`))
    for (const message of saved) await db.chats.save(chatId, [message], owner)
    const parts: ChatMessage[][] = []
    let before: number | undefined

    do {
      const loaded = await db.chats.load(chatId, { ...owner, limit: 4, before })
      parts.push(loaded.messages)
      before = loaded.before
    } while (before !== undefined)

    expect(parts.map((part) => part.length)).toEqual([4, 4, 2])
    expect(parts.toReversed().flat()).toEqual(saved)
  })

  test('a save with a stale version is rejected', async ({ db }) => {
    const { chatId, owner } = await aChat(db)
    const { version } = await db.chats.save(chatId, [text('a', '1')], { ...owner, ifVersion: 0 })

    const error = await caught(db.chats.save(chatId, [text('a', '2')], { ...owner, ifVersion: 0 }))

    expect(error).toBeInstanceOf(StaleVersionError)
    expect((error as StaleVersionError).currentVersion).toBe(version)
    expect((await db.chats.load(chatId, owner)).messages).toEqual([text('a', '1')])
  })

  test('concurrent writers neither lose nor mix messages', async ({ openAnother }) => {
    const db = openAnother({ max: 20 })
    const { chatId, owner } = await aChat(db)
    const turn = (id: string, size: number): ChatMessage => ({
      id,
      role: 'assistant',
      parts: Array.from({ length: size }, (_, place) => ({ type: 'text', text: `${id} ${size} ${place}` })),
    })
    let writing = true
    const torn: unknown[] = []
    const readers = Array.from({ length: 4 }, async () => {
      while (writing) {
        const { messages } = await db.chats.load(chatId, owner)
        for (const { id, parts } of messages) {
          const expected = turn(id, parts.length).parts
          if (JSON.stringify(parts) !== JSON.stringify(expected)) torn.push({ id, parts })
        }
      }
    })

    const writers = Array.from({ length: 10 }, async (_, writer) => {
      for (let save = 0; save < 30; save += 1) {
        const shared = turn('shared', 1 + ((writer + save) % 5))
        await db.chats.save(chatId, [shared, turn(`${writer}.${save}`, 2)], owner)
      }
    })
    await Promise.all(writers).finally(() => {
      writing = false
    })
    await Promise.all(readers)

    expect(torn).toEqual([])
    const { messages, version } = await db.chats.load(chatId, owner)
    expect(messages).toHaveLength(301)
    expect(new Set(messages.map(({ id }) => id)).size).toBe(301)
    expect(version).toBe(300)
    for (let writer = 0; writer < 10; writer += 1) {
      const own = messages.flatMap(({ id }) =>
        id.startsWith(`${writer}.`) ? [Number(id.split('.')[1])] : [],
      )
      expect(own).toEqual(own.toSorted((a, b) => a - b))
    }
  })
})

describe('truncating', () => {
  const ids = async (db: Database, chatId: string, owner: { userId: string }) =>
    (await db.chats.load(chatId, owner)).messages.map(({ id }) => id)
  const abcd = ['a', 'b', 'c', 'd'].map((id) => text(id, id))

  test('removes a message and all later ones, or only the later ones', async ({ db }) => {
    const { chatId, owner } = await aChat(db)
    await db.chats.save(chatId, abcd, owner)

    expect(await db.chats.truncateFrom(chatId, 'c', { ...owner, inclusive: false })).toEqual({
      version: 2,
      deleted: 1,
    })
    expect(await ids(db, chatId, owner)).toEqual(['a', 'b', 'c'])
    expect(await db.chats.truncateFrom(chatId, 'b', owner)).toEqual({ version: 3, deleted: 2 })
    expect(await ids(db, chatId, owner)).toEqual(['a'])
    const error = await caught(db.chats.truncateFrom(chatId, 'b', owner))
    expect(error).toMatchObject({ table: 'messages' })
    for (const id of ['', 'b'.repeat(10_000), 5 as never]) {
      expect(await caught(db.chats.truncateFrom(chatId, id, owner))).toBeInstanceOf(InvalidInputError)
    }
    expect((await db.chats.load(chatId, owner)).version).toBe(3)
  })

  test('within a save is atomic: a regenerated answer replaces the old one', async ({ db }) => {
    const { chatId, owner } = await aChat(db)
    await db.chats.save(chatId, abcd, owner)

    const save = [text('b', 'edited'), text('e', 'new')]
    expect(await db.chats.save(chatId, save, { ...owner, truncateFrom: 'b' })).toEqual({
      version: 2,
      saved: 2,
    })
    expect(await ids(db, chatId, owner)).toEqual(['a', 'b', 'e'])
    expect(await db.chats.save(chatId, [text('f', 'f')], { ...owner, truncateFrom: 'gone' })).toMatchObject({
      saved: 1,
    })
    const stale = db.chats.save(chatId, [text('g', 'g')], { ...owner, truncateFrom: 'a', ifVersion: 1 })
    expect(await caught(stale)).toBeInstanceOf(StaleVersionError)
    expect(await ids(db, chatId, owner)).toEqual(['a', 'b', 'e', 'f'])
  })
})

describe('replace', () => {
  test.for([
    ['fewer', ['a', 'c']],
    ['more', ['a', 'b', 'c', 'x', 'y']],
    ['others', ['x', 'y']],
    ['another order', ['c', 'b', 'a']],
    ['a new message in between', ['a', 'x', 'b', 'c']],
    ['none', []],
  ] as const)('leaves exactly what is given: %s', async ([, wanted], { db }) => {
    const { chatId, owner } = await aChat(db)
    await db.chats.save(chatId, [text('a', '1'), text('b', '1'), text('c', '1')], owner)
    const messages = wanted.map((id) => text(id, id === 'b' ? '2' : '1'))

    await db.chats.replace(chatId, messages, owner)
    expect((await db.chats.load(chatId, owner)).messages).toEqual(messages)

    expect(await db.chats.replace(chatId, messages, owner)).toEqual({ version: 3, saved: 0 })
    await db.chats.save(chatId, [text('last', 'x')], owner)
    expect((await db.chats.load(chatId, owner)).messages).toEqual([...messages, text('last', 'x')])
  })
})

describe('replacing and truncating while others save', () => {
  const changes = {
    replace: async (db: Database, chatId: string, owner: { userId: string }) => ({
      ...(await db.chats.replace(chatId, [text('a', 'new'), text('z', 'z')], owner)),
      left: ['a', 'z'],
    }),
    'a save that truncates': async (db: Database, chatId: string, owner: { userId: string }) => ({
      ...(await db.chats.save(chatId, [text('z', 'z')], { ...owner, truncateFrom: 'b' })),
      left: ['a', 'z'],
    }),
    truncateFrom: async (db: Database, chatId: string, owner: { userId: string }) => ({
      ...(await db.chats.truncateFrom(chatId, 'b', owner)),
      left: ['a'],
    }),
  }

  test.for(Object.entries(changes))(
    '%s removes everything that was saved before it',
    async ([, act], { db }) => {
      for (let round = 0; round < 15; round += 1) {
        const { chatId, owner } = await aChat(db)
        await db.chats.save(chatId, [text('a', 'a'), text('b', 'b')], owner)

        const saves = Array.from({ length: 6 }, async (_, n) => {
          const { version } = await db.chats.save(chatId, [text(`s${n}`, 's')], owner)
          return { id: `s${n}`, version }
        })
        const { version, left } = await act(db, chatId, owner)
        const later = (await Promise.all(saves))
          .filter((save) => save.version > version)
          .sort((one, other) => one.version - other.version)

        const { messages } = await db.chats.load(chatId, owner)
        expect(messages.map(({ id }) => id)).toEqual([...left, ...later.map(({ id }) => id)])
      }
    },
  )
})

describe('fork', () => {
  test('copies all messages, or those up to one, and keeps the source', async ({ db }) => {
    const { chatId, owner } = await aChat(db)
    const messages = [
      MESSAGES['text that text columns cannot store']!,
      text('b', 'x'),
      MESSAGES['deep nesting']!,
    ].map((message, place) => ({ ...message, id: `m${place}` }))
    await db.chats.save(chatId, messages, owner)
    await db.chats.rename(chatId, 'Source', owner)
    const before = await db.chats.load(chatId, owner)
    const id = randomUUID()

    const whole = await db.chats.fork(chatId, owner)
    const part = await db.chats.fork(chatId, { ...owner, upTo: 'm1', id })

    expect(whole).toMatchObject({ title: 'Source', userId: owner.userId, version: 0 })
    expect((await db.chats.load(whole.chatId, owner)).messages).toEqual(before.messages)
    expect(part.chatId).toBe(id)
    expect((await db.chats.load(id, owner)).messages).toEqual(before.messages.slice(0, 2))
    await db.chats.save(id, [text('new', 'x')], owner)
    expect((await db.chats.load(id, owner)).messages).toHaveLength(3)
    expect(await db.chats.load(chatId, owner)).toEqual(before)
    expect(await caught(db.chats.fork(chatId, { ...owner, upTo: 'none' }))).toMatchObject({
      table: 'messages',
    })
    expect(violates(await caught(db.chats.fork(chatId, { ...owner, id })), 'chats_pkey')).toBe(true)
  })
})

describe('streams', () => {
  test('only one of many can claim a chat, and only its own stream can clear it', async ({ db }) => {
    const { chatId, owner } = await aChat(db)

    const claims = await Promise.all(
      Array.from({ length: 10 }, (_, n) => db.chats.claimStream(chatId, `s${n}`, owner)),
    )
    const active = (await db.chats.get(chatId, owner)).activeStreamId!

    expect(claims.filter(Boolean)).toHaveLength(1)
    expect(claims[Number(active.slice(1))]).toBe(true)
    expect(await db.chats.clearStream(chatId, 'another', owner)).toBe(false)
    expect(await db.chats.claimStream(chatId, 'next', { ...owner, expect: active })).toBe(true)
    expect(await db.chats.clearStream(chatId, 'next', owner)).toBe(true)
    expect((await db.chats.get(chatId, owner)).activeStreamId).toBeNull()
  })
})

describe('options', () => {
  test('of a message are stored as passed and can be replaced', async ({ db }) => {
    const { chatId, owner } = await aChat(db)
    await db.chats.save(chatId, [text('a', 'x', 'assistant')], owner)
    const given = {
      prompt: 'Be brief',
      maxTokens: 100,
      temperature: 0.7,
      topP: 1,
      frequencyPenalty: -2,
      presencePenalty: 0,
    }

    expect(await db.chats.optionsOf(chatId, 'a', owner)).toBeUndefined()
    expect(await db.chats.recordOptions(chatId, 'a', given, owner)).toEqual(given)
    expect(await db.chats.optionsOf(chatId, 'a', owner)).toEqual(given)
    expect(await db.chats.recordOptions(chatId, 'a', { temperature: 0 }, owner)).toMatchObject({
      prompt: null,
      temperature: 0,
    })
    const error = await caught(db.chats.recordOptions(chatId, 'a', { temperature: 2.5 }, owner))
    expect(violates(error, 'ai_options_temperature_check')).toBe(true)
    expect(await caught(db.chats.recordOptions(chatId, 'b', given, owner))).toBeInstanceOf(NotFoundError)
  })
})

describe('usage', () => {
  test('sums the tokens of metadata for a user or a chat, and a time range', async ({ db }) => {
    const { chatId, owner } = await aChat(db)
    const other = await db.chats.create(owner)
    const spent = (id: string, metadata: unknown) =>
      ({ ...text(id, 'x', 'assistant'), metadata }) as ChatMessage
    await db.chats.save(
      chatId,
      [
        text('question', 'x'),
        spent('a', { usage: { inputTokens: 10, outputTokens: 3, totalTokens: 13 } }),
        spent('aborted', { totalUsage: { inputTokens: 5 } }),
        spent('odd', { usage: { inputTokens: 'many', outputTokens: -1 } }),
      ],
      owner,
    )
    await db.chats.save(other.chatId, [spent('b', { inputTokens: 100, outputTokens: 50 })], owner)
    const now = new Date()

    const { userId } = owner
    const spentInChat = { inputTokens: 15, outputTokens: 3, messages: 4 }
    const spentByUser = { inputTokens: 115, outputTokens: 53, messages: 5 }
    const [minuteAgo, later] = [new Date(now.getTime() - 60_000), new Date(now.getTime() + 60_000)]

    expect(await db.chats.usageOfChat(chatId, owner)).toEqual(spentInChat)
    expect(await db.chats.usageOfUser(userId)).toEqual(spentByUser)
    expect(await db.chats.usageOfUser(userId, { from: minuteAgo, to: later })).toEqual(spentByUser)
    expect(await db.chats.usageOfUser(userId, { to: minuteAgo })).toMatchObject({ messages: 0 })
    expect(await db.chats.usageOfChat(chatId, { userId, from: minuteAgo })).toEqual(spentInChat)
    expect(await db.chats.usageOfChat(chatId, { userId, from: later })).toMatchObject({ messages: 0 })
  })

  test('of a chat is never answered without its user', async ({ db }) => {
    const { chatId } = await aChat(db)

    for (const request of [{ userId: undefined }, { userId: null }, {}]) {
      const error = await caught(db.chats.usageOfChat(chatId, request as never))
      expect(error).toMatchObject({ name: 'InvalidInputError', field: 'userId' })
    }
    for (const userId of [undefined, null])
      expect(await caught(db.chats.usageOfUser(userId as never))).toMatchObject({ field: 'userId' })
    expect(await caught(db.chats.usageOfUser(chatId, { chatId } as never))).toMatchObject({
      name: 'InvalidInputError',
    })
  })
})

describe('tools', () => {
  const tool = (state: string, id = state) => ({
    type: 'tool-mail',
    toolCallId: id,
    state,
    input: { to: 'ada' },
  })
  const turn = (id: string, ...parts: object[]) =>
    ({ id, role: 'assistant', parts }) as unknown as ChatMessage

  test('that wait for approval are found only for their user', async ({ db }) => {
    const { chatId, owner } = await aChat(db)
    const waiting = { ...tool('approval-requested'), approval: { id: 'ap\0' } }
    await db.chats.save(
      chatId,
      [turn('a', tool('output-available'), waiting), turn('b', tool('input-available'))],
      owner,
    )

    expect(await db.chats.pendingApprovals(owner.userId)).toEqual([{ chatId, messageId: 'a', part: waiting }])
    expect(await db.chats.pendingApprovals((await aChat(db)).owner.userId)).toEqual([])
    await db.chats.save(chatId, [turn('a', tool('output-available'))], owner)
    expect(await db.chats.pendingApprovals(owner.userId)).toEqual([])
  })

  test('that were never completed are closed only on request', async ({ db }) => {
    const { chatId, owner } = await aChat(db)
    const ended = turn('a', tool('output-available'), tool('approval-requested'))
    await db.chats.save(chatId, [ended, turn('b', tool('input-streaming'), tool('input-available'))], owner)

    expect(await db.chats.closeDanglingTools(chatId, owner)).toBe(2)

    const { messages } = await db.chats.load(chatId, owner)
    const error = { state: 'output-error', errorText: 'The tool call was interrupted.' }
    expect(messages).toEqual([
      ended,
      turn('b', { ...tool('input-streaming'), ...error }, { ...tool('input-available'), ...error }),
    ])
    expect(await db.chats.closeDanglingTools(chatId, owner)).toBe(0)
  })

  test('keep the received part of their input in its position', async ({ db }) => {
    const { chatId, owner } = await aChat(db)
    const { input: _, ...begun } = tool('input-streaming') as { input?: unknown }
    await db.chats.save(chatId, [turn('a', { ...begun, rawInput: '{"q":' } as never)], owner)

    await db.chats.closeDanglingTools(chatId, owner)

    const [message] = (await db.chats.load(chatId, owner)).messages
    expect(message?.parts).toEqual([
      { ...begun, state: 'output-error', input: '{"q":', errorText: 'The tool call was interrupted.' },
    ])
  })

  test('that were approved or denied are closed with the others, but not while another waits for its approval', async ({
    db,
  }) => {
    const { chatId, owner } = await aChat(db)
    const answered = (approved: boolean) => ({
      ...tool('approval-responded'),
      approval: { id: 'x', approved },
    })
    const waiting = turn('a', answered(true), tool('approval-requested'))
    await db.chats.save(chatId, [waiting, turn('b', answered(true), answered(false))], owner)

    expect(await db.chats.closeDanglingTools(chatId, owner)).toBe(2)

    const { messages } = await db.chats.load(chatId, owner)
    const error = { state: 'output-error', errorText: 'The tool call was interrupted.' }
    expect(messages).toEqual([
      waiting,
      turn('b', { ...answered(true), ...error }, { ...answered(false), state: 'output-denied' }),
    ])
    expect(await db.chats.closeDanglingTools(chatId, owner)).toBe(0)
  })
})

describe('prune', () => {
  test('deletes chats that have not changed since a time', async ({ db, url }) => {
    const { owner } = await aChat(db)
    const old = await Promise.all(Array.from({ length: 250 }, () => db.chats.create(owner)))
    const ids = old.map(({ chatId }) => chatId)
    await runSql(url, 'alter table chats disable trigger user')
    await sql`update chats set updated_at = '2001-01-01' where id = any(${ids}::uuid[])`.execute(db.kysely)
    await runSql(url, 'alter table chats enable trigger user')
    const answers: number[] = []
    const olderThan = new Date('2002-01-01')

    expect(await db.chats.prune({ olderThan, dryRun: true })).toBe(250)
    expect(await db.chats.prune({ olderThan: new Date('2000-01-01') })).toBe(0)
    const deleted = await db.chats.prune({ olderThan, onProgress: ({ deleted }) => answers.push(deleted) })

    expect(deleted).toBe(250)
    expect(answers).toEqual([200, 250])
    expect(await db.chats.prune({ olderThan, dryRun: true })).toBe(0)
    expect((await db.chats.listByUser(owner.userId)).items).toHaveLength(1)
  })

  test('deletes chats of many users, and skips one that is being changed', async ({
    db,
    url,
    openAnother,
  }) => {
    const users = await Promise.all(Array.from({ length: 3 }, () => aChat(db)))
    await runSql(url, 'alter table chats disable trigger user')
    const ids = users.map(({ chatId }) => chatId)
    await sql`update chats set updated_at = '2001-01-01' where id = any(${ids}::uuid[])`.execute(db.kysely)
    await runSql(url, 'alter table chats enable trigger user')
    const [changing, ...others] = users as [(typeof users)[0], ...typeof users]
    const olderThan = new Date('2002-01-01')

    await db.transaction(async (tx) => {
      await tx.chats.save(changing.chatId, [text('a', 'new')], changing.owner)
      expect(await openAnother().chats.prune({ olderThan })).toBe(others.length)
    })

    expect((await db.chats.load(changing.chatId, changing.owner)).messages).toEqual([text('a', 'new')])
    for (const { chatId, owner } of others) expect(await db.chats.find(chatId, owner)).toBeUndefined()
    expect(await db.chats.prune({ olderThan })).toBe(0)
  })

  test('refuses a time in the future, which would delete every chat', async ({ db }) => {
    const { chatId, owner } = await aChat(db)

    for (const olderThan of [new Date(Date.now() + 60_000), new Date(8.64e15)]) {
      const error = await caught(db.chats.prune({ olderThan }))
      expect(error).toMatchObject({ name: 'InvalidInputError', field: 'olderThan' })
    }
    expect(await db.chats.find(chatId, owner)).toBeDefined()
  })
})

describe('search', () => {
  test('finds text and reasoning in any language, each chat once with its best parts, with snippets', async ({
    db,
  }) => {
    const { chatId, owner } = await aChat(db)
    const long = `${'lorem ipsum '.repeat(40)}the Crème brûlée, of course ${'dolor sit '.repeat(40)}`
    await db.chats.save(
      chatId,
      [
        text('a', long),
        {
          id: 'b',
          role: 'assistant',
          parts: [{ type: 'reasoning', text: 'Creme first' }],
        } as unknown as ChatMessage,
        {
          id: 'c',
          role: 'user',
          parts: [{ type: 'data-x', data: 'secret creme' }],
        } as unknown as ChatMessage,
        text('d', '東京タワーはどこですか'),
        text('e', '100%_sure\\ \0 \ud800 yes'),
      ],
      owner,
    )
    const hit = async (words: string) => (await db.chats.search(owner.userId, words)).items

    const [creme, ...others] = await hit('CRÈME')
    expect(others).toEqual([])
    expect(creme).toMatchObject({ chatId, messageId: 'b', role: 'assistant', snippet: 'Creme first' })
    expect(creme?.messages.map(({ messageId }) => messageId)).toEqual(['b', 'a'])
    expect(await hit('"creme first"')).toMatchObject([{ messageId: 'b' }])
    expect(await hit('first crem')).toMatchObject([{ messageId: 'b' }])
    expect(await hit('"first creme"')).toEqual([])
    const [brulee] = await hit('brulee')
    expect(brulee).toMatchObject({
      messageId: 'a',
      snippet: expect.stringContaining('the Crème brûlée, of course'),
    })
    expect(brulee!.snippet.length).toBeLessThan(170)
    expect(await hit('タワー')).toMatchObject([{ messageId: 'd' }])
    expect(await hit('東京')).toMatchObject([{ messageId: 'd' }])
    expect(await hit('どこ')).toMatchObject([{ messageId: 'd' }])
    expect(await hit('%_sure\\')).toMatchObject([{ messageId: 'e' }])
    expect(await hit('secret')).toEqual([])
    expect((await db.chats.search((await aChat(db)).owner.userId, 'creme')).items).toEqual([])
    expect(await caught(db.chats.search(owner.userId, ' '))).toBeInstanceOf(InvalidInputError)
  })

  test('returns the best match first', async ({ db }) => {
    const { owner } = await aChat(db)
    for (const each of ['a long way to walk', 'a walk away', 'unwalkable', 'we walked', 'walks away']) {
      const { chatId } = await db.chats.create({
        ...owner,
        title: each === 'we walked' ? 'Walking' : 'Another',
      })
      await db.chats.save(chatId, [text('m', each)], owner)
    }

    const { items } = await db.chats.search(owner.userId, 'walk')

    expect(items.map(({ snippet }) => snippet)).toEqual([
      'a walk away',
      'a long way to walk',
      'Walking',
      'walks away',
    ])
    expect((await db.chats.search(owner.userId, 'walk away')).items.map(({ snippet }) => snippet)).toEqual([
      ...['a walk away', 'walks away'],
    ])
  })

  test('finds titles, and the texts of tools and the names of files on request', async ({ db }) => {
    const { chatId, owner } = await aChat(db)
    await db.chats.rename(chatId, 'Trip to Riga', owner)
    const tool = {
      ...{ type: 'tool-weather', toolCallId: 'c', state: 'output-available' },
      ...{ input: { city: 'Ventspils' }, output: [{ text: 'sunshine' }] },
    }
    const file = {
      type: 'file',
      mediaType: 'application/pdf',
      filename: 'Annual-report.pdf',
      url: 'https://a.test/1',
    }
    await db.chats.save(
      chatId,
      [{ id: 'm', role: 'assistant', parts: [tool, file] } as unknown as ChatMessage],
      owner,
    )
    const search = async (words: string, include?: ('tools' | 'files')[]) =>
      (await db.chats.search(owner.userId, words, { include })).items

    expect(await search('riga trip')).toMatchObject([
      { chatId, messageId: null, role: null, snippet: 'Trip to Riga', messages: [] },
    ])
    for (const words of ['sunshine', 'ventspils', 'report']) expect(await search(words)).toEqual([])
    expect(await search('sunshine ventspils', ['tools'])).toMatchObject([{ messageId: 'm' }])
    expect(await search('annual-report.pdf', ['files'])).toMatchObject([
      { messageId: 'm', snippet: 'Annual-report.pdf' },
    ])
    expect(await search('annual', ['tools'])).toEqual([])
  })

  test('a long text is found beyond its beginning, with a snippet of each word', async ({ db }) => {
    const { chatId, owner } = await aChat(db)
    const filler = 'lorem ipsum dolor sit amet '
    await db.chats.save(chatId, [text('m', `Walrus ${filler.repeat(3_500)} the end: Zebra`)], owner)

    const { items } = await db.chats.search(owner.userId, 'zebra walrus')

    expect(items).toHaveLength(1)
    expect(items[0]?.snippet).toMatch(/^Walrus lorem .*….*the end: Zebra$/)
  })

  test('a text of combining marks is saved and searched', async ({ db }) => {
    const { chatId, owner } = await aChat(db)
    const marks = `x9x${'\u0301\u0323'.repeat(300_000)} yes`

    await db.chats.save(chatId, [text('m', marks)], owner)

    expect((await db.chats.search(owner.userId, marks)).items).toMatchObject([{ messageId: 'm' }])
  })
})

describe('bad messages', () => {
  test.for([
    ['messages', 'none'],
    ['messages[0]', [null]],
    ['messages[0].id', [text('', 'x')]],
    ['messages[0].id', [text('a\0b', 'x')]],
    ['messages[0].id', [text('\ud800', 'x')]],
    ['messages[0].id', [text('x'.repeat(256), 'x')]],
    ['messages[0].id', [{ ...text('a', 'x'), id: 7 }]],
    ['messages[0].role', [{ ...text('a', 'x'), role: 'tool' }]],
    ['messages[0].parts', [{ id: 'a', role: 'user', content: 'x' }]],
    ['messages[0].parts[0]', [{ id: 'a', role: 'user', parts: ['x'] }]],
    ['messages[0].parts[0].type', [{ id: 'a', role: 'user', parts: [{ text: 'x' }] }]],
    ['messages[0].parts[0]', [{ id: 'a', role: 'user', parts: [{ type: 'text', n: 1n }] }]],
    ['messages[1].id', [text('a', 'x'), text('a', 'y')]],
    ['messages[0]', [text('a', 'x'.repeat(17_000_000))]],
  ] as const)('%s is refused, and nothing is saved', async ([field, messages], { db }) => {
    const { chatId, owner } = await aChat(db)

    const error = await caught(db.chats.save(chatId, messages as never, owner))

    expect(error).toBeInstanceOf(InvalidInputError)
    expect((error as InvalidInputError).field).toBe(field)
    expect((await db.chats.load(chatId, owner)).version).toBe(0)
  })
})

describe('a chat', () => {
  test('is created once for the same owner and ID', async ({ db }) => {
    const { userId } = await db.users.create(aUser())
    const id = randomUUID()

    const created = await db.chats.create({ id, userId, title: 'First' })
    const again = await db.chats.create({ id, userId, title: 'Second' })

    expect(created).toEqual({
      chatId: id,
      userId,
      title: 'First',
      version: 0,
      activeStreamId: null,
      createdAt: expect.any(Date),
      updatedAt: created.createdAt,
    })
    expect(again).toEqual(created)
    expect(violates(await caught(db.chats.create({ userId: randomUUID() })), 'chats_user_id_fkey')).toBe(true)
  })

  test('of another user always behaves as if it did not exist', async ({ db }) => {
    const { chatId, owner } = await aChat(db)
    await db.chats.save(chatId, [text('a', 'mine')], owner)
    const { userId } = await db.users.create(aUser())
    const other = { userId }
    const missing = randomUUID()
    const calls: ((id: string) => Promise<unknown>)[] = [
      (id) => db.chats.find(id, other),
      (id) => db.chats.get(id, other),
      (id) => db.chats.load(id, other),
      (id) => db.chats.rename(id, 'x', other),
      (id) => db.chats.delete(id, other),
      (id) => db.chats.save(id, [text('a', 'theirs')], other),
      (id) => db.chats.save(id, [text('a', 'theirs')], { ...other, ifVersion: 1 }),
      (id) => db.chats.save(id, [text('a', 'theirs')], { ...other, truncateFrom: 'a' }),
      (id) => db.chats.replace(id, [], other),
      (id) => db.chats.truncateFrom(id, 'a', other),
      (id) => db.chats.fork(id, other),
      (id) => db.chats.fork(id, { ...other, upTo: 'a' }),
      (id) => db.chats.claimStream(id, 's', other),
      (id) => db.chats.clearStream(id, 's', other),
      (id) => db.chats.recordOptions(id, 'a', {}, other),
      (id) => db.chats.optionsOf(id, 'a', other),
    ]
    const answerOf = (call: Promise<unknown>, id: string) =>
      call.then(
        (value) => ({ value }),
        (error: Error) => ({ name: error.name, message: error.message.replaceAll(id, 'ID') }),
      )

    for (const call of calls) {
      expect(await answerOf(call(chatId), chatId)).toEqual(await answerOf(call(missing), missing))
    }
    expect((await db.chats.load(chatId, owner)).messages).toEqual([text('a', 'mine')])
    expect(await db.chats.listByUser(userId)).toEqual({ items: [] })
  })

  test('has an id that other users may use for chats of their own', async ({ db }) => {
    const mine = await aChat(db)
    const { chatId } = mine
    const [, theirs] = [mine, { chatId, owner: { userId: (await db.users.create(aUser())).userId } }]
    const chats = [mine, theirs]
    const created = await db.chats.create({ id: chatId, ...theirs.owner, title: 'Theirs' })
    expect(created).toMatchObject({ chatId, ...theirs.owner, title: 'Theirs', version: 0 })

    for (const { owner } of chats) {
      const messages = [text('a', owner.userId), text('b', owner.userId)]
      await db.chats.save(chatId, messages, owner)
      await db.chats.recordOptions(chatId, 'a', { prompt: owner.userId }, owner)
      await db.chats.claimStream(chatId, owner.userId, owner)
    }
    await db.chats.truncateFrom(chatId, 'b', mine.owner)
    await db.chats.save(chatId, [text('c', 'new')], { ...theirs.owner, truncateFrom: 'b' })

    const idsOf = async ({ owner }: typeof mine) =>
      (await db.chats.load(chatId, owner)).messages.map(({ id }) => id)
    expect(await idsOf(mine)).toEqual(['a'])
    expect(await idsOf(theirs)).toEqual(['a', 'c'])
    for (const { owner } of chats) {
      expect((await db.chats.load(chatId, owner)).messages[0]).toEqual(text('a', owner.userId))
      expect(await db.chats.get(chatId, owner)).toMatchObject({ ...owner, activeStreamId: owner.userId })
      expect(await db.chats.optionsOf(chatId, 'a', owner)).toMatchObject({ prompt: owner.userId })
      const { items } = await db.chats.search(owner.userId, owner.userId)
      expect(items).toMatchObject([{ chatId, messageId: 'a' }])
      expect((await db.chats.search(owner.userId, 'new')).items).toHaveLength(owner === mine.owner ? 0 : 1)
    }
    expect(await db.chats.delete(chatId, mine.owner)).toBe(true)
    expect(await idsOf(theirs)).toEqual(['a', 'c'])
  })

  test('can be forked under an id that another user has', async ({ db }) => {
    const { chatId, owner } = await aChat(db)
    await db.chats.save(chatId, [text('a', 'mine')], owner)
    const theirs = await aChat(db)

    const fork = await db.chats.fork(chatId, { ...owner, id: theirs.chatId })

    expect(fork).toMatchObject({ chatId: theirs.chatId, ...owner })
    expect((await db.chats.load(theirs.chatId, owner)).messages).toEqual([text('a', 'mine')])
    expect((await db.chats.load(theirs.chatId, theirs.owner)).messages).toEqual([])
  })

  test('is found by its title, with the best match first, page by page', async ({ db }) => {
    const { userId } = await db.users.create(aUser())
    const titles = ['Crème brûlée', 'A brule', 'Invoice', null, 'brulees']
    for (const title of titles) await db.chats.create({ userId, title })
    await db.chats.create({ userId: (await db.users.create(aUser())).userId, title: 'brule' })

    const found: (string | null)[] = []
    let after: string | undefined
    do {
      const page = await db.chats.listByUser(userId, { search: 'BRÛLÉ', limit: 1, ...(after && { after }) })
      found.push(...page.items.map(({ title }) => title))
      after = page.next
    } while (after)

    expect(found).toEqual(['brulees', 'A brule', 'Crème brûlée'])
    expect(Object.keys((await db.chats.listByUser(userId, { search: 'inv' })).items[0] ?? {})).toEqual(
      Object.keys((await db.chats.listByUser(userId)).items[0] ?? {}),
    )
  })

  test('can be renamed and deleted; the last changed ones are listed first', async ({ db }) => {
    const { chatId, owner } = await aChat(db)
    const second = await db.chats.create(owner)

    await new Promise((resolve) => setTimeout(resolve, 3))
    const renamed = await db.chats.rename(chatId, 'Plans', owner)
    expect((await db.chats.listByUser(owner.userId)).items).toEqual([renamed, second])
    await new Promise((resolve) => setTimeout(resolve, 3))
    await db.chats.save(second.chatId, [text('a', 'x')], owner)
    const { items, next } = await db.chats.listByUser(owner.userId, { limit: 1 })
    expect(items.map((chat) => chat.chatId)).toEqual([second.chatId])
    expect((await db.chats.listByUser(owner.userId, { limit: 1, after: next })).items).toEqual([renamed])

    expect(await db.chats.delete(second.chatId, owner)).toBe(true)
    expect(await db.chats.delete(second.chatId, owner)).toBe(false)
    expect(await db.chats.find(second.chatId, owner)).toBeUndefined()
  })
})

test('closing dangling tools is a new version, so that an older copy is not saved over it', async ({
  db,
}) => {
  const { chatId, owner } = await aChat(db)
  const part = { type: 'tool-x', toolCallId: 'c', state: 'input-available', input: {} }
  const { version } = await db.chats.save(
    chatId,
    [{ id: 'a', role: 'assistant', parts: [part] } as ChatMessage],
    owner,
  )

  expect(await db.chats.closeDanglingTools(chatId, owner)).toBe(1)

  expect((await db.chats.get(chatId, owner)).version).toBe(version + 1)
})

test('parts beyond the count of their message are no part of a search, a fork or the approvals', async ({
  db,
}) => {
  const { chatId, owner } = await aChat(db)
  await db.chats.save(
    chatId,
    [{ id: 'a', role: 'assistant', parts: [{ type: 'text', text: 'kept' } as never] }],
    owner,
  )
  // A save leaves such rows whose snapshot was older than the parts of another one.
  await sql`insert into parts (user_id, chat_id, message_id, position, type, search_text, payload)
    values (${owner.userId}, ${chatId}, 'a', 1, 'text', 'ghostly', '{"type":"text","text":"ghostly"}')`.execute(
    db.kysely,
  )
  await sql`insert into parts (user_id, chat_id, message_id, position, type, tool_call_id, tool_state, payload)
    values (${owner.userId}, ${chatId}, 'a', 2, 'tool-x', 'c', 'approval-requested',
      '{"type":"tool-x","state":"approval-requested"}')`.execute(db.kysely)

  expect((await db.chats.search(owner.userId, 'ghostly')).items).toEqual([])
  expect(await db.chats.pendingApprovals(owner.userId)).toEqual([])
  const fork = await db.chats.fork(chatId, owner)
  const { rows } = await sql`select from parts where chat_id = ${fork.chatId}`.execute(db.kysely)
  expect(rows).toHaveLength(1)
})
