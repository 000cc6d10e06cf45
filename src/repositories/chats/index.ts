export type {
  ChatForkRequest,
  ChatListRequest,
  ChatLoadRequest,
  ChatOwner,
  ChatPruneRequest,
  ChatReplaceRequest,
  ChatSaveRequest,
  ChatSearchRequest,
  ChatTruncateRequest,
  ChatUsageRequest,
  GivenModelOptions,
  NewChat,
  StreamClaimRequest,
  UsageRequest,
} from './input.ts'
export { keyOf, type MessageSettings } from './messages/index.ts'
export { ChatRepository } from './repository.ts'
export type {
  Chat,
  ChatHit,
  ChatUsage,
  LoadedChat,
  MessageHit,
  ModelOptions,
  PendingApproval,
} from './rows.ts'
