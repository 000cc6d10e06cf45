export {
  type ScratchDatabase,
  ScratchDatabases,
  type ScratchRun,
  ServerError,
} from '../../src/server/index.ts'
export { grantedLogin } from './login.ts'
export { type ScratchServer, startScratchServer } from './scratch-server.ts'
