export type {
  ChatForkRequest,
  ChatListRequest,
  ChatLoadRequest,
  ChatOwner,
  ChatPruneRequest,
  ChatReplaceRequest,
  ChatSaveRequest,
  ChatTruncateRequest,
  ChatUsageRequest,
  GivenModelOptions,
  NewChat,
  StreamClaimRequest,
} from './input.ts'
export { type MessageSettings, readFileStore } from './messages/index.ts'
export { ChatRepository } from './repository.ts'
export type { Chat, ChatHit, ChatUsage, LoadedChat, ModelOptions, PendingApproval } from './rows.ts'
