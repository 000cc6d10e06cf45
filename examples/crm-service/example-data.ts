// cspell:ignore mobel moebel baltik zila zilla liepa brīvības iela rīga
import { openDatabase } from '@norberts-spark/db'
import { seed } from '@norberts-spark/db/admin'

/** Fills a new database: customers of the seed, an administrator, and a customer that another user has typed again. */
export async function fill(url: string): Promise<void> {
  await seed(url, { scale: 1_000 })
  await using db = openDatabase(url)
  const admin = await db.users.create({
    name: 'Ada Lovelace',
    email: 'ada@example.test',
    passwordHash: `$2b$10$${'h'.repeat(53)}`,
    role: 'admin',
  })
  const as = db.as({ userId: admin.userId, role: 'admin' })
  const first = await as.customers.create({
    legalName: 'SIA "Baltic Möbel"',
    displayName: 'Baltic Möbel',
    billingCountry: 'LV',
    timezone: 'Europe/Riga',
    websiteUrl: 'https://www.baltic-moebel.example.com',
    status: 'active',
    ...{ source: 'old-crm', externalId: '4711', tags: ['partner', 'key account'] },
    emails: [{ address: 'office@baltic-moebel.example.com', label: 'office' }],
    addresses: [{ street: 'Brīvības iela 1', city: 'Rīga', postalCode: 'LV-1010', country: 'LV' }],
  })
  const second = await as.customers.create({
    legalName: 'Baltic Mobel',
    displayName: 'BALTIC MOBEL',
    billingCountry: 'LV',
    industry: 'Furniture',
    companySize: 40,
  })
  const people = [
    {
      firstName: 'Anna',
      lastName: 'Ozola',
      email: 'anna.ozola@baltic-moebel.example.com',
      phone: '+371 2000 0001',
    },
    { firstName: 'Jānis', lastName: 'Kalniņš', email: 'janis@baltic-moebel.example.com' },
  ]
  for (const [index, person] of people.entries()) {
    const { personId } = await as.people.create(person)
    const customerId = index === 0 ? first.customerId : second.customerId
    await as.customers.addContact(customerId, personId, { role: 'decision_maker', startDate: '2024-01-15' })
  }
}
