import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import pg from 'pg'
import { from } from 'pg-copy-streams'
import type { ImportedCustomer } from './contender.ts'

/** COPY of customers as they are, with keys made here; of people into a table for the moment, to be joined by email. */
export async function importByCopy(url: string, customers: ImportedCustomer[]) {
  const client = new pg.Client(url)
  await client.connect()
  try {
    await client.query('begin')
    await client.query(
      `create temporary table imported (customer_id uuid, first_name text, last_name text, email citext, phone text,
         job_title text) on commit drop`,
    )
    const keys = customers.map(uuidv7)
    await copy(
      client,
      `customers (customer_id, legal_name, display_name, status, industry, company_size, website_url, billing_country,
         timezone)`,
      customers.map((customer, n) => [
        keys[n],
        customer.legalName,
        customer.displayName,
        customer.status,
        customer.industry,
        customer.companySize,
        customer.websiteUrl,
        customer.billingCountry,
        customer.timezone,
      ]),
    )
    await copy(
      client,
      'imported',
      customers.flatMap(({ people }, n) =>
        people.map(({ firstName, lastName, email, phone, jobTitle }) => [
          keys[n],
          firstName,
          lastName,
          email,
          phone,
          jobTitle,
        ]),
      ),
    )
    const people = await client.query(
      `insert into people (first_name, last_name, email, phone, job_title)
       select distinct on (email) first_name, last_name, email, phone, job_title from imported
       on conflict (email) do nothing`,
    )
    const contacts = await client.query(
      `insert into customer_people (customer_id, person_id)
       select customer_id, person_id from imported join people using (email) on conflict do nothing`,
    )
    await client.query('commit')
    return { customers: customers.length, people: people.rowCount, contacts: contacts.rowCount }
  } finally {
    await client.end()
  }
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

/** RFC 9562: milliseconds, then random bits. */
function uuidv7(): string {
  const hex = Date.now().toString(16).padStart(12, '0') + randomBytes(10).toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7${hex.slice(13, 16)}-b${hex.slice(17, 20)}-${hex.slice(20)}`
}
