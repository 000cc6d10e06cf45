import { describe, expect } from 'vitest'
import type { ChatMessage, Database, Page, PageRequest } from '../../src/index.ts'
import { test } from '../support/database.ts'
import { aCustomer, aPerson, aUser } from '../support/factories.ts'

/** A list: how to read a page of it, and how to put a row in and take one out again. */
interface List {
  page(request: PageRequest): Promise<Page<object>>
  idOf(row: object): string
  add(): Promise<string>
  remove?(id: string): Promise<unknown>
}

const id = (name: string) => (row: object) => (row as Record<string, string>)[name] as string

const LISTS: Record<string, (db: Database) => Promise<List> | List> = {
  'users.list': (db) => ({
    page: (request) => db.users.list(request),
    idOf: id('userId'),
    add: async () => (await db.users.create(aUser())).userId,
    remove: (userId) => db.users.delete(userId),
  }),
  'users.list by role and words': (db) => ({
    page: (request) => db.users.list({ ...request, role: 'moderator', search: 'walk' }),
    idOf: id('userId'),
    add: async () =>
      (await db.users.create(aUser({ role: 'moderator', name: Math.random() < 0.5 ? 'Walker' : 'A walk' })))
        .userId,
    remove: (userId) => db.users.delete(userId),
  }),
  'customers.list': (db) => ({
    page: (request) => db.customers.list(request),
    idOf: id('customerId'),
    add: async () => (await db.customers.create(aCustomer())).customerId,
    remove: (customerId) => db.customers.delete(customerId),
  }),
  'customers.list by everything': (db) => ({
    page: (request) =>
      db.customers.list({
        ...request,
        status: 'active',
        industry: 'walking',
        billingCountry: 'LV',
        search: 'acme',
      }),
    idOf: id('customerId'),
    add: async () =>
      (await db.customers.create(aCustomer({ status: 'active', industry: 'walking', billingCountry: 'LV' })))
        .customerId,
    remove: (customerId) => db.customers.delete(customerId),
  }),
  'customers.listContacts': async (db) => {
    const { customerId } = await db.customers.create(aCustomer())
    return {
      page: (request) => db.customers.listContacts(customerId, request),
      idOf: id('personId'),
      add: async () => {
        const { personId } = await db.people.create(aPerson())
        await db.customers.addContact(customerId, personId, {
          startDate: `2026-01-0${1 + Math.floor(Math.random() * 3)}`,
        })
        return personId
      },
      remove: (personId) => db.people.delete(personId),
    }
  },
  'people.list': (db) => ({
    page: (request) => db.people.list({ ...request, isActive: true }),
    idOf: id('personId'),
    add: async () => (await db.people.create(aPerson())).personId,
    remove: (personId) => db.people.delete(personId),
  }),
  'people.listCustomersOf': async (db) => {
    const { personId } = await db.people.create(aPerson())
    return {
      page: (request) => db.people.listCustomersOf(personId, request),
      idOf: id('customerId'),
      add: async () => {
        const { customerId } = await db.customers.create(aCustomer())
        await db.customers.addContact(customerId, personId)
        return customerId
      },
      remove: (customerId) => db.customers.delete(customerId),
    }
  },
  'chats.listByUser': async (db) => {
    const { userId } = await db.users.create(aUser())
    return {
      page: (request) => db.chats.listByUser(userId, request),
      idOf: id('chatId'),
      add: async () => (await db.chats.create({ userId })).chatId,
      remove: (chatId) => db.chats.delete(chatId, { userId }),
    }
  },
  'chats.search': async (db) => {
    const { userId } = await db.users.create(aUser())
    return {
      page: (request) => db.chats.search(userId, 'walk', request),
      idOf: id('chatId'),
      add: async () => {
        const { chatId } = await db.chats.create({ userId })
        const words = Math.random() < 0.5 ? 'walking' : 'a long walk'
        await db.chats.save(
          chatId,
          [{ id: 'm', role: 'user', parts: [{ type: 'text', text: words }] } as unknown as ChatMessage],
          {
            userId,
          },
        )
        return chatId
      },
      remove: (chatId) => db.chats.delete(chatId, { userId }),
    }
  },
  // Entries are never deleted.
  'auditLog.list': (db) => ({
    page: (request) => db.auditLog.list({ ...request, from: new Date(0) }),
    idOf: id('id'),
    add: async () => (await db.auditLog.record({ entityType: 'a', entityId: 'list', action: 'walk' })).id,
  }),
  'auditLog.listByEntity': (db) => ({
    page: (request) => db.auditLog.listByEntity('an', 'entity', request),
    idOf: id('id'),
    add: async () => (await db.auditLog.record({ entityType: 'an', entityId: 'entity', action: 'walk' })).id,
  }),
  'auditLog.listByAction': (db) => ({
    page: (request) => db.auditLog.listByAction('act', request),
    idOf: id('id'),
    add: async () => (await db.auditLog.record({ entityType: 'an', entityId: 'act', action: 'act' })).id,
  }),
  'auditLog.listByUser': async (db) => {
    const { userId } = await db.users.create(aUser())
    return {
      page: (request) => db.auditLog.listByUser(userId, request),
      idOf: id('id'),
      add: async () =>
        (await db.auditLog.record({ userId, entityType: 'a', entityId: 'user', action: 'act' })).id,
    }
  },
}

describe.for(Object.entries(LISTS))('%s', ([, open]) => {
  test('no row comes twice, and none that stays is missed, while others come and go', async ({ db }) => {
    const list = await open(db)
    const stay = await Promise.all(Array.from({ length: 60 }, () => list.add()))
    const leave = list.remove ? await Promise.all(Array.from({ length: 30 }, () => list.add())) : []
    const seen: string[] = []
    let after: string | undefined

    do {
      const page = await list.page({ limit: 7, after })
      seen.push(...page.items.map(list.idOf))
      expect(page.items.length === 7 || page.next === undefined).toBe(true)
      after = page.next
      await Promise.all([list.add(), ...leave.splice(0, 3).map((each) => list.remove?.(each))])
    } while (after)

    expect(new Set(seen).size).toBe(seen.length)
    expect(seen).toEqual(expect.arrayContaining(stay))
  })

  test('the page that ends the list exactly is the last one', async ({ db }) => {
    const list = await open(db)
    await list.add()
    await list.add()
    let after: string | undefined
    let rest = await list.page({ limit: 200 })
    while (rest.next) {
      after = rest.next
      rest = await list.page({ limit: 200, after })
    }

    const exact = await list.page({ limit: rest.items.length, after })

    expect(exact.items.length).toBeGreaterThan(0)
    expect(exact.items.map(list.idOf)).toEqual(rest.items.map(list.idOf))
    expect(exact.next).toBeUndefined()
  })
})
