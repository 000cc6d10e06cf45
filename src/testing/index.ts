export { aChat, aCustomer, aMessage, aPerson, aUser } from './factories.ts'
export { createTestDatabase, type TestDatabase, type TestDatabaseOptions } from './test-database.ts'
