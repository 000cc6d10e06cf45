export type {
  ChatForkRequest,
  ChatHit,
  ChatListRequest,
  ChatLoadRequest,
  ChatOwner,
  ChatPruneRequest,
  ChatReplaceRequest,
  ChatSaveRequest,
  ChatTruncateRequest,
  ChatUsage,
  ChatUsageRequest,
  GivenModelOptions,
  LoadedChat,
  NewChat,
  PendingApproval,
  StreamClaimRequest,
} from './input.ts'
export { type MessageSettings, readFileStore } from './messages/index.ts'
export { ChatRepository } from './repository.ts'
export type { Chat, ModelOptions } from './statements.ts'
