import type { TableName } from '../../generated/catalog.ts'
import { HASH } from './factories.ts'

/** The rows of a table that tests need. Fields are named as the validators name them. */
interface Examples {
  /** A row with the required columns and few others. The rows of other tables refer to it. */
  readonly required: Readonly<Record<string, unknown>>
  /** Another row, with a value in every column. */
  readonly full: Readonly<Record<string, unknown>>
  /** SQL that adds so many rows that reading the whole table costs more than any index. */
  readonly many: string
}

const ID = '01930c7a-5b3e-7000-8000-000000000001'
const OTHER_ID = '01930c7a-5b3e-7000-8000-000000000002'

/** Users added by `many`; each has an entry of the audit log. */
export const MANY_USERS = 30_000

/**
 * Rows of each table, parents first. A new table costs one entry here; the compiler names the one that is missing.
 * The values of `many` are skewed as real ones are: few admins, few customers in a small country.
 */
export const EXAMPLE_ROWS: Readonly<Record<TableName, Examples>> = {
  users: {
    required: { userId: ID, name: 'Ada', email: 'ada@example.test', password: HASH },
    full: {
      userId: OTHER_ID,
      name: 'Bob',
      email: 'bob@example.test',
      password: HASH,
      role: 'admin',
      provider: 'google',
      providerId: 'sub',
      createdAt: '1899-12-31T23:59:59.900Z',
    },
    many: `
      insert into users (name, email, password, role, provider, provider_id, created_at)
      select 'User ' || md5(n::text), 'u' || n || '@example.test', '${HASH}',
        case when n % 1000 = 0 then 'admin' when n % 100 = 0 then 'moderator' else 'user' end,
        case when n % 3 = 0 then 'google' end, case when n % 3 = 0 then n::text end, now() - n * interval '1 minute'
      from generate_series(1, ${MANY_USERS}) as n`,
  },
  customers: {
    required: {
      customerId: ID,
      legalName: 'Analytical Engines',
      displayName: 'Engines',
      billingCountry: 'LV',
    },
    full: {
      customerId: OTHER_ID,
      legalName: 'Acme Ltd',
      displayName: 'Acme',
      status: 'active',
      industry: 'Anvils',
      companySize: 12,
      websiteUrl: 'https://acme.test',
      billingCountry: 'LV',
      timezone: 'Europe/Riga',
      source: 'salesforce',
      externalId: '0017',
      tags: ['vip', 'north'],
      attributes: { plan: 'gold' },
      emails: [{ address: 'office@acme.test', label: 'office' }],
      phones: [{ number: '2 000 0000', e164: '+37120000000' }],
      addresses: [{ street: 'Brīvības 1', city: 'Riga', country: 'LV' }],
    },
    many: `
      insert into customers (legal_name, display_name, status, industry, billing_country, archived_at, created_at)
      select 'Legal ' || md5(n::text), 'Display ' || n, (enum_range(null::customer_status))[1 + n % 4],
        'Industry ' || n % 50, (string_to_array('LV LT EE DE FR ES PL SE JP CN KR GR US GB IT NL BE AT CH DK FI NO PT IE CZ HU', ' '))[1 + n % 26],
        case when n % 20 = 0 then now() - n * interval '1 minute' end, now() - n * interval '1 minute'
      from generate_series(1, 20000) as n`,
  },
  people: {
    required: { personId: ID, firstName: 'Ada', lastName: 'Lovelace' },
    full: {
      personId: OTHER_ID,
      firstName: 'Eve',
      lastName: 'Adams',
      email: 'eve@example.test',
      phone: '+371',
      phoneE164: '+37120000000',
      jobTitle: 'CTO',
      linkedinUrl: 'https://l.test',
      isActive: false,
      source: 'salesforce',
      externalId: '0037',
      tags: ['vip'],
      attributes: { diet: 'vegan' },
      emails: [{ address: 'home@example.test', label: 'home' }],
      phones: [{ number: '2 000 0000', label: 'mobile' }],
      addresses: [{ city: 'Riga' }],
    },
    many: `
      insert into people (first_name, last_name, email, is_active, archived_at, created_at)
      select 'First ' || md5(n::text), 'Last', 'p' || n || '@example.test', n % 50 <> 0,
        case when n % 20 = 0 then now() - n * interval '1 minute' end, now() - n * interval '1 minute'
      from generate_series(1, 30000) as n`,
  },
  customer_people: {
    required: { customerPersonId: ID, customerId: ID, personId: ID, startDate: '2020-02-29' },
    full: {
      customerPersonId: OTHER_ID,
      customerId: ID,
      personId: OTHER_ID,
      role: 'stakeholder',
      isPrimary: false,
      startDate: '0044-03-15',
      endDate: '2026-12-31',
    },
    many: `
      insert into customer_people (customer_id, person_id, is_primary, start_date)
      select customer_id, person_id, p.n <= 20000, current_date - p.n::int
      from (select customer_id, row_number() over () as n from customers) c
      join (select person_id, row_number() over () as n from people) p on c.n = (p.n - 1) % 20000 + 1`,
  },
  chats: {
    required: { userId: ID, id: ID, title: 'Notes' },
    full: { id: OTHER_ID, userId: ID, title: 'Talk', activeStreamId: 's', version: 3, nextPosition: 2 },
    many: `
      insert into chats (user_id, next_position, updated_at)
      select user_id, 5, now() - n * interval '1 minute'
      from (select user_id, row_number() over () as n from users limit 5000) u, generate_series(1, 4)`,
  },
  messages: {
    required: { userId: ID, chatId: ID, id: 'm1', position: 0, role: 'user', partCount: 1, envelope: '{}' },
    full: {
      userId: ID,
      chatId: ID,
      id: 'm2',
      position: 1,
      role: 'assistant',
      partCount: 1,
      envelope: '{"metadata": {"n": 1.50, "z": null, "a": [true]}}',
      inputTokens: 10,
      outputTokens: 20,
    },
    many: `
      insert into messages (user_id, chat_id, id, position, role, part_count, envelope)
      select user_id, id, 'm' || n, n, 'user', 2, '{"id":0,"role":0,"parts":0}' from chats, generate_series(0, 4) as n`,
  },
  parts: {
    required: {
      userId: ID,
      chatId: ID,
      messageId: 'm1',
      position: 0,
      type: 'text',
      payload: '{"type":"text"}',
    },
    full: {
      userId: ID,
      chatId: ID,
      messageId: 'm1',
      position: 1,
      type: 'tool-x',
      toolCallId: 'c',
      toolName: 'x',
      toolState: 'output-available',
      searchText: 'words',
      payload: '"just text"',
    },
    many: `
      insert into parts (user_id, chat_id, message_id, position, type, payload)
      select user_id, chat_id, id, n, 'text', '{"type":"text"}' from messages, generate_series(0, 1) as n`,
  },
  ai_options: {
    required: { userId: ID, chatId: ID, messageId: 'm1', temperature: 1 },
    full: {
      userId: ID,
      chatId: ID,
      messageId: 'm2',
      prompt: 'Be kind.',
      maxTokens: 100,
      temperature: 0.7,
      topP: 1,
      frequencyPenalty: -2,
      presencePenalty: 1e-7,
    },
    many: 'insert into ai_options (user_id, chat_id, message_id) select user_id, chat_id, id from messages',
  },
  audit_log: {
    required: { entityType: 'user', entityId: ID, action: 'create' },
    full: {
      userId: ID,
      entityType: 'user',
      entityId: ID,
      action: 'create',
      changes: '{"a": [1, null]}',
      ipAddress: '2001:db8::1/64',
      userAgent: 'curl',
    },
    many: `
      insert into audit_log (user_id, entity_type, entity_id, action, created_at)
      select user_id, 'customer', (n % 5000)::text, 'action ' || n % 20, now() - n * interval '1 minute'
      from (select user_id, row_number() over () as n from users) u`,
  },
}
