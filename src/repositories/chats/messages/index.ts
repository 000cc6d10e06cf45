export { type FileNames, keyOf, nameFiles, restoreFiles, saveWithFiles, withName } from './files.ts'
export {
  type ChatMessage,
  checkId,
  type MessageSettings,
  restoreMessage,
  type StoredMessage,
  storeMessages,
} from './message.ts'
