import { sql } from 'kysely'
import { describe, expect } from 'vitest'
import { ConstraintError, InvalidInputError, openDatabase, violates } from '../../src/index.ts'
import { test } from '../support/database.ts'
import { aUser, caught } from '../support/factories.ts'

const ENTRY = { entityType: 'user', entityId: '1', action: 'update' }

describe('record', () => {
  test('an entry is returned as it was recorded', async ({ db }) => {
    const { userId } = await db.users.create(aUser())
    const given = {
      userId,
      entityType: 'customer',
      entityId: 'c-1',
      action: 'rename',
      changes: { name: ['Old', 'New'], size: 1.5, nothing: null, nested: [{ deep: true }] },
      ipAddress: '2001:db8::1',
      userAgent: 'Mozilla/5.0',
    }

    const entry = await db.auditLog.record(given)

    expect(entry).toEqual({
      id: expect.any(String),
      ...given,
      ...{ requestId: null, system: null, isHistory: false },
      createdAt: expect.any(Date),
    })
    expect((await db.auditLog.listByEntity('customer', 'c-1')).items).toEqual([entry])
  })

  test('omitted fields are null', async ({ db }) => {
    expect(await db.auditLog.record(ENTRY)).toMatchObject({
      userId: null,
      changes: null,
      ipAddress: null,
      userAgent: null,
    })
  })

  test('joins the transaction in which it is called', async ({ db }) => {
    await caught(
      db.transaction(async (tx) => {
        await tx.auditLog.record({ ...ENTRY, action: 'undone' })
        throw new Error('no')
      }),
    )

    expect(await db.auditLog.listByAction('undone')).toEqual({ items: [] })
  })

  test.for([
    ['userId', { userId: 'me' }],
    ['entityType', { entityType: 7 }],
    ['ipAddress', { ipAddress: '300.1.1.1' }],
    ['ipAddress', { ipAddress: '10.0.0.1/33' }],
    ['ipAddress', { ipAddress: 'fe80::1%eth0' }],
    ['ipAddress', { ipAddress: '' }],
    ['changes', { changes: () => 1 }],
    ['changes', { changes: Symbol('s') }],
    ['changes', { changes: { big: 1n } }],
    ['changes', { changes: { text: 'a\0b' } }],
    ['changes', { changes: { 'a\0b': null } }],
    ['changes', { changes: ['\ud83d'] }],
    ['user', { user: 'me' }],
  ] as const)('a bad %s is refused before it is sent', async ([field, given], { db }) => {
    const error = await caught(db.auditLog.record({ ...ENTRY, ...(given as object) }))
    expect(error).toBeInstanceOf(InvalidInputError)
    expect((error as InvalidInputError).field).toBe(field)
  })

  test('circular changes are rejected', async ({ db }) => {
    const changes: Record<string, unknown> = {}
    changes.self = changes

    expect(await caught(db.auditLog.record({ ...ENTRY, changes }))).toBeInstanceOf(InvalidInputError)
  })

  test.for([
    [{ action: '' }, 'audit_log_action_check'],
    [{ entityId: 'x'.repeat(256) }, 'audit_log_entity_id_check'],
    [{ entityType: 'x'.repeat(51) }, 'audit_log_entity_type_check'],
    [{ userId: '01930c7a-5b3e-7000-8000-000000000000' }, 'audit_log_user_id_fkey'],
  ] as const)('%o violates %s', async ([given, constraint], { db }) => {
    expect(violates(await caught(db.auditLog.record({ ...ENTRY, ...given })), constraint)).toBe(true)
  })

  test('every form of an address that PostgreSQL accepts is accepted', async ({ db }) => {
    for (const [given, stored] of [
      ['127.0.0.1', '127.0.0.1'],
      ['10.1.2.3/8', '10.1.2.3/8'],
      ['::ffff:10.0.0.1', '::ffff:10.0.0.1'],
      ['2001:DB8:0:0:0:0:0:1/64', '2001:db8::1/64'],
    ] as const) {
      expect((await db.auditLog.record({ ...ENTRY, ipAddress: given })).ipAddress).toBe(stored)
    }
  })
})

describe('append-only', () => {
  test('entries cannot be changed or deleted by any statement', async ({ db, url }) => {
    await using owner = openDatabase(url)
    await db.auditLog.record(ENTRY)

    for (const query of [
      sql`update audit_log set action = 'forged'`,
      sql`delete from audit_log`,
      sql`truncate audit_log`,
    ]) {
      const error = await caught(query.execute(owner.kysely))
      expect(error).toBeInstanceOf(ConstraintError)
      expect(violates(error, 'audit_log_append_only')).toBe(true)
    }
  })

  test('an entry outlives its user', async ({ db }) => {
    const { userId } = await db.users.create(aUser())
    const entry = await db.auditLog.record({ ...ENTRY, userId, action: 'outlive' })

    await db.users.delete(userId)

    expect((await db.auditLog.listByAction('outlive')).items).toEqual([{ ...entry, userId: null }])
  })
})

describe('list', () => {
  test('filters by user, action, entity and time, and all of them together', async ({ db }) => {
    const { userId } = await db.users.create(aUser())
    const wanted = await db.auditLog.record({ userId, entityType: 'chat', entityId: '9', action: 'filter' })
    await db.auditLog.record({ userId, entityType: 'chat', entityId: '9', action: 'other' })
    await db.auditLog.record({ userId, entityType: 'chat', entityId: '8', action: 'filter' })
    await db.auditLog.record({ entityType: 'chat', entityId: '9', action: 'filter' })
    const all = { userId, entityType: 'chat', entityId: '9', action: 'filter' }
    const at = wanted.createdAt
    const later = new Date(at.getTime() + 1)

    expect(await db.auditLog.list(all)).toEqual({ items: [wanted] })
    expect(await db.auditLog.list({ ...all, from: at, to: later })).toEqual({ items: [wanted] })
    expect(await db.auditLog.list({ ...all, from: later })).toEqual({ items: [] })
    expect(await db.auditLog.list({ ...all, to: at })).toEqual({ items: [] })
    expect((await db.auditLog.listByUser(userId, { to: later })).items).toContainEqual(wanted)
  })

  test('a time range keeps its limits across pages', async ({ db }) => {
    const entries = []
    for (let n = 0; n < 6; n += 1) {
      entries.push(await db.auditLog.record({ ...ENTRY, entityId: `span ${n}`, action: 'span' }))
      await new Promise((resolve) => setTimeout(resolve, 3))
    }
    const span = { from: entries[1]!.createdAt, to: entries[5]!.createdAt, limit: 3 }

    const first = await db.auditLog.listByAction('span', span)
    const second = await db.auditLog.listByAction('span', { ...span, after: first.next })
    const narrowed = await db.auditLog.listByAction('span', {
      ...span,
      to: entries[2]!.createdAt,
      after: first.next,
    })

    expect([...first.items, ...second.items]).toEqual(entries.slice(1, 5).reverse())
    expect(second.next).toBeUndefined()
    expect(narrowed.items).toEqual([entries[1]])
  })

  test('an entity is named by type and id', async ({ db }) => {
    const error = await caught(db.auditLog.list({ entityType: 'user' }))

    expect((error as InvalidInputError).field).toBe('entityId')
  })
})

const SECRETS = `password Password PASSWORD passWord pass_word pass-word "pass word" userPassword new_password
  passwordHash password_confirmation oldPASSWORD passwd db_passwd pwd userPwd passphrase pass smtpPass passcode
  passw0rd p@ssword pa$$word PassWort mot_de_passe contraseña пароль ｐａｓｓｗｏｒｄ pаssword pass\u200bword
  secret SECRET clientSecret client_secret secret-key s3cret token Token accessToken access_token refresh-token idToken
  csrfToken t0ken apiKey api_key API-KEY APIKey x-api-key "Api Key" apikey2 authorization Authorization
  Proxy-Authorization auth basicAuth cookie Cookie Set-Cookie cookies credential credentials aws_credentials
  privateKey private_key PRIVATE-KEY sshKey accessKeyId signingKey sessionId session_id jwt JWT bearer otp totp pin
  userPin cvv cvc ssn creditCard card_number connectionString DATABASE_URL salt mfaCode stripeKey openai-key seed mnemonic resetLink magicLink session oauth pinCode
  authHeader cvv2 loginCode pswd`
  .match(/"[^"]+"|\S+/g)!
  .map((key) => key.replaceAll('"', ''))

const HARMLESS =
  `name email author authority passenger compass passThrough shipping opinion spin tokens secretary
  secretaryName assault basalt sidebar keyboard monkey key title description billingCountry personId hashtag
  sessionCount authorId location iban passwordChangedAt tokenType tokenizer cookieConsent primaryKey publicKey
  passwordPolicy tokenExpiresAt keyboard keys`.match(/\S+/g)!

describe('secrets', () => {
  test.for(SECRETS)('the value of %s never reaches the database', async (key, { db }) => {
    const hidden = 'hunter2-7f3a'
    const entry = await db.auditLog.record({
      ...ENTRY,
      changes: {
        [key]: hidden,
        before: { user: [{ settings: { [key]: { value: hidden, list: [hidden] } } }] },
        body: JSON.stringify({ deep: { [key]: hidden } }),
        headers: [
          [key.replaceAll(' ', ''), hidden],
          ['accept', '*/*'],
        ],
        fields: [{ field: key.replaceAll(' ', ''), before: hidden, after: hidden }],
        code: { [key]: 20_261_123 },
      },
    })

    const { rows } = await sql<{ text: string }>`
      select changes::text as text from audit_log where id = ${entry.id}`.execute(db.kysely)
    expect(rows[0]!.text).not.toContain(hidden)
    expect(rows[0]!.text).not.toContain('20261123')
    expect(rows[0]!.text).toContain('[redacted]')
    expect(rows[0]!.text).toContain('*/*')
  })

  test('values whose names only resemble a secret are kept', async ({ db }) => {
    const changes = Object.fromEntries(HARMLESS.map((key) => [key, `value of ${key}`]))
    delete changes.tokens
    const more = { maxTokens: 100, inputTokens: 3, token_count: 7, passwordChanged: true, secret: null }

    const entry = await db.auditLog.record({ ...ENTRY, changes: { ...changes, ...more } })

    expect(entry.changes).toEqual({ ...changes, ...more })
  })

  test('values without a JSON equivalent are kept, without their secrets', async ({ db }) => {
    const changes = {
      map: new Map<string, unknown>([
        ['password', 'x'],
        ['name', 'Ada'],
      ]),
      set: new Set(['a', 'b']),
      headers: new Headers({ authorization: 'x', accept: '*/*' }),
      rawHeaders: ['Authorization', 'x', 'Accept', '*/*'],
      url: 'postgres://ada:hunter2@db.example.test/crm',
      header: 'Bearer abc.def',
    }

    expect((await db.auditLog.record({ ...ENTRY, changes })).changes).toEqual({
      map: { password: '[redacted]', name: 'Ada' },
      set: ['a', 'b'],
      headers: { authorization: '[redacted]', accept: '*/*' },
      rawHeaders: ['Authorization', '[redacted]', 'Accept', '*/*'],
      url: 'postgres://ada:[redacted]@db.example.test/crm',
      header: '[redacted]',
    })
  })

  test('text that only looks like JSON is not changed', async ({ db }) => {
    const changes = { text: '{ "a" : 1 }', broken: '{"password":', list: '[1, 2]', name: 'password' }

    expect((await db.auditLog.record({ ...ENTRY, changes })).changes).toEqual(changes)
  })

  test('the list can be extended by words and patterns, also in a transaction', async ({ openAnother }) => {
    const db = openAnother({ redact: ['iban', /^x-internal-/i] })
    const changes = { customerIBAN: 'LV80BANK', 'X-Internal-Id': '7', internal: 'stays' }
    const expected = { customerIBAN: '[redacted]', 'X-Internal-Id': '[redacted]', internal: 'stays' }

    expect((await db.auditLog.record({ ...ENTRY, changes })).changes).toEqual(expected)
    const inside = await db.transaction((tx) => tx.auditLog.record({ ...ENTRY, changes }))
    expect(inside.changes).toEqual(expected)
    expect(() => openAnother({ redact: [7 as never] })).toThrow(InvalidInputError)
  })

  test('the input is not changed', async ({ db }) => {
    const changes = { password: 'x', list: [{ token: 'y' }] }

    await db.auditLog.record({ ...ENTRY, changes })

    expect(changes).toEqual({ password: 'x', list: [{ token: 'y' }] })
  })
})
