import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import pg from 'pg'
import { from } from 'pg-copy-streams'
import type { ImportedCustomer } from './contender.ts'
import { customerValues } from './sql.ts'

/**
 * Copies into all three tables with keys generated here in ascending order, because random ones cost more in each index.
 * People are looked up first, so that new ones need no ON CONFLICT, which takes a third longer. If a concurrent import
 * creates the same person, this one starts again.
 */
export async function importByCopy(url: string, customers: ImportedCustomer[], attempts = 3) {
  const client = new pg.Client(url)
  await client.connect()
  try {
    await client.query('begin')
    const counts = await copyAll(client, customers)
    await client.query('commit')
    return counts
  } catch (error) {
    const isTaken = error instanceof pg.DatabaseError && error.constraint === 'people_email_key'
    if (!isTaken || attempts === 1) throw error
  } finally {
    await client.end()
  }
  return importByCopy(url, customers, attempts - 1)
}

async function copyAll(client: pg.Client, customers: ImportedCustomer[]) {
  // Addresses are compared without letter case.
  const people = new Map(
    customers.flatMap((customer) => customer.people.map((p) => [p.email.toLowerCase(), p])),
  )
  const known = await client.query<{ person_id: string; email: string }>(
    'select person_id, lower(email) as email from people where email = any($1::citext[]) and archived_at is null',
    [[...people.keys()]],
  )
  const keys = new Map(known.rows.map(({ person_id, email }) => [email, person_id]))
  const added = [...people].filter(([email]) => !keys.has(email))
  for (const [email] of added) keys.set(email, uuidv7())
  const keyed = customers.map((customer) => ({ ...customer, customerId: uuidv7() }))
  const contacts = keyed.flatMap(({ customerId, people }) =>
    [...new Set(people.map(({ email }) => keys.get(email.toLowerCase())))].map((personId) => [
      customerId,
      personId,
    ]),
  )

  await copy(
    client,
    `customers (customer_id, legal_name, display_name, status, industry, company_size, website_url, billing_country,
       timezone)`,
    keyed.map((customer) => [customer.customerId, ...customerValues(customer)]),
  )
  await copy(
    client,
    'people (person_id, first_name, last_name, email, phone, job_title)',
    added.map(([email, p]) => [keys.get(email), p.firstName, p.lastName, p.email, p.phone, p.jobTitle]),
  )
  await copy(client, 'customer_people (customer_id, person_id)', contacts)
  return { customers: customers.length, people: people.size, contacts: contacts.length }
}

async function copy(client: pg.Client, table: string, rows: unknown[][]): Promise<void> {
  const lines = rows.map((row) => `${row.map(field).join('\t')}\n`)
  const parts = Array.from({ length: Math.ceil(lines.length / 500) }, (_, n) =>
    lines.slice(n * 500, (n + 1) * 500).join(''),
  )
  await pipeline(Readable.from(parts), client.query(from(`copy ${table} from stdin`)))
}

const ESCAPES: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' }

function field(value: unknown): string {
  return value === null || value === undefined
    ? '\\N'
    : String(value).replace(/[\\\t\n\r]/g, (character) => ESCAPES[character] as string)
}

let last = 0

/** A UUIDv7 of RFC 9562: milliseconds, a counter of 12 bits within each, and random bits. */
function uuidv7(): string {
  last = Math.max(Date.now() * 4096, last + 1)
  const hex = last.toString(16).padStart(15, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7${hex.slice(12)}-${randomUUID().slice(19)}`
}
