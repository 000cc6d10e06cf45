import type { CallOptions, Connection } from '../../connection/index.ts'
import { InvalidInputError, NotFoundError } from '../../errors/index.ts'
import { searchWords, text, uuid } from '../../input/index.ts'
import {
  execute,
  iteratePages,
  orThrowNotFound,
  type Page,
  queryAll,
  queryFirst,
  queryList,
  queryOne,
  queryPage,
} from '../../query/index.ts'
import type { Files } from '../files/index.ts'
import { PART_TYPES, toHits } from './hits.ts'
import {
  type ChatForkRequest,
  type ChatListRequest,
  type ChatLoadRequest,
  type ChatOwner,
  type ChatPruneRequest,
  type ChatReplaceRequest,
  type ChatSaveRequest,
  type ChatSearchRequest,
  type ChatTruncateRequest,
  type ChatUsageRequest,
  END,
  type GivenModelOptions,
  type NewChat,
  readChatUsageRequest,
  readClaimRequest,
  readForkRequest,
  readListRequest,
  readLoadRequest,
  readMessageId,
  readModelOptions,
  readNewChat,
  readOwner,
  readPruneRequest,
  readReplaceRequest,
  readSaveRequest,
  readSearchRequest,
  readTitle,
  readTruncateRequest,
  readUsageRequest,
  type StreamClaimRequest,
  type UsageRequest,
} from './input.ts'
import { toStoredChat } from './loaded-chat.ts'
import { type ChatMessage, keyOf, type MessageSettings, restoreFiles } from './messages/index.ts'
import { pruneChats } from './prune.ts'
import type { Chat, ChatHit, ChatUsage, LoadedChat, ModelOptions, PendingApproval } from './rows.ts'
import { saveChat } from './save.ts'
import {
  claimStream,
  createChat,
  deleteChat,
  findChat,
  findOptions,
  findPendingApprovals,
  findVersion,
  forkChat,
  listChats,
  loadChat,
  type OwnedChat,
  recordOptions,
  renameChat,
  searchChats,
  sumUsageOfChat,
  sumUsageOfUser,
  truncateMessages,
} from './statements/index.ts'
import { closeToolCalls } from './tool-calls.ts'

/**
 * The conversations of users with an assistant. Messages of the AI SDK are returned exactly as they were saved; `M` is the
 * service's own `UIMessage` type. Every method may throw UnavailableError.
 */
export class ChatRepository {
  readonly #connection: Connection
  readonly #messages: MessageSettings
  readonly #files: Files

  constructor(connection: Connection, messages: MessageSettings, files: Files) {
    this.#connection = connection
    this.#messages = messages
    this.#files = files
  }

  /**
   * Creates a chat. If the user already has a chat with this id, that chat is returned unchanged. Ids are unique among the
   * chats of one user: chats of other users do not matter.
   *
   * @throws {ConstraintError} `chats_user_id_fkey`: there is no such user; `chats_title_check`: the title is too long.
   */
  async create(chat: NewChat, options?: CallOptions): Promise<Chat> {
    const { id: chatId, ...rest } = readNewChat(chat, 'chat')
    const input = { chatId, ...rest }
    return queryOne(this.#connection, createChat.for(input), input, options)
  }

  /** Finds a chat of a user, without its messages; undefined if there is none. */
  async find(chatId: string, owner: ChatOwner, options?: CallOptions): Promise<Chat | undefined> {
    const chat = ownedChat(chatId, readOwner(owner, 'owner'))
    return queryFirst(this.#connection, findChat, chat, options)
  }

  /**
   * Returns a chat of a user, without its messages.
   *
   * @throws {NotFoundError} the user has no such chat.
   */
  async get(chatId: string, owner: ChatOwner, options?: CallOptions): Promise<Chat> {
    return requireChat(await this.find(chatId, owner, options), chatId)
  }

  /**
   * Lists the chats of a user, most recently changed first. With `search`, the best matches come first.
   *
   * @throws {InvalidInputError} `limit` is not from 1 to 200, or `after` is not the `next` of a page of this list.
   */
  async listByUser(
    userId: string,
    request: ChatListRequest = {},
    options?: CallOptions,
  ): Promise<Page<Chat>> {
    const input = { ...readListRequest(request, 'request'), userId: uuid(userId, 'userId') }
    return queryList(this.#connection, listChats, input, options)
  }

  /**
   * Reads all chats of a list, one after the other, in constant memory: 200 at a time, as they are asked for. The request is that
   * of `listByUser`, without the fields of a page.
   *
   * @throws {InvalidInputError} the request is not valid; thrown by the first step.
   */
  iterateByUser(
    userId: string,
    request: Omit<ChatListRequest, 'limit' | 'after' | 'before' | 'withTotal'> = {},
    options?: CallOptions,
  ): AsyncGenerator<Chat, void, undefined> {
    return iteratePages(request, (page: ChatListRequest) => this.listByUser(userId, page, options))
  }

  /**
   * Sets the title of a chat; null clears it.
   *
   * @throws {NotFoundError} the user has no such chat.
   * @throws {ConstraintError} `chats_title_check`: the title is too long.
   */
  async rename(chatId: string, title: string | null, owner: ChatOwner, options?: CallOptions): Promise<Chat> {
    const input = { ...ownedChat(chatId, readOwner(owner, 'owner')), title: readTitle(title, 'title') }
    return requireChat(await queryFirst(this.#connection, renameChat, input, options), chatId)
  }

  /** Deletes a chat with its messages and their files, and returns whether the user had such a chat. */
  async delete(chatId: string, owner: ChatOwner, options?: CallOptions): Promise<boolean> {
    const chat = ownedChat(chatId, readOwner(owner, 'owner'))
    const { deleted, files } = await queryOne(this.#connection, deleteChat, chat, options)
    await this.#deleteFiles(chat.userId, files)
    return deleted === 1
  }

  /**
   * Loads a chat with its messages, all of them or the last ones. The messages are deeply equal to
   * `JSON.parse(JSON.stringify(saved))`, with the keys in the same order.
   *
   * @throws {NotFoundError} the user has no such chat.
   */
  async load<M extends ChatMessage>(
    chatId: string,
    request: ChatLoadRequest,
    options?: CallOptions,
  ): Promise<LoadedChat<M>> {
    const { limit, before, ...owner } = readLoadRequest(request, 'request')
    const isWhole = limit === undefined && before === undefined
    const fetch = isWhole ? undefined : (limit ?? END - 1) + 1 // one more shows whether there are earlier messages
    const input = { ...ownedChat(chatId, owner), before: before ?? END, fetch }
    const rows = await queryAll(this.#connection, loadChat.for(input), input, options)
    const { chat, messages, positions } = requireChat(toStoredChat<M>(rows), chatId)
    const isPart = limit !== undefined && messages.length > limit
    if (isPart) messages.shift()
    await restoreFiles(owner.userId, messages, this.#files.store)
    return { ...chat, messages, ...(isPart && { before: positions[1] as number }) }
  }

  /**
   * Saves messages in one atomic statement: adds new messages, and updates those whose ids exist in the chat. Messages keep
   * the order in which they were first saved. Saving the same messages again changes only the version of the chat.
   *
   * Returns the chat's new version, and the number of messages written.
   *
   * @throws {NotFoundError} the user has no such chat.
   * @throws {StaleVersionError} the chat has another version than `ifVersion`.
   * @throws {InvalidInputError} a message is invalid, or has an id that PostgreSQL cannot store.
   * @throws {MessageTooLargeError} a message is larger than the `maxMessageBytes` of openDatabase.
   */
  async save<M extends ChatMessage>(
    chatId: string,
    messages: readonly M[],
    request: ChatSaveRequest,
    options?: CallOptions,
  ): Promise<{ version: number; saved: number }> {
    const { userId, ...mode } = readSaveRequest(request, 'request')
    const chat = { ...ownedChat(chatId, { userId }), ...mode }
    const settings = { messages: this.#messages, files: this.#files }
    return saveChat(this.#connection, messages, chat, settings, options)
  }

  /**
   * Replaces all messages of a chat, in this order. Messages not in the list are deleted. Otherwise the same as `save`.
   *
   * @throws {NotFoundError} the user has no such chat.
   * @throws {StaleVersionError} the chat has another version than `ifVersion`.
   * @throws {InvalidInputError} a message is invalid, or has an id that PostgreSQL cannot store.
   * @throws {MessageTooLargeError} a message is larger than the `maxMessageBytes` of openDatabase.
   */
  async replace<M extends ChatMessage>(
    chatId: string,
    messages: readonly M[],
    request: ChatReplaceRequest,
    options?: CallOptions,
  ): Promise<{ version: number; saved: number }> {
    const { userId, ifVersion } = readReplaceRequest(request, 'request')
    const chat = { ...ownedChat(chatId, { userId }), ifVersion, replaces: true }
    const settings = { messages: this.#messages, files: this.#files }
    return saveChat(this.#connection, messages, chat, settings, options)
  }

  /**
   * Deletes a message and all later ones, so that they can be edited or generated again.
   *
   * Returns the chat's new version, and the number of messages deleted.
   *
   * @throws {NotFoundError} the user has no such chat, or the chat has no such message.
   */
  async truncateFrom(
    chatId: string,
    messageId: string,
    request: ChatTruncateRequest,
    options?: CallOptions,
  ): Promise<{ version: number; deleted: number }> {
    const { inclusive = true, ...owner } = readTruncateRequest(request, 'request')
    const input = {
      ...ownedChat(chatId, owner),
      messageId: readMessageId(messageId, 'messageId'),
      keepsIt: !inclusive,
    }
    const { version, deleted, files } = await queryOne(this.#connection, truncateMessages, input, options)
    await this.#deleteFiles(owner.userId, files)
    return {
      version: requireChat(version ?? undefined, chatId),
      deleted: orThrowNotFound(deleted ?? undefined, 'messages', { chat_id: chatId, id: messageId }),
    }
  }

  /**
   * Creates a chat of the same user with a copy of the messages, in one atomic statement.
   *
   * @throws {NotFoundError} the user has no such chat, or the chat has no message `upTo`.
   * @throws {ConstraintError} `chats_pkey`: the user already has a chat with this `id`.
   */
  async fork(chatId: string, request: ChatForkRequest, options?: CallOptions): Promise<Chat> {
    const { upTo = null, id = null, ...owner } = readForkRequest(request, 'request')
    const chat = ownedChat(chatId, owner)
    const fork = await queryOne(this.#connection, forkChat, { ...chat, upTo, id }, options)
    if (fork.chatId !== null) return fork as Chat
    await this.#requireChat(chat, options)
    throw new NotFoundError('messages', { chat_id: chatId, id: upTo ?? '' })
  }

  /**
   * Makes a stream the active one of a chat if the expected stream is active (compare and set), and returns whether it was.
   *
   * @throws {NotFoundError} the user has no such chat.
   */
  async claimStream(
    chatId: string,
    streamId: string,
    request: StreamClaimRequest,
    options?: CallOptions,
  ): Promise<boolean> {
    const { expect = null, ...owner } = readClaimRequest(request, 'request')
    return this.#setStream(ownedChat(chatId, owner), text(streamId, 'streamId'), expect, options)
  }

  /**
   * Ends a stream if it is the active one of a chat, and returns whether it was.
   *
   * @throws {NotFoundError} the user has no such chat.
   */
  async clearStream(
    chatId: string,
    streamId: string,
    owner: ChatOwner,
    options?: CallOptions,
  ): Promise<boolean> {
    const chat = ownedChat(chatId, readOwner(owner, 'owner'))
    return this.#setStream(chat, null, text(streamId, 'streamId'), options)
  }

  async #setStream(
    chat: OwnedChat,
    streamId: string | null,
    expect: string | null,
    options: CallOptions | undefined,
  ): Promise<boolean> {
    const input = { ...chat, streamId, expect }
    if ((await execute(this.#connection, claimStream, input, options)) === 1) return true
    await this.#requireChat(chat, options)
    return false
  }

  /**
   * Records the options with which the model was called for a message. Replaces those recorded before.
   *
   * @throws {NotFoundError} there is no such message in a chat of the user.
   * @throws {ConstraintError} an option is out of range, for example `ai_options_temperature_check`.
   */
  async recordOptions(
    chatId: string,
    messageId: string,
    modelOptions: GivenModelOptions,
    owner: ChatOwner,
    options?: CallOptions,
  ): Promise<ModelOptions> {
    const message = {
      ...ownedChat(chatId, readOwner(owner, 'owner')),
      messageId: readMessageId(messageId, 'messageId'),
    }
    const input = { ...NO_OPTIONS, ...readModelOptions(modelOptions, 'options'), ...message }
    const recorded = await queryFirst(this.#connection, recordOptions, input, options)
    return orThrowNotFound(recorded, 'messages', { chat_id: chatId, id: messageId })
  }

  /** Finds the options recorded for a message; undefined if there are none. */
  async optionsOf(
    chatId: string,
    messageId: string,
    owner: ChatOwner,
    options?: CallOptions,
  ): Promise<ModelOptions | undefined> {
    const input = {
      ...ownedChat(chatId, readOwner(owner, 'owner')),
      messageId: readMessageId(messageId, 'messageId'),
    }
    return queryFirst(this.#connection, findOptions, input, options)
  }

  /**
   * Sums the tokens of the messages of a user, including aborted messages. The counts are read from the metadata of
   * messages: `metadata.usage`, `metadata.totalUsage`, or `inputTokens` and `outputTokens` in it.
   */
  async usageOfUser(userId: string, request: UsageRequest = {}, options?: CallOptions): Promise<ChatUsage> {
    const { from = '-infinity', to = 'infinity' } = readUsageRequest(request, 'request')
    const input = { userId: uuid(userId, 'userId'), from, to }
    return queryOne(this.#connection, sumUsageOfUser, input, options)
  }

  /** Sums the tokens of the messages of a user's chat in the same way; 0 if the user has no such chat. */
  async usageOfChat(chatId: string, request: ChatUsageRequest, options?: CallOptions): Promise<ChatUsage> {
    const { from = '-infinity', to = 'infinity', ...owner } = readChatUsageRequest(request, 'request')
    const input = { ...ownedChat(chatId, owner), from, to }
    return queryOne(this.#connection, sumUsageOfChat, input, options)
  }

  /** Lists the tool calls in a user's chats that wait for approval, most recently changed chats first. */
  async pendingApprovals(userId: string, options?: CallOptions): Promise<PendingApproval[]> {
    const input = { userId: uuid(userId, 'userId') }
    const rows = await queryAll(this.#connection, findPendingApprovals, input, options)
    return rows as PendingApproval[]
  }

  /**
   * Ends the tool calls of a chat that began and have no output, for example after a crash, and returns their number. A call
   * becomes `output-denied` if the user denied it, otherwise `output-error`, also if the user approved it: whether the tool
   * ran is unknown. Saving messages never does this.
   *
   * @throws {NotFoundError} the user has no such chat.
   */
  async closeDanglingTools(chatId: string, owner: ChatOwner, options?: CallOptions): Promise<number> {
    return closeToolCalls(this.#connection, ownedChat(chatId, readOwner(owner, 'owner')), options)
  }

  /**
   * Deletes the chats of all users that have not changed since a time, in batches, and returns their number. Chats that are
   * being changed are skipped. Batches that were deleted before an error remain deleted. With `dryRun`, counts the chats and
   * deletes none.
   *
   * @throws {InvalidInputError} `olderThan` is in the future.
   */
  async prune(request: ChatPruneRequest, options?: CallOptions): Promise<number> {
    return pruneChats(this.#connection, readPruneRequest(request, 'request'), this.#files, options)
  }

  /**
   * Searches the titles, text and reasoning of a user's chats. Every word must occur, in any order, as the beginning of a
   * word; words in quotes as they are, one behind the other. Letter case, accents and punctuation do not matter. Each chat is
   * returned once, with its best matches; whole words come before beginnings, then the most recently changed chats.
   *
   * The first 200 characters and 10 words of the query are read, and the first 100,000 characters of a part of a message.
   *
   * @throws {InvalidInputError} `words` is blank, `limit` is not from 1 to 200, or `after` is not the `next` of a page of this list.
   */
  async search(
    userId: string,
    words: string,
    request: ChatSearchRequest = {},
    options?: CallOptions,
  ): Promise<Page<ChatHit>> {
    const search = searchWords(words, 'words')
    if (search === undefined) throw new InvalidInputError('words', 'must not be blank')
    const { include = [], ...page } = readSearchRequest(request, 'request')
    const types = ['text', 'reasoning', ...include.flatMap((kind) => PART_TYPES[kind])]
    const input = { ...page, userId: uuid(userId, 'userId'), search, types }
    return queryPage(this.#connection, searchChats, input, options, {
      toItems: (rows) => toHits(rows, search),
    })
  }

  async #deleteFiles(userId: string, names: readonly string[] | null): Promise<void> {
    const keys = names?.map((name) => keyOf(userId, name)) ?? []
    await this.#files.deleteAfterCommit(this.#connection, keys)
  }

  async #requireChat(chat: OwnedChat, options: CallOptions | undefined): Promise<void> {
    requireChat(await queryFirst(this.#connection, findVersion, chat, options), chat.chatId)
  }
}

const NO_OPTIONS: ModelOptions = {
  prompt: null,
  maxTokens: null,
  temperature: null,
  topP: null,
  frequencyPenalty: null,
  presencePenalty: null,
}

function ownedChat(chatId: string, { userId }: ChatOwner): OwnedChat {
  return { chatId: uuid(chatId, 'chatId'), userId }
}

function requireChat<T>(chat: T | undefined, chatId: string): T {
  return orThrowNotFound(chat, 'chats', { id: chatId })
}
