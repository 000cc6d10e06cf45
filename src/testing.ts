/** A throwaway database for each test of a service, and factories of valid inputs. */
export {
  aChat,
  aCustomer,
  aMessage,
  aPerson,
  aUser,
  createReplicatedTestDatabase,
  createTestDatabase,
  type ReplicatedTestDatabase,
  type ReplicatedTestDatabaseOptions,
  type StandbyServer,
  type TemporaryServer,
  type TestDatabase,
  type TestDatabaseOptions,
} from './testing/index.ts'
