export { findBinaries } from './binaries.ts'
export { MADE_FOR_TESTS, type ScratchDatabase, ScratchDatabases, type ScratchRun } from './databases.ts'
export { startDevServer, stopDevServer } from './dev-server.ts'
export { ServerError } from './error.ts'
export { stopWhenInterrupted } from './interruption.ts'
export { startPostmaster } from './postmaster.ts'
export { isAlive, thisProcess } from './processes.ts'
export {
  type ReplicatedServers,
  type StandbyServer,
  startReplicatedServers,
  type TemporaryServer,
} from './replicated-servers.ts'
export { makeRunDirectory, sweepRuns } from './run-directory.ts'
export { makeScratchRoot } from './scratch-root.ts'
export { fillDataDirectory } from './template.ts'
