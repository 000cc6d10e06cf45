import type * as Orm from 'drizzle-0.45'
import type * as PgCore from 'drizzle-0.45/pg-core'

/** The exports that are equal in both versions of Drizzle, with the types of the older one. */
export interface Library {
  orm: typeof Orm
  core: typeof PgCore
}

/** The Drizzle tables of users, customers and the audit log. */
export type Tables = ReturnType<typeof tablesOf>

/** The tables of schema/*.sql that the benchmarks use, as Drizzle tables. */
export function tablesOf({ orm: { sql }, core }: Library) {
  const { boolean, date, inet, integer, jsonb, pgEnum, pgTable, text, timestamp, uuid } = core
  const key = (name: string) => uuid(name).primaryKey().default(sql`uuidv7()`)
  const time = (name: string) => timestamp(name, { withTimezone: true, precision: 3 }).notNull().defaultNow()

  const details = () => ({
    source: text('source'),
    externalId: text('external_id'),
    tags: text('tags').array(),
    emails: jsonb('emails'),
    phones: jsonb('phones'),
    addresses: jsonb('addresses'),
    attributes: jsonb('attributes'),
  })

  const changes = () => ({
    version: integer('version').notNull().default(0),
    createdAt: time('created_at'),
    updatedAt: time('updated_at'),
    createdBy: uuid('created_by'),
    updatedBy: uuid('updated_by'),
  })

  const customerStatus = pgEnum('customer_status', ['prospect', 'active', 'paused', 'churned'])
  const contactRole = pgEnum('contact_role', [
    'primary_contact',
    'decision_maker',
    'billing_contact',
    'technical_contact',
    'stakeholder',
  ])

  return {
    users: pgTable('users', {
      userId: key('user_id'),
      name: text('name').notNull(),
      email: text('email').notNull(),
      password: text('password'),
      role: text('role').notNull().default('user'),
      provider: text('provider'),
      providerId: text('provider_id'),
      lastSignInAt: timestamp('last_sign_in_at', { withTimezone: true, precision: 3 }),
      deactivatedAt: timestamp('deactivated_at', { withTimezone: true, precision: 3 }),
      ...changes(),
    }),
    customers: pgTable('customers', {
      customerId: key('customer_id'),
      legalName: text('legal_name').notNull(),
      displayName: text('display_name').notNull(),
      status: customerStatus('status').notNull().default('prospect'),
      industry: text('industry'),
      companySize: integer('company_size'),
      websiteUrl: text('website_url'),
      billingCountry: text('billing_country'),
      timezone: text('timezone').notNull().default('UTC'),
      ...details(),
      ownerId: uuid('owner_id'),
      archivedAt: timestamp('archived_at', { withTimezone: true, precision: 3 }),
      mergedInto: uuid('merged_into'),
      ...changes(),
    }),
    people: pgTable('people', {
      personId: key('person_id'),
      firstName: text('first_name').notNull(),
      lastName: text('last_name').notNull(),
      email: text('email'),
      phone: text('phone'),
      phoneE164: text('phone_e164'),
      jobTitle: text('job_title'),
      linkedinUrl: text('linkedin_url'),
      isActive: boolean('is_active').notNull().default(true),
      ...details(),
      ownerId: uuid('owner_id'),
      archivedAt: timestamp('archived_at', { withTimezone: true, precision: 3 }),
      mergedInto: uuid('merged_into'),
      ...changes(),
    }),
    contacts: pgTable('customer_people', {
      contactId: key('customer_person_id'),
      customerId: uuid('customer_id').notNull(),
      personId: uuid('person_id').notNull(),
      role: contactRole('role'),
      isPrimary: boolean('is_primary').notNull().default(false),
      startDate: date('start_date').notNull().default(sql`current_date`),
      endDate: date('end_date'),
      version: integer('version').notNull().default(0),
      createdBy: uuid('created_by'),
      updatedBy: uuid('updated_by'),
    }),
    entries: pgTable('audit_log', {
      id: key('id'),
      userId: uuid('user_id'),
      entityType: text('entity_type').notNull(),
      entityId: text('entity_id').notNull(),
      action: text('action').notNull(),
      changes: jsonb('changes'),
      ipAddress: inet('ip_address'),
      userAgent: text('user_agent'),
      requestId: text('request_id'),
      system: text('system'),
      isHistory: boolean('is_history').notNull().default(false),
      createdAt: time('created_at'),
    }),
  }
}
