import { sql } from 'kysely'
import { beforeAll, expect } from 'vitest'
import { ConstraintError, type Database, InvalidInputError } from '../../../src/index.ts'
import { test } from '../../support/database.ts'
import { aUser, caught, HASH } from '../../support/factories.ts'

const USER_ID = '01930c7a-5b3e-7000-8000-000000000000'
const NUL = 'a\0b'
const HALF = 'half \ud83d of a pair'
const INJECTION = "'; drop table users; --"

type Call = (users: Database['users']) => Promise<unknown>

/** Each call and the field that its error must name, in the form of the caller or of the column. */
const CALLS: [field: string, call: Call][] = [
  // Types
  ...[undefined, null, 42, true, {}, [], Symbol('s'), () => 'x', 10n, new Date()].flatMap(
    (value): [string, Call][] => [
      ['name', (users) => users.create(aUser({ name: value as never }))],
      ['email', (users) => users.create(aUser({ email: value as never }))],
      ['userId', (users) => users.find(value as never)],
      ['email', (users) => users.findByEmail(value as never)],
      ['role', (users) => users.setRole(USER_ID, value as never)],
      ['passwordHash', (users) => users.setPassword(USER_ID, value as never)],
    ],
  ),
  ...[null, 42, 'text', [], undefined].flatMap((value): [string, Call][] => [
    ['user', (users) => users.create(value as never)],
    ['change', (users) => users.update(USER_ID, value as never)],
    ['signIn', (users) => users.signInWithProvider(value as never)],
  ]),
  ['request', (users) => users.list(null as never)],
  ['request', (users) => users.list('all' as never)],
  ['userIds', (users) => users.deleteMany('all' as never)],
  ['userIds', (users) => users.deleteMany({ length: 1 } as never)],
  ['userIds[1]', (users) => users.deleteMany([USER_ID, 'ada'])],
  ['userIds[0]', (users) => users.deleteMany(new Array(1) as never)],

  // Lengths and forms
  ['name', (users) => users.create(aUser({ name: 'x' }))],
  ['name', (users) => users.create(aUser({ name: 'x'.repeat(101) }))],
  ['name', (users) => users.create(aUser({ name: 'x'.repeat(1_000_000) }))],
  ['email', (users) => users.create(aUser({ email: '' }))],
  ['email', (users) => users.create(aUser({ email: 'ada' }))],
  ['email', (users) => users.create(aUser({ email: 'a b@example.test' }))],
  ['email', (users) => users.create(aUser({ email: `${'x'.repeat(255)}@example.test` }))],
  ['email', (users) => users.create(aUser({ email: `${'x'.repeat(100_000)}@example.test` }))],
  ['passwordHash', (users) => users.create(aUser({ passwordHash: 'correct horse battery staple' }))],
  ['passwordHash', (users) => users.create(aUser({ passwordHash: '' }))],
  ['passwordHash', (users) => users.create(aUser({ passwordHash: `${HASH}x` }))],
  ['passwordHash', (users) => users.create(aUser({ passwordHash: `${HASH}\n` }))],
  ['passwordHash', (users) => users.create(aUser({ passwordHash: `$2b$10$${'ä'.repeat(53)}` }))],
  ['passwordHash', (users) => users.setPassword(USER_ID, 'hunter2')],
  ['provider', (users) => users.create(aUser({ provider: 'myspace' as never, providerId: '1' }))],
  ['provider', (users) => users.create(aUser({ providerId: 'without a provider' }))],
  ['provider_id', (users) => users.create(aUser({ provider: 'google' }))],
  ['provider_id', (users) => users.create(aUser({ provider: 'google', providerId: '' }))],
  ['provider_id', (users) => users.create(aUser({ provider: 'google', providerId: 'x'.repeat(256) }))],
  ['password', (users) => users.create({ name: 'Ada', email: 'ada@example.test' })],
  ['password', (users) => users.create({ name: 'Ada', email: 'ada@example.test', passwordHash: null })],
  ['role', (users) => users.create(aUser({ role: 'superuser' as never }))],
  ['role', (users) => users.create(aUser({ role: null as never }))],
  ['role', (users) => users.create(aUser({ role: 'Admin' as never }))],
  ['role', (users) => users.list({ role: 'superuser' as never })],
  ['name', (users) => users.update(USER_ID, { name: null as never })],
  ['email', (users) => users.update(USER_ID, { email: 7 as never })],
  [
    'provider',
    (users) =>
      users.signInWithProvider({ provider: 'x' as never, providerId: '1', email: 'a@b', name: 'Ab' }),
  ],
  [
    'providerId',
    (users) => users.signInWithProvider({ provider: 'google', email: 'a@b', name: 'Ab' } as never),
  ],
  [
    'name',
    (users) => users.signInWithProvider({ provider: 'google', providerId: '1', email: 'a@b', name: 'A' }),
  ],

  // Unknown names
  ['passwrod', (users) => users.create({ ...aUser(), passwrod: HASH } as never)],
  ['password', (users) => users.create({ ...aUser(), password: HASH } as never)],
  ['userId', (users) => users.create({ ...aUser(), userId: USER_ID } as never)],
  ['role', (users) => users.update(USER_ID, { role: 'admin' } as never)],
  ['passwordHash', (users) => users.update(USER_ID, { passwordHash: HASH } as never)],
  ['__proto__', (users) => users.update(USER_ID, JSON.parse('{"__proto__":{"name":"Polluted"}}'))],
  ['offset', (users) => users.list({ offset: 10 } as never)],

  // NUL and lone surrogates
  ...[NUL, HALF].flatMap((value): [string, Call][] => [
    ['name', (users) => users.create(aUser({ name: value }))],
    ['email', (users) => users.create(aUser({ email: value }))],
    ['providerId', (users) => users.create(aUser({ provider: 'google', providerId: value }))],
    ['name', (users) => users.update(USER_ID, { name: value })],
    ['email', (users) => users.findByEmail(value)],
    ['email', (users) => users.existsByEmail(value)],
    ['email', (users) => users.findCredentialsByEmail(value)],
  ]),

  // Injection
  ['userId', (users) => users.find(INJECTION)],
  ['userId', (users) => users.get(`${USER_ID}${INJECTION}`)],
  ['userId', (users) => users.update(`${USER_ID}\n`, { name: 'Newline' })],
  ['userId', (users) => users.delete(INJECTION)],
  ...(['deactivate', 'reactivate', 'recordSignIn', 'export'] as const).map((method): [string, Call] => [
    'userId',
    (users) => users[method](INJECTION),
  ]),
  ['userIds[0]', (users) => users.deleteMany([INJECTION])],
  ['role', (users) => users.setRole(USER_ID, INJECTION as never)],
  ['email', (users) => users.create(aUser({ email: INJECTION }))],

  // Limits
  ...[0, -1, 201, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 1e308, '10', null, 10n, {}].map(
    (limit): [string, Call] => ['limit', (users) => users.list({ limit: limit as never })],
  ),

  // Cursors
  ...[
    '',
    'x',
    INJECTION,
    42,
    null,
    {},
    'AAAA',
    Buffer.from('users.list 0').toString('base64url'),
    Buffer.from(`users.list 0 ${USER_ID} more`).toString('base64url'),
    Buffer.from(`users.list x ${USER_ID}`).toString('base64url'),
    Buffer.from(`users.list 99999999999999999 ${USER_ID}`).toString('base64url'),
    Buffer.from(`users.list -8640000000000000 ${USER_ID}`).toString('base64url'),
    Buffer.from(`users.list 1e3 ${USER_ID}`).toString('base64url'),
    Buffer.from(`users.list 0 ${INJECTION}`).toString('base64url'),
    Buffer.from(`customers.list 0 ${USER_ID}`).toString('base64url'),
    `${Buffer.from(`users.list 0 0 ${USER_ID}`).toString('base64url')}=`,
    `${Buffer.from(`users.list 0 0 ${USER_ID}`).toString('base64url')}\n`,
  ].map((after): [string, Call] => ['after', (users) => users.list({ after: after as never })]),

  // Options of a call
  ...[0, -5, Number.NaN, '100', 2 ** 31, null].map((timeout): [string, Call] => [
    'timeout',
    (users) => users.list({}, { timeout: timeout as never }),
  ]),
  ['signal', (users) => users.list({}, { signal: 'stop' as never })],
]

const contents = async (db: Database) =>
  (await sql`select * from users order by user_id`.execute(db.kysely)).rows

let before: unknown

beforeAll(async () => {
  expect(CALLS.length).toBeGreaterThan(100)
})

test.for(CALLS.map(([field, call], index) => ({ field, call, index })))(
  'bad input $index names $field',
  async ({ field, call }, { db }) => {
    before ??= await db.users.create(aUser()).then(() => contents(db))

    const error = await caught(call(db.users))

    if (error instanceof ConstraintError) expect(error.columns).toContain(field)
    else {
      expect(error).toBeInstanceOf(InvalidInputError)
      expect((error as InvalidInputError).field).toBe(field)
      expect(String(error)).not.toContain('correct horse')
    }
    expect(await contents(db)).toEqual(before)
  },
)

test('unusual but harmless input is not found', async ({ db }) => {
  expect(await db.users.findByEmail(INJECTION)).toBeUndefined()
  expect(await db.users.findByEmail('x'.repeat(1_000_000))).toBeUndefined()
  expect(await db.users.list({ search: INJECTION })).toEqual({ items: [] })
  expect(await db.users.list({ search: '%'.repeat(10_000) })).toEqual({ items: [] })
  for (const search of [
    `${NUL}x9x`,
    `x9x${HALF}`,
    `x9x${'\u0301\u0323'.repeat(20_000)}`,
    `x9x & | ! <-> :* ( ' \\ "`,
  ])
    expect(await db.users.list({ search }), search.slice(0, 9)).toEqual({ items: [] })
  expect(
    await db.users.list({ after: Buffer.from(`users.list 0 0 ${USER_ID}`).toString('base64url') }),
  ).toEqual({ items: [] })
})

test('unusual but storable values are returned unchanged', async ({ db }) => {
  for (const name of [
    '👩‍👩‍👧‍👦 Family',
    "Robert'); drop table users;--",
    'İstanbul ß ﬁ',
    '\u202eright to left',
    '  padded  ',
    '\\N',
    '{"json":1}',
  ]) {
    const user = await db.users.create(aUser({ name }))
    expect(user.name).toBe(name)
    expect((await db.users.get(user.userId)).name).toBe(name)
    expect((await db.users.list({ search: name, limit: 200 })).items, name).toContainEqual(user)
  }
})
