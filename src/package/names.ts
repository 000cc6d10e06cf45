/** `cluster_name` of a project's own embedded server: no client can set it, and no copy of a database has it. */
export const DEV_CLUSTER = 'norberts-spark-db dev server'

/**
 * Connection limit of the databases that `createTestDatabase` and the scratch servers create. It is set by the very
 * statement that creates a database, and no other tool sets it, and no copy has it: only databases with it are ever swept. (A
 * comment would be a second statement; a process killed between the two would leave a database for good.)
 */
export const TEST_CONNECTION_LIMIT = 1_720_575_941
