import type { StandardSchemaV1 as Spec } from '@standard-schema/spec'
import type { Insertable, Updateable } from 'kysely'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { CONSTRAINTS, TABLES } from '../../generated/catalog.ts'
import type { DB } from '../../generated/database.ts'
import { TABLE_RULES } from '../../generated/validation.ts'
import {
  type InsertOf,
  type Json,
  type StandardSchemaV1,
  UNCHECKED,
  type UpdateOf,
  validators,
} from '../../src/validators.ts'

const HASH = `$2b$10$${'h'.repeat(53)}`
const USER = { name: 'Ada', email: 'ada@example.test', password: HASH }

/** Validates a value in the way of a library that supports Standard Schema. */
function standardValidate<Schema extends Spec>(
  schema: Schema,
  input: Spec.InferInput<Schema>,
): Spec.InferOutput<Schema> {
  const result = schema['~standard'].validate(input)
  if (result instanceof Promise) throw new TypeError('not synchronous')
  if (result.issues) throw new Error(JSON.stringify(result.issues))
  return result.value
}

const issuesOf = (schema: StandardSchemaV1<unknown>, value: unknown) =>
  schema['~standard'].validate(value).issues

const messagesOf = (schema: StandardSchemaV1<unknown>, value: unknown) =>
  schema['~standard'].validate(value).issues?.map(({ message, path }) => [path?.join('.'), message])

describe('a library that supports Standard Schema', () => {
  test('finds the properties of the specification', () => {
    for (const { insert, update } of Object.values(validators)) {
      for (const { '~standard': standard } of [insert, update]) {
        expect(standard).toMatchObject({
          version: 1,
          vendor: 'norberts-spark',
          validate: expect.any(Function),
        })
      }
    }
    expectTypeOf<StandardSchemaV1<'in', 'out'>>().toExtend<Spec<'in', 'out'>>()
    expectTypeOf<Spec.InferInput<StandardSchemaV1<'in', 'out'>>>().toEqualTypeOf<'in'>()
    expectTypeOf<Spec.InferOutput<StandardSchemaV1<'in', 'out'>>>().toEqualTypeOf<'out'>()
  })

  test('gets exactly the input values', () => {
    const given = Object.freeze({ ...USER, role: 'admin' as const, createdAt: undefined })
    const value = standardValidate(validators.users.insert, given)

    expect(value).toEqual({ ...USER, role: 'admin' })
    expect(Object.keys(value)).not.toContain('createdAt')
    expect(value).not.toBe(given)
  })
})

describe('types', () => {
  test('equal those of the rows, in camelCase', () => {
    type User = StandardSchemaV1.InferOutput<typeof validators.users.insert>
    expectTypeOf<User['role']>().toEqualTypeOf<'user' | 'admin' | 'moderator' | undefined>()
    expectTypeOf<User['name']>().toEqualTypeOf<string>()
    expectTypeOf<User['createdAt']>().toEqualTypeOf<Date | string | undefined>()
    expectTypeOf<User['providerId']>().toEqualTypeOf<string | null | undefined>()
    expectTypeOf<{ name: string; email: string }>().toExtend<User>()
    expectTypeOf<{ name: string }>().not.toExtend<User>()
    expectTypeOf<StandardSchemaV1.InferInput<typeof validators.users.insert>>().toEqualTypeOf<User>()
    expectTypeOf<User['name']>().toEqualTypeOf<Insertable<DB['users']>['name']>()

    type Change = StandardSchemaV1.InferOutput<typeof validators.customerPeople.update>
    expectTypeOf<{ endDate: null }>().toExtend<Change>()
    expectTypeOf<Change['startDate']>().toEqualTypeOf<string | undefined>()
    expectTypeOf<{ startDate: Date }>().not.toExtend<Change>()
  })

  test('allow any value for JSON', () => {
    type Message = StandardSchemaV1.InferInput<typeof validators.messages.insert>
    type Entry = StandardSchemaV1.InferInput<typeof validators.auditLog.insert>
    expectTypeOf<Message['envelope']>().toEqualTypeOf<Exclude<Json, null>>()
    expectTypeOf<Entry['changes']>().toEqualTypeOf<Json | undefined>()
  })

  test('of inserts and updates agree with those of Kysely', () => {
    type Camel<Name> = Name extends `${infer Head}_${infer Tail}` ? `${Head}${Capitalize<Camel<Tail>>}` : Name
    type Expected<Row> = { [Column in keyof Row as Camel<Column> & string]: Row[Column] }
    // A row's JSON columns hold text for Kysely, any JSON value for validators.
    type JsonFields = 'envelope' | 'payload' | 'changes' | 'attributes' | 'emails' | 'phones' | 'addresses'
    type Plain<Row> = Omit<{ [Field in keyof Row]: Row[Field] }, JsonFields>
    type Agree<Table extends keyof DB> = [Plain<InsertOf<Table>>, Plain<UpdateOf<Table>>] extends [
      Plain<Expected<Loose<Insertable<DB[Table]>>>>,
      Plain<Expected<Loose<Updateable<DB[Table]>>>>,
    ]
      ? [Plain<Expected<Insertable<DB[Table]>>>, Plain<Expected<Updateable<DB[Table]>>>] extends [
          Plain<InsertOf<Table>>,
          Plain<UpdateOf<Table>>,
        ]
        ? true
        : false
      : false
    /** Validators accept an explicit `undefined` for every field that may be absent. */
    type Loose<Row> = {
      [Column in keyof Row]: Row[Column] | (object extends Pick<Row, Column> ? undefined : never)
    }

    expectTypeOf<{ [Table in keyof DB]: Agree<Table> }>().toEqualTypeOf<{ [Table in keyof DB]: true }>()
  })

  test('have a validator for each table and a field for each column', () => {
    expect(Object.keys(validators)).toEqual(Object.values(TABLE_RULES).map(({ name }) => name))
    expect(Object.keys(TABLE_RULES)).toEqual(TABLES)
    expectTypeOf(validators).toHaveProperty('aiOptions')
    expectTypeOf(validators).toHaveProperty('auditLog')
    expectTypeOf<keyof StandardSchemaV1.InferInput<typeof validators.aiOptions.insert>>().toEqualTypeOf<
      | 'chatId'
      | 'createdAt'
      | 'frequencyPenalty'
      | 'maxTokens'
      | 'messageId'
      | 'presencePenalty'
      | 'prompt'
      | 'temperature'
      | 'topP'
      | 'userId'
    >()
    expect(Object.values(TABLE_RULES.ai_options.columns).map(({ field }) => field)).toContain(
      'frequencyPenalty',
    )
  })
})

describe('issues', () => {
  test('are reported all at once, each with its field and a readable message', () => {
    const customer = {
      displayName: ' x ',
      billingCountry: 'lv',
      companySize: 2 ** 31,
      status: 'lost',
      timezone: null,
      websiteUrl: 7,
      vat: 'LV1',
    }

    expect(messagesOf(validators.customers.insert, customer)).toEqual([
      [
        'vat',
        'Unknown field "vat". Allowed: customerId, legalName, displayName, status, industry, companySize, websiteUrl, billingCountry, timezone, source, externalId, tags, attributes, emails, phones, addresses, ownerId, archivedAt, mergedInto, version, createdAt, updatedAt, createdBy, updatedBy, importId.',
      ],
      ['legalName', 'Legal name is required.'],
      ['status', "Status must be one of 'prospect', 'active', 'paused', 'churned'."],
      ['companySize', 'Company size must be a whole number from 1 to 2147483647.'],
      ['websiteUrl', 'Website URL must be a string.'],
      ['timezone', 'Timezone is required.'],
      ['billingCountry', 'A billing country is a code of two capital letters, for example LV.'],
      [
        'displayName',
        'A display name has 2 to 200 characters, not counting spaces at either end, and at most 1600 bytes with them.',
      ],
    ])
  })

  test('that concern several columns name the first that was passed, or none', () => {
    const unset = { name: 'Ada', email: 'ada@example.test' }

    expect(issuesOf(validators.users.insert, unset)).toEqual([
      { message: 'A user must have a password or an identity provider.' },
    ])
    expect(issuesOf(validators.users.insert, { ...USER, providerId: '1' })).toEqual([
      { message: 'A provider and its id must be set together.', path: ['providerId'] },
    ])
    expect(
      issuesOf(validators.customerPeople.update, { startDate: '2026-03-01', endDate: '2026-02-28' }),
    ).toEqual([{ message: 'A contact cannot end before it starts.', path: ['endDate'] }])
  })

  test.for([null, undefined, 'text', 7, [], [USER]])('for %j state that it is not an object', (value) => {
    expect(issuesOf(validators.users.insert, value)).toEqual([{ message: 'The row must be an object.' }])
  })

  test('do not depend on prototypes and inherited properties', () => {
    expect(issuesOf(validators.users.insert, JSON.parse('{"__proto__":{"name":"Ada"}}'))).toContainEqual({
      message: expect.stringMatching(/^Unknown field "__proto__"\. Allowed: userId, name, /),
      path: ['__proto__'],
    })
    expect(issuesOf(validators.users.update, Object.create({ name: 'A' }))).toBeUndefined()
    expect(issuesOf(validators.users.update, { toString: 'x' })).toHaveLength(1)
  })

  test('for SQL column names state that there is no such field', () => {
    expect(messagesOf(validators.users.update, { provider_id: '1' })).toEqual([
      ['provider_id', expect.stringMatching(/^Unknown field "provider_id"\. Allowed: .*providerId/)],
    ])
  })
})

describe('an update', () => {
  test('may be empty', () => {
    for (const { update } of Object.values(validators)) expect(issuesOf(update, {})).toBeUndefined()
  })

  test('is rejected if the row would be, regardless of its other values', () => {
    expect(issuesOf(validators.users.update, { provider: 'google' })).toBeUndefined()
    expect(issuesOf(validators.users.update, { password: null })).toBeUndefined()
    expect(issuesOf(validators.users.update, { password: null, provider: null })).toHaveLength(1)
    expect(issuesOf(validators.parts.update, { type: 'tool-x' })).toBeUndefined()
    expect(issuesOf(validators.parts.update, { type: 'tool-x', toolCallId: null })).toHaveLength(1)
  })
})

test('a default is checked too: current_date may be any day that it is in some time zone', () => {
  const contact = {
    customerId: '01930c7a-5b3e-7000-8000-000000000001',
    personId: '01930c7a-5b3e-7000-8000-000000000002',
  }
  const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)

  expect(issuesOf(validators.customerPeople.insert, { ...contact, endDate: inDays(-2) })).toHaveLength(1)
  expect(issuesOf(validators.customerPeople.insert, { ...contact, endDate: inDays(0) })).toBeUndefined()
  expect(issuesOf(validators.customerPeople.insert, { ...contact, endDate: inDays(2) })).toBeUndefined()
})

test('every CHECK of the schema is validated or listed in UNCHECKED', () => {
  const checks = Object.entries(CONSTRAINTS).flatMap(([table, constraints]) =>
    Object.entries(constraints).flatMap(([name, { kind }]) => (kind === 'check' ? [`${table}.${name}`] : [])),
  )
  const checked = Object.entries(TABLE_RULES).flatMap(([table, { checks }]) =>
    checks.map(({ name }) => `${table}.${name}`),
  )

  expect([...new Set([...checked, ...Object.keys(UNCHECKED)])].sort()).toEqual(
    [...checks, 'parts.words'].sort(),
  )
  expect(UNCHECKED).toEqual({
    'audit_log.audit_log_append_only': 'a trigger enforces it',
    'customers.customers_billing_country_iso_check': 'it calls is_country',
    'customers.customers_timezone_iana_check': 'it calls is_time_zone',
    'customers.customers_merged_into_check':
      'the time zone of the session decides about times that are sent as text without an offset',
    ...Object.fromEntries(
      ['customers', 'people'].flatMap((table) =>
        (
          [
            ['attributes', 'jsonb_typeof'],
            ['tags', 'is_tag_list'],
            ['emails', 'is_email_list'],
            ['phones', 'is_phone_list'],
            ['addresses', 'is_address_list'],
          ] as const
        ).map(([column, name]) => [`${table}.${table}_${column}_check`, `it calls ${name}`]),
      ),
    ),
    'parts.words': 'only the database checks values of type tsvector',
    'people.people_merged_into_check':
      'the time zone of the session decides about times that are sent as text without an offset',
    'users.users_role_by_admins': 'a trigger enforces it',
  })
})
