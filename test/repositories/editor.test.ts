import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openInEditor } from '../support/editor.ts'

/** Values as a service has them, and a property of each with the column that it holds. */
const VALUES = {
  user: { type: 'User', property: 'email', column: ['users', 'email'] },
  customer: { type: 'Customer', property: 'displayName', column: ['customers', 'display_name'] },
  contact: { type: 'Contact', property: 'endDate', column: ['customer_people', 'end_date'] },
  person: { type: 'Person', property: 'phone', column: ['people', 'phone'] },
  customerOfPerson: {
    type: 'CustomerOfPerson',
    property: 'isPrimary',
    column: ['customer_people', 'is_primary'],
  },
  chat: { type: 'Chat', property: 'activeStreamId', column: ['chats', 'active_stream_id'] },
  modelOptions: { type: 'ModelOptions', property: 'topP', column: ['ai_options', 'top_p'] },
  entry: { type: 'AuditEntry', property: 'entityType', column: ['audit_log', 'entity_type'] },
  newUser: { type: 'NewUser', property: 'providerId', column: ['users', 'provider_id'] },
  newCustomer: { type: 'NewCustomer', property: 'companySize', column: ['customers', 'company_size'] },
  newPerson: { type: 'NewPerson', property: 'jobTitle', column: ['people', 'job_title'] },
  newContact: { type: 'NewContact', property: 'isPrimary', column: ['customer_people', 'is_primary'] },
  newEntry: { type: 'NewAuditEntry', property: 'userAgent', column: ['audit_log', 'user_agent'] },
  change: { type: 'CustomerChange', property: 'billingCountry', column: ['customers', 'billing_country'] },
} as const

const SERVICE = `import type { Database, ${[...new Set(Object.values(VALUES).map(({ type }) => type))].join(', ')} } from './index.ts'
export async function service(db: Database, ${Object.entries(VALUES)
  .map(([name, { type }]) => `${name}: ${type}`)
  .join(', ')}) {
  const createdUser = await db.users.create(newUser)
  const foundCustomer = await db.customers.get('')
  const firstChat = (await db.chats.listByUser('')).items[0]
  const loadedChat = await db.chats.load('', { userId: '' })
  const recordedEntry = await db.auditLog.record(newEntry)
  return [${Object.entries(VALUES)
    .map(([name, { property }]) => `${name}.${property}`)
    .join(', ')}, createdUser, foundCustomer, firstChat, loadedChat, recordedEntry]
}`

const ROWS = readFileSync('generated/rows.ts', 'utf8')
const { hover, propertiesOf } = openInEditor(SERVICE)
const schema = readdirSync('schema')
  .filter((name) => name.endsWith('.sql'))
  .map((name) => readFileSync(join('schema', name), 'utf8'))
  .join('\n')

function commentOf([table, column]: readonly [string, string]): string | undefined {
  const [, comment] =
    new RegExp(`comment on column ${table}\\.${column} is '((?:[^']|'')+)'`).exec(schema) ?? []
  return comment?.replaceAll("''", "'")
}

describe.for(Object.entries(VALUES))('%s', ([name, { type, property, column }]) => {
  test(`shows the name ${type}`, () => {
    expect(hover(`${name}.${property}`, name).display).toBe(`(parameter) ${name}: ${type}`)
  })

  test(`shows the comment of ${column.join('.')} on ${property}`, () => {
    const { display, documentation } = hover(`${name}.${property}`, property)

    expect(display).toMatch(new RegExp(`^\\(property\\) ${property}\\??: `))
    expect(display).not.toMatch(/ColumnType|Selectable|Insertable/)
    expect(documentation).toBe(commentOf(column))
  })
})

test('the results of methods show their names', () => {
  expect(hover('createdUser').display).toBe('const createdUser: User')
  expect(hover('foundCustomer').display).toBe('const foundCustomer: Customer')
  expect(hover('firstChat').display).toBe('const firstChat: Chat | undefined')
  expect(hover('loadedChat').display).toBe('const loadedChat: LoadedChat<ChatMessage>')
  expect(hover('recordedEntry').display).toBe('const recordedEntry: AuditEntry')
})

test.for([
  ['User', 'UsersRow'],
  ['Customer', 'CustomersRow'],
  ['NewCustomer', 'CustomersRow'],
  ['Person', 'PeopleRow'],
  ['Chat', 'ChatsRow'],
  ['ModelOptions', 'AiOptionsRow'],
  ['AuditEntry', 'AuditLogRow'],
] as const)('the fields of %s are in the order of the columns', ([type, row]) => {
  const columns = columnsOf(row)
  const fields = propertiesOf(type).filter((name) => columns.includes(name))

  expect(fields.length).toBeGreaterThan(4)
  expect(fields).toEqual(columns.filter((name) => fields.includes(name)))
})

function columnsOf(row: string): string[] {
  const [, body = ''] = new RegExp(`interface ${row} {(.*?)\n}`, 's').exec(ROWS) ?? []
  return Array.from(body.matchAll(/^ {2}(\w+): /gm), ([, name]) => name as string)
}
