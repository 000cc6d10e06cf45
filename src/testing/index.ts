export type { StandbyServer, TemporaryServer } from '../server/index.ts'
export { aChat, aCustomer, aMessage, aPerson, aUser } from './factories.ts'
export {
  createReplicatedTestDatabase,
  type ReplicatedTestDatabase,
  type ReplicatedTestDatabaseOptions,
} from './replicated-test-database.ts'
export {
  type DescribedStatement,
  describeStatements,
  findRowTypeDifferences,
  findUnservedStatements,
} from './statements.ts'
export { createTestDatabase, type TestDatabase, type TestDatabaseOptions } from './test-database.ts'
