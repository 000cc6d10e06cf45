import { describe, expect } from 'vitest'
import { sql, violates } from '../../../src/index.ts'
import { PLACES } from '../../../src/seed/places.ts'
import { test } from '../../support/database.ts'
import { aCustomer, aPerson, caught } from '../../support/factories.ts'

describe('values that do not exist are refused:', () => {
  test.for([
    [{ billingCountry: 'ZZ' }, 'customers_billing_country_iso_check'],
    [{ billingCountry: 'UK' }, 'customers_billing_country_iso_check'],
    [{ timezone: 'Mars/Phobos' }, 'customers_timezone_iana_check'],
    [{ timezone: 'europe/riga' }, 'customers_timezone_iana_check'],
    [{ timezone: '+02:00' }, 'customers_timezone_iana_check'],
  ] as const)('%j', async ([fields, constraint], { db }) => {
    const error = await caught(db.customers.create(aCustomer(fields)))

    expect(violates(error, constraint)).toBe(true)
  })

  test.for(['call me maybe', '+', 'ext.'])('the phone number %s', async (phone, { db }) => {
    const error = await caught(db.people.create(aPerson({ phone })))

    expect(violates(error, 'people_phone_check')).toBe(true)
  })
})

test.for(['112', '+371 2000 1234', '(030) 23125-123 ext. 7'])(
  'the phone number %s is taken',
  async (phone, { db }) => {
    expect((await db.people.create(aPerson({ phone }))).phone).toBe(phone)
  },
)

test('the list has the time zones of the server and of the runtime, and the countries of the seed', async ({
  db,
}) => {
  const { rows } = await sql<{ name: string }>`
    select name from pg_timezone_names
    where name !~ '^(posix|right)/' and name not in ('Factory', 'localtime', 'posixrules') and not is_time_zone(name)`.execute(
    db.kysely,
  )
  expect(rows).toEqual([])
  const unknown = async (names: string[], check: string) =>
    (
      await sql<{
        name: string
      }>`select name from unnest(${names}::text[]) as name where not ${sql.raw(check)}(name)`.execute(
        db.kysely,
      )
    ).rows
  expect(await unknown(Intl.supportedValuesOf('timeZone'), 'is_time_zone')).toEqual([])
  expect(
    await unknown(
      PLACES.map(({ country }) => country),
      'is_country',
    ),
  ).toEqual([])
  expect(
    await unknown(
      PLACES.map(({ timezone }) => timezone),
      'is_time_zone',
    ),
  ).toEqual([])
})

test('each country of the list is known to the runtime', async ({ db }) => {
  const { rows } = await sql<{ code: string }>`
    select code from generate_series(65, 90) as a, generate_series(65, 90) as b, lateral (select chr(a) || chr(b) as code) as pair
    where is_country(code)`.execute(db.kysely)

  const names = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' })
  expect(rows).toHaveLength(249)
  expect(rows.filter(({ code }) => names.of(code) === undefined)).toEqual([])
})
