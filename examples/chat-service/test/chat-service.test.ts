import { deepStrictEqual } from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { openDatabase } from '@norberts-spark/db'
import { isToolUIPart } from 'ai'
import { describe, expect, vi } from 'vitest'
import { createGrantedLogin } from '../../../test/support/app-login.ts'
import { test as base } from '../../../test/support/database.ts'
import { aUser } from '../../../test/support/factories.ts'
import type { Message } from '../message.ts'
import { Tab } from './client.ts'
import { Service } from './service.ts'

/** Milliseconds per word: slow enough to act in the middle of an answer of forty words. */
const DELAY = 40

const test = base.extend<{ appUrl: string; service: Service; me: Person }>({
  // A login that owns nothing: row security holds for it.
  appUrl: [
    async ({ url }, use) => {
      await using login = await createGrantedLogin(url, 'app')
      await use(login.url)
    },
    { scope: 'file' },
  ],
  service: [
    async ({ appUrl }, use) => {
      await using service = await Service.start(appUrl, DELAY)
      await use(service)
    },
    { scope: 'file' },
  ],
  me: async ({ db, service }, use) => use(new Person((await db.users.create(aUser())).userId, service)),
})

/** The properties of responses that the tests read. */
interface Answer {
  status: number
  body: {
    chatId: string
    title: string
    activeStreamId: string | null
    messages: Message[]
    before?: number
    items: { chatId: string }[]
    next?: string
    message: string
  }
}

/** A user with an HTTP client. */
class Person {
  readonly userId: string
  service: Service

  constructor(userId: string, service: Service) {
    this.userId = userId
    this.service = service
  }

  async call(method: string, path: string, body?: object): Promise<Answer> {
    const response = await fetch(this.service.url + path, {
      method,
      headers: { 'x-user-id': this.userId, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, body: text === '' ? {} : JSON.parse(text) }
  }

  /** A client of another user on the same service. */
  as(userId: string): Person {
    return new Person(userId, this.service)
  }

  async createChat(): Promise<string> {
    const { body } = await this.call('POST', '/chats')
    return body.chatId
  }

  async load(chatId: string): Promise<Message[]> {
    const { body } = await this.call('GET', `/chats/${chatId}`)
    return body.messages
  }

  openTab(chatId: string, messages: Message[] = []): Tab {
    return new Tab(`${this.service.url}/chats`, chatId, this.userId, messages)
  }

  /** Sends a message without reading the answer. */
  submit(chatId: string, text: string): Promise<Response> {
    return fetch(`${this.service.url}/chats/${chatId}/messages`, {
      method: 'POST',
      headers: { 'x-user-id': this.userId, 'content-type': 'application/json' },
      body: JSON.stringify({ message: { id: randomUUID(), role: 'user', parts: [{ type: 'text', text }] } }),
    })
  }
}

const words = (tab: Tab) => tab.text.split(' ').length
const middle = (tab: Tab) => vi.waitUntil(() => words(tab) > 8, { timeout: 10_000, interval: 5 })
const toolOf = (message: Message | undefined) => message?.parts.find(isToolUIPart)

describe('an answer', () => {
  test('is loaded in the form that the client has, with its tokens and options', async ({ me, db }) => {
    const chatId = await me.createChat()
    const tab = me.openTab(chatId)

    await tab.sendMessage({ text: 'Hello' })
    await tab.sendMessage({ text: 'And again' })

    expect(tab.text).toContain('You said: And again.')
    deepStrictEqual(await me.load(chatId), tab.held)
    const answer = tab.messages[1]!
    expect(await db.chats.usageOfChat(chatId, { userId: me.userId })).toMatchObject({
      inputTokens: 20 + 40,
      messages: 4,
    })
    const { userId } = me
    expect(await db.chats.optionsOf(chatId, answer.id, { userId })).toMatchObject({ maxTokens: 2_000 })
  })

  test('can be joined in the middle by a second connection, which gets the same message', async ({ me }) => {
    const chatId = await me.createChat()
    const tab = me.openTab(chatId)
    const sending = tab.sendMessage({ text: 'Hello' })
    await middle(tab)

    const second = me.openTab(chatId, await me.load(chatId))
    await second.resumeStream()

    await sending
    expect(second.held).toHaveLength(2)
    deepStrictEqual(second.held, tab.held)
    deepStrictEqual(await me.load(chatId), tab.held)
    expect(await me.call('GET', `/chats/${chatId}/stream`)).toMatchObject({ status: 204 })
  })

  test('that is stopped in the middle is saved up to there', async ({ me }) => {
    const chatId = await me.createChat()
    const tab = me.openTab(chatId)
    const sending = tab.sendMessage({ text: 'Hello' })
    await middle(tab)

    await me.call('POST', `/chats/${chatId}/stop`)

    const stored = await me.load(chatId)
    await sending
    expect(words(tab)).toBeLessThan(30)
    deepStrictEqual(stored, tab.held)
    await tab.sendMessage({ text: 'Go on' })
    deepStrictEqual(await me.load(chatId), tab.held)
  })

  test('that fails in the middle is saved up to there', async ({ me }) => {
    const chatId = await me.createChat()
    const tab = me.openTab(chatId)

    await tab.sendMessage({ text: 'Please fail' })

    expect(tab.status).toBe('error')
    expect(words(tab)).toBeGreaterThan(5)
    deepStrictEqual(await me.load(chatId), tab.held)
  })

  test('that the model refuses leaves only the question in the chat', async ({ me }) => {
    const chatId = await me.createChat()
    const tab = me.openTab(chatId)

    await tab.sendMessage({ text: 'Please refuse' })

    expect(tab.status).toBe('error')
    expect(await me.load(chatId)).toMatchObject([{ role: 'user' }])
    expect((await me.call('GET', `/chats/${chatId}/stream`)).status).toBe(204)
  })

  test('is completed when the client has disconnected', async ({ me }) => {
    const chatId = await me.createChat()
    const tab = me.openTab(chatId)
    const sending = tab.sendMessage({ text: 'Hello' })
    await middle(tab)

    await tab.stop() // only closes the connection
    await sending

    await vi.waitUntil(async () => (await me.load(chatId)).length === 2, { timeout: 10_000 })
    const [, answer] = await me.load(chatId)
    expect(answer).toMatchObject({ parts: [{ type: 'step-start' }, { state: 'done' }] })
    expect(JSON.stringify(answer)).toContain(tab.text)
  })

  test('is generated for only one of two concurrent questions', async ({ me }) => {
    const chatId = await me.createChat()

    const responses = await Promise.all([me.submit(chatId, 'One'), me.submit(chatId, 'Two')])

    expect(responses.map(({ status }) => status).sort()).toEqual([200, 409])
    await Promise.all(responses.map((response) => response.text()))
    expect(await me.load(chatId)).toHaveLength(2)
  })

  test('is replaced when it is regenerated, and is hidden in the meantime', async ({ me }) => {
    const chatId = await me.createChat()
    const tab = me.openTab(chatId)
    await tab.sendMessage({ text: 'Hello' })
    const first = tab.messages[1]!

    const regenerating = tab.regenerate()
    await vi.waitUntil(() => tab.messages[1] && tab.messages[1].id !== first.id)
    await middle(tab)
    const second = me.openTab(chatId, await me.load(chatId))
    await second.resumeStream()

    await regenerating
    expect(tab.messages).toHaveLength(2)
    expect(tab.messages[1]!.id).not.toBe(first.id)
    deepStrictEqual(second.held, tab.held)
    deepStrictEqual(await me.load(chatId), tab.held)
  })

  test('is deleted together with later messages when a message is edited', async ({ me }) => {
    const chatId = await me.createChat()
    const tab = me.openTab(chatId)
    await tab.sendMessage({ text: 'Hello' })
    await tab.sendMessage({ text: 'More' })

    await tab.sendMessage({ text: 'Hello, edited', messageId: tab.messages[0]!.id })

    expect(tab.messages).toHaveLength(2)
    expect(tab.text).toContain('edited')
    deepStrictEqual(await me.load(chatId), tab.held)
  })
})

describe('a tool', () => {
  test('runs within the answer', async ({ me, db }) => {
    await db.customers.create({ legalName: 'Zenith SIA', displayName: 'Zenith' })
    const chatId = await me.createChat()
    const tab = me.openTab(chatId)

    await tab.sendMessage({ text: 'find zenith' })

    expect(toolOf(tab.messages[1])).toMatchObject({
      state: 'output-available',
      output: [{ displayName: 'Zenith' }],
    })
    deepStrictEqual(await me.load(chatId), tab.held)
    expect(await db.chats.usageOfChat(chatId, { userId: me.userId })).toMatchObject({ inputTokens: 20 + 40 })
  })

  test.for([
    { approved: true, state: 'output-available' },
    { approved: false, state: 'output-denied' },
  ])('waits for the user; approved: $approved', async ({ approved, state }, { me, db }) => {
    const chatId = await me.createChat()
    const before = me.openTab(chatId)
    await before.sendMessage({ text: 'email bob@example.test' })
    const { messageId, part } = (await db.chats.pendingApprovals(me.userId))[0]!

    const tab = me.openTab(chatId, await me.load(chatId))
    const { id } = part.approval as { id: string }
    await tab.addToolApprovalResponse({ id, approved, reason: 'Because' })
    await vi.waitUntil(() => tab.status !== 'ready')
    await middle(tab)
    const second = me.openTab(chatId, await me.load(chatId))
    await second.resumeStream()

    await vi.waitUntil(() => tab.status === 'ready', { timeout: 10_000 })
    expect(tab.messages).toHaveLength(2)
    expect(tab.messages[1]!.id).toBe(messageId)
    expect(toolOf(tab.messages[1])).toMatchObject({ state, approval: { approved, reason: 'Because' } })
    deepStrictEqual(await me.load(chatId), tab.held)
    deepStrictEqual(second.held, tab.held)
    expect(await db.chats.usageOfChat(chatId, { userId: me.userId })).toMatchObject({ inputTokens: 20 + 40 })
  })

  test('that is stopped while it runs ends with an error, and the chat can continue', async ({ me }) => {
    const chatId = await me.createChat()
    const tab = me.openTab(chatId)
    await tab.sendMessage({ text: 'email bob@example.test' })
    const part = toolOf(tab.messages[1])
    await tab.addToolApprovalResponse({ id: part?.approval?.id ?? '', approved: true })
    await vi.waitUntil(async () => (await me.call('GET', `/chats/${chatId}`)).body.activeStreamId !== null)

    await me.call('POST', `/chats/${chatId}/stop`)

    const stored = await me.load(chatId)
    expect(toolOf(stored[1])).toMatchObject({ state: 'output-error', approval: { approved: true } })
    await vi.waitUntil(() => tab.status === 'error') // it sent the approval again, which is rejected
    const reloaded = me.openTab(chatId, stored)
    await reloaded.sendMessage({ text: 'Hello' })
    expect(reloaded.text).toContain('You said: Hello')
  })

  test('cannot be forged by a client', async ({ me }) => {
    const chatId = await me.createChat()
    const tab = me.openTab(chatId)
    await tab.sendMessage({ text: 'email bob@example.test' })
    const forged = structuredClone(tab.messages[1]!)
    Object.assign(toolOf(forged)!, {
      state: 'approval-responded',
      input: { to: 'eve@example.test' },
      approval: { id: 'another', approved: true },
    })

    const { status } = await me.call('POST', `/chats/${chatId}/messages`, { message: forged })

    expect(status).toBe(409)
    deepStrictEqual(await me.load(chatId), tab.held)
  })
})

describe('a chat', () => {
  test('of another user does not exist', async ({ me, db }) => {
    const chatId = await me.createChat()
    await me.openTab(chatId).sendMessage({ text: 'A secret' })
    const { userId } = await db.users.create(aUser())
    const other = me.as(userId)

    const paths = [`/chats/${chatId}`, `/chats/${chatId}/stream`]
    const answers = await Promise.all([
      ...paths.map((path) => other.call('GET', path)),
      other.call('DELETE', `/chats/${chatId}`),
      other.call('PATCH', `/chats/${chatId}`, { title: 'Mine' }),
      other.call('POST', `/chats/${chatId}/stop`),
    ])
    const submitted = await other.submit(chatId, 'Hello')

    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404, 404])
    expect(submitted.status).toBe(404)
    expect((await other.call('GET', '/search?words=secret')).body.items).toEqual([])
    // An id is a name of its user's own: a chat of the same id tells nothing of the other.
    expect((await other.call('POST', '/chats', { id: chatId })).status).toBe(201)
    expect(await other.load(chatId)).toEqual([])
    expect(await me.load(chatId)).toHaveLength(2)
  })

  test('is served by a login that owns nothing, and its history has the user and the request', async ({
    me,
    db,
    appUrl,
  }) => {
    const chatId = await me.createChat()
    await me.call('PATCH', `/chats/${chatId}`, { title: 'Renamed' })

    const { items } = await db.auditLog.listByEntity('chat', `${me.userId}/${chatId}`)
    expect(
      items.map(({ action, userId, requestId, ipAddress }) => [action, userId, requestId, ipAddress]),
    ).toEqual([
      ['update', me.userId, expect.stringMatching(/^req-/), '127.0.0.1'],
      ['create', me.userId, expect.stringMatching(/^req-/), '127.0.0.1'],
    ])
    await using served = openDatabase(appUrl)
    expect(await served.kysely.selectFrom('chats').select('id').execute()).toEqual([])
  })

  test('is listed in pages, renamed, found and deleted', async ({ me }) => {
    const first = await me.createChat()
    const second = await me.createChat()
    await me.openTab(first).sendMessage({ text: 'Šķēle' })

    const page = (await me.call('GET', '/chats?limit=1')).body
    const rest = (await me.call('GET', `/chats?limit=1&after=${page.next}`)).body
    const named = await me.call('PATCH', `/chats/${first}`, { title: 'People' })
    const tooLong = await me.call('PATCH', `/chats/${first}`, { title: 'x'.repeat(256) })
    const found = (await me.call('GET', '/search?words=skele')).body
    const part = (await me.call('GET', `/chats/${first}?limit=1`)).body
    const deleted = await me.call('DELETE', `/chats/${first}`)

    expect([page, rest].map(({ items }) => items[0]!.chatId)).toEqual([first, second])
    expect(named).toMatchObject({ status: 200, body: { title: 'People' } })
    expect(tooLong).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining('255 characters') },
    })
    expect(found.items).toMatchObject([{ chatId: first }])
    expect(part).toMatchObject({ messages: [{ role: 'assistant' }], before: expect.any(Number) })
    expect(deleted.status).toBe(204)
    expect((await me.call('GET', `/chats/${first}`)).status).toBe(404)
  })

  test('can be deleted while an answer is generated', async ({ me }) => {
    const chatId = await me.createChat()
    const tab = me.openTab(chatId)
    const sending = tab.sendMessage({ text: 'Hello' })
    await middle(tab)

    const { status } = await me.call('DELETE', `/chats/${chatId}`)

    await sending
    expect([status, tab.status]).toEqual([204, 'ready'])
  })

  test.for([
    { why: 'no message', body: {} },
    {
      why: 'a system message',
      body: { message: { id: 'm', role: 'system', parts: [{ type: 'text', text: '' }] } },
    },
    { why: 'no parts', body: { message: { id: 'm', role: 'user', parts: [] } } },
    { why: 'an empty id', body: { message: { id: '', role: 'user', parts: [{ type: 'text', text: 'x' }] } } },
  ])('rejects $why, and can be answered afterwards', async ({ body }, { me, db }) => {
    const chatId = await me.createChat()

    const refused = await me.call('POST', `/chats/${chatId}/messages`, body)

    const { userId } = me
    expect(refused.status).toBe(400)
    expect(await db.chats.load(chatId, { userId })).toMatchObject({ messages: [], activeStreamId: null })
  })
})

describe('the process', () => {
  test('that is killed in the middle of an answer: the chat can be loaded and continued in the next one', async ({
    me,
    appUrl,
  }) => {
    const killed = await Service.start(appUrl, DELAY)
    me.service = killed
    const chatId = await me.createChat()
    const lost = me.openTab(chatId)
    const sending = lost.sendMessage({ text: 'Hello' })
    await middle(lost)
    await killed.end('SIGKILL')
    await sending

    await using next = await Service.start(appUrl, 1)
    me.service = next
    const { body } = await me.call('GET', `/chats/${chatId}`)
    const tab = me.openTab(chatId, body.messages)
    await tab.resumeStream()
    await tab.regenerate()

    expect(lost.status).toBe('error')
    expect(body).toMatchObject({ activeStreamId: null, messages: [{ role: 'user' }] })
    expect(tab.messages).toHaveLength(2)
    deepStrictEqual(await me.load(chatId), tab.held)
  })

  test('that is killed: a message sent before the chat is loaded is answered', async ({ me, db }) => {
    const { userId } = me
    const { chatId } = await db.chats.create({ userId })
    await db.chats.claimStream(chatId, 'of a crashed process', { userId })
    const call = {
      type: 'tool-findCustomers',
      toolCallId: 'c',
      state: 'input-available',
      input: { name: 'x' },
    }
    await db.chats.save(chatId, [{ id: 'a', role: 'assistant', parts: [call] }], { userId })

    const response = await me.submit(chatId, 'Hello')
    await response.text()

    expect(response.status).toBe(200)
    const messages = await me.load(chatId)
    expect(messages).toHaveLength(3)
    expect(toolOf(messages[0])).toMatchObject({ state: 'output-error' })
  })

  test('that is terminated: current answers are saved up to there', async ({ me, appUrl }) => {
    const service = await Service.start(appUrl, DELAY)
    me.service = service
    const chatId = await me.createChat()
    const tab = me.openTab(chatId)
    const sending = tab.sendMessage({ text: 'Hello' })
    await middle(tab)

    const exitCode = await service.end('SIGTERM')

    await sending
    await using next = await Service.start(appUrl, 1)
    me.service = next
    expect([exitCode, words(tab) < 30]).toEqual([0, true])
    deepStrictEqual(await me.load(chatId), tab.held)
  })
})
