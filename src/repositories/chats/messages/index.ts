export { type FileStore, keepFiles, type MovedFile, readFileStore, restoreFiles } from './files.ts'
export {
  type ChatMessage,
  checkId,
  type MessageSettings,
  restoreMessage,
  type StoredMessage,
  storeMessages,
} from './message.ts'
