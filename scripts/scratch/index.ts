export {
  type ScratchDatabase,
  ScratchDatabases,
  type ScratchRun,
  ServerError,
} from '../../src/server/index.ts'
export { type ScratchServer, startScratchServer } from './scratch-server.ts'
