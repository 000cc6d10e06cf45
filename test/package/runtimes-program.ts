/** The first steps of a service, in syntax that every runtime supports. */
const BODY = `
const main = async (url) => {
  await migrate(url, { environment: 'test' })
  const db = openDatabase(url)
  const { userId } = await db.users.create(aUser({ name: 'Ada' }))
  const rolledBack = await db.transaction(async (tx) => {
    await tx.users.update(userId, { name: 'Eve' })
    throw new Error('rolled back')
  }).catch((error) => error.message)
  const { customers } = await db.customers.importMany([aCustomer({ displayName: 'Zürich' }), aCustomer()])
  const cancelled = await db.transaction(async (tx) => {
    await tx.users.update(userId, { name: 'Bob' })
    return db.users.update(userId, { name: 'Eve' }, { signal: AbortSignal.timeout(200) }).catch((error) => error.name)
  })
  const own = await createTestDatabase()
  await own.db.users.create(aUser())
  const { length } = (await own.db.users.list()).items
  await own.drop()
  const { issues } = await validators.users.insert['~standard'].validate({ name: 'A', email: 'a@example.test' })
  const { name } = await db.users.get(userId)
  await db.close()
  const { differences } = await verify(url)
  console.log(JSON.stringify({ rolledBack, customers, cancelled, length, issues: issues.length, name, differences }))
}
main(process.argv[2]).catch((error) => { console.error(error); process.exitCode = 1 })
`

const NAMES = {
  '@norberts-spark/db': 'openDatabase',
  '@norberts-spark/db/admin': 'migrate, verify',
  '@norberts-spark/db/schema': 'validators',
  '@norberts-spark/db/testing': 'aCustomer, aUser, createTestDatabase',
}

const esm = Object.entries(NAMES).map(([entry, names]) => `import { ${names} } from '${entry}'`)
const cjs = Object.entries(NAMES).map(([entry, names]) => `const { ${names} } = require('${entry}')`)

export const PROGRAM = {
  'program.mjs': esm.join('\n') + BODY,
  'program.cjs': cjs.join('\n') + BODY,
}

export const OUTPUT = {
  rolledBack: 'rolled back',
  customers: 2,
  cancelled: 'TimeoutError',
  length: 1,
  issues: 2,
  name: 'Bob',
  differences: [],
}
