import { PrismaPg } from '@prisma/adapter-pg'
import { chunks, LIMIT, type Open } from './contender.ts'
import { inOrder } from './customers.ts'
import { type Prisma, PrismaClient } from './prisma/client/client.ts'
import { chatsOf } from './prisma-chats.ts'

/** Kept between rounds with its compiled plans. Its connections are opened again. */
let client: PrismaClient | undefined

/** Prisma in its documented form: `include` for nested lists. Only the search is raw SQL, as Prisma cannot use its index. */
export const open: Open = async (url) => {
  client ??= new PrismaClient({
    adapter: new PrismaPg({ connectionString: url }),
    omit: { user: { password: true } },
  })
  const prisma = client
  await prisma.$connect()

  const newest = async (where: Prisma.CustomerWhereInput) => {
    const rows = await prisma.customer.findMany({
      where,
      include: { contacts: CONTACTS },
      orderBy: [{ createdAt: 'desc' }, { customerId: 'desc' }],
      take: LIMIT + 1,
    })
    return rows.slice(0, LIMIT).map(customerOf)
  }

  return {
    findUser: (userId) => prisma.user.findUnique({ where: { userId } }),
    findUserByEmail: (email) => prisma.user.findUnique({ where: { email } }),
    createUser: ({ name, email, passwordHash }) =>
      prisma.user.create({ data: { name, email, password: passwordHash } }),
    updateUser: ({ userId, name }) => prisma.user.update({ where: { userId }, data: { name } }),
    listUsers: async () => {
      const rows = await prisma.user.findMany({
        orderBy: [{ createdAt: 'desc' }, { userId: 'desc' }],
        take: LIMIT + 1,
      })
      return rows.slice(0, LIMIT)
    },

    getCustomer: async (customerId) =>
      customerOf(
        await prisma.customer.findUniqueOrThrow({
          where: { customerId },
          include: { contacts: CONTACTS },
        }),
      ),
    listCustomers: () => newest({}),
    listCustomersByStatus: (status) => newest({ status }),
    searchCustomers: async (search) => {
      const found = await prisma.$queryRaw<{ customerId: string }[]>`
        select customer_id as "customerId" from customers
        where (search_words(display_name || ' ' || legal_name || coalesce(' ' || website_url, '') || coalesce(' ' || words_of_list(emails, 'address'), '')) || coalesce(digits_of_list(phones), '')) @@ bench_query(${search})
        order by created_at desc, customer_id desc limit ${LIMIT + 1}`
      return newest({ customerId: { in: found.map(({ customerId }) => customerId) } })
    },

    getCustomers: async (ids) => {
      const found = await prisma.customer.findMany({ where: { customerId: { in: ids } }, include })
      return inOrder(ids, found.map(customerOf))
    },
    filterCustomers: async ({ statuses, billingCountry }) => {
      const rows = await prisma.customer.findMany({
        where: { status: { in: statuses }, billingCountry, archivedAt: null },
        include,
        orderBy: [{ displayName: 'asc' }, { customerId: 'asc' }],
        take: LIMIT + 1,
      })
      return rows.slice(0, LIMIT).map(customerOf)
    },
    // Prisma's upsert does not know unique indexes with a condition.
    upsertCustomer: (customer) =>
      prisma.$transaction(async (tx) => {
        const { source, externalId } = customer
        const select = { customerId: true }
        const where = await tx.customer.findFirst({ where: { source, externalId, archivedAt: null }, select })
        return customerOf(
          where
            ? await tx.customer.update({ where, data: customer, include })
            : await tx.customer.create({ data: customer, include }),
        )
      }),
    updateCustomers: async (changes) => {
      const updates = changes.map(({ customerId, ...data }) =>
        prisma.customer.update({ where: { customerId }, data, include }),
      )
      return (await prisma.$transaction(updates)).map(customerOf)
    },

    createCustomer: async (customer) => ({
      ...(await prisma.customer.create({ data: customer })),
      tags: null,
    }),
    createPerson: async (person) => ({ ...(await prisma.person.create({ data: person })), tags: null }),
    addContact: async ({ customerId, personId, role }) =>
      contactOf(
        await prisma.contact.create({ data: { customerId, personId, role }, include: { person: true } }),
      ),
    setPrimaryContact: ({ customerId, personId }) =>
      prisma.$transaction(async (tx) => {
        await tx.contact.updateMany({ where: { customerId, isPrimary: true }, data: { isPrimary: false } })
        await tx.contact.updateMany({ where: { customerId, personId }, data: { isPrimary: true } })
        return contactOf(
          await tx.contact.findFirstOrThrow({ where: { customerId, personId }, include: { person: true } }),
        )
      }),

    recordEntry: (entry) => prisma.auditEntry.create({ data: entry }),
    listEntries: async (entity) => {
      const rows = await prisma.auditEntry.findMany({
        where: entity,
        orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
        take: LIMIT + 1,
      })
      return rows.slice(0, LIMIT)
    },

    importCustomers: (imported) =>
      prisma.$transaction(
        async (tx) => {
          const counts = { customers: 0, people: 0, contacts: 0 }
          for (const some of chunks(imported)) {
            const added = await tx.customer.createManyAndReturn({
              data: some.map(({ people: _, ...customer }) => customer),
              select: { customerId: true },
            })
            const people = some.flatMap((customer) => customer.people)
            await tx.person.createMany({ data: people, skipDuplicates: true })
            const known = await tx.person.findMany({
              where: { email: { in: people.map(({ email }) => email) } },
              select: { personId: true, email: true },
            })
            const personIds = new Map(known.map(({ personId, email }) => [email, personId]))
            const contacts = some.flatMap((customer, n) =>
              customer.people.map(({ email }) => ({
                customerId: added[n]?.customerId as string,
                personId: personIds.get(email) as string,
              })),
            )
            await tx.contact.createMany({ data: contacts, skipDuplicates: true })
            counts.customers += added.length
            counts.people += known.length
            counts.contacts += contacts.length
          }
          return counts
        },
        { timeout: 60_000 },
      ),

    ...chatsOf(prisma),

    close: () => prisma.$disconnect(),
  }
}

const CONTACTS = {
  orderBy: [
    { endDate: { sort: 'asc', nulls: 'first' } },
    { isPrimary: 'desc' },
    { startDate: 'asc' },
    { contactId: 'asc' },
  ],
  include: { person: true },
} satisfies Prisma.Customer$contactsArgs

const include = { contacts: CONTACTS }

type WithPerson = Prisma.ContactGetPayload<{ include: { person: true } }>

function customerOf<C extends { contacts: WithPerson[] }>({ contacts, ...customer }: C) {
  // Prisma reads a list that is null as an empty one. There are no tags in the data.
  return { ...customer, tags: null, contacts: contacts.map(contactOf) }
}

function contactOf({ contactId, role, isPrimary, startDate, endDate, person, ...rest }: WithPerson) {
  const { personId, firstName, lastName, email, phone, jobTitle } = person
  return {
    contactId,
    personId,
    firstName,
    lastName,
    email,
    phone,
    jobTitle,
    role,
    isPrimary,
    startDate: startDate.toISOString().slice(0, 10),
    endDate: endDate?.toISOString().slice(0, 10) ?? null,
    version: rest.version,
    createdBy: rest.createdBy,
    updatedBy: rest.updatedBy,
  }
}
