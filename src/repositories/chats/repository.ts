import type { CallOptions, Connection } from '../../connection/index.ts'
import { InvalidInputError, NotFoundError, StaleVersionError } from '../../errors/index.ts'
import { searchWords, text, time, uuid } from '../../input/index.ts'
import {
  all,
  change,
  first,
  only,
  type Page,
  type PageRequest,
  Pager,
  type Statement,
} from '../../query/index.ts'
import {
  type ChatForkRequest,
  type ChatHit,
  type ChatListRequest,
  type ChatLoadRequest,
  type ChatOwner,
  type ChatPruneRequest,
  type ChatReplaceRequest,
  type ChatSaveRequest,
  type ChatTruncateRequest,
  type ChatUsage,
  type ChatUsageRequest,
  END,
  type GivenModelOptions,
  type LoadedChat,
  messageId,
  type NewChat,
  type PendingApproval,
  readClaimRequest,
  readForkRequest,
  readListRequest,
  readLoadRequest,
  readNewChat,
  readOptions,
  readOwner,
  readPageRequest,
  readReplaceRequest,
  readSaveRequest,
  readTitle,
  readTruncateRequest,
  readUsageRequest,
  type StreamClaimRequest,
} from './input.ts'
import { chatOf } from './loaded-chat.ts'
import {
  type ChatMessage,
  keepFiles,
  type MessageSettings,
  restoreFiles,
  type StoredMessage,
  storeMessages,
} from './messages/index.ts'
import { snippetOf } from './snippet.ts'
import {
  type Chat,
  claimStream,
  createChat,
  deleteChat,
  findChat,
  findOptions,
  findVersion,
  forkChat,
  listChats,
  loadChat,
  lockChat,
  type ModelOptions,
  recordOptions,
  renameChat,
  type SaveInput,
  saveMessages,
  truncateMessages,
} from './statements.ts'
import {
  findDanglingTools,
  findPendingApprovals,
  PRUNED,
  pruneChats,
  rewriteTools,
  searchChats,
  sumUsageOfChat,
  sumUsageOfUser,
} from './upkeep-statements.ts'

/**
 * Conversations with an assistant: messages of the AI SDK come back exactly as they were handed over. `M` is the
 * service's own `UIMessage`. Every method may end in UnavailableError.
 */
export class ChatRepository {
  readonly #connection: Connection
  readonly #messages: MessageSettings

  constructor(connection: Connection, messages: MessageSettings) {
    this.#connection = connection
    this.#messages = messages
  }

  /**
   * Creating a chat again with the same id and owner returns it as it is.
   *
   * @throws {NotFoundError} the id belongs to another user's chat.
   * @throws {ConstraintError} `chats_user_id_fkey`: there is no such user; `chats_title_check`.
   */
  async create(chat: NewChat, options?: CallOptions): Promise<Chat> {
    const { id: chatId, ...rest } = readNewChat(chat, 'chat')
    const input = { chatId, ...rest }
    return existing(await first(this.#connection, createChat.for(input), input, options), chatId ?? 'new')
  }

  async find(chatId: string, owner: ChatOwner, options?: CallOptions): Promise<Chat | undefined> {
    return first(this.#connection, findChat, own(chatId, readOwner(owner, 'owner')), options)
  }

  /** @throws {NotFoundError} the user has no such chat. */
  async get(chatId: string, owner: ChatOwner, options?: CallOptions): Promise<Chat> {
    return existing(await this.find(chatId, owner, options), chatId)
  }

  /** The chats that were changed last come first; with `search` the most relevant first, then those. */
  async listByUser(
    userId: string,
    request: ChatListRequest = {},
    options?: CallOptions,
  ): Promise<Page<Chat>> {
    const given = readListRequest(request, 'request')
    const pager = new Pager('chats.listByUser', given)
    const input = { userId: uuid(userId, 'userId'), search: given.search, ...pager.parameters }
    const rows = await all(this.#connection, listChats.for(input), input, options)
    return pager.page(rows, (chat) => ({ at: chat.updatedAt, id: chat.chatId }))
  }

  /** @throws {NotFoundError} the user has no such chat. */
  async rename(chatId: string, title: string | null, owner: ChatOwner, options?: CallOptions): Promise<Chat> {
    const input = { ...own(chatId, readOwner(owner, 'owner')), title: readTitle(title, 'title') }
    return existing(await first(this.#connection, renameChat, input, options), chatId)
  }

  /** Deletes the chat with its messages. Returns whether there was one. */
  async delete(chatId: string, owner: ChatOwner, options?: CallOptions): Promise<boolean> {
    return (await change(this.#connection, deleteChat, own(chatId, readOwner(owner, 'owner')), options)) === 1
  }

  /**
   * The chat and its messages: `deepStrictEqual(messages, JSON.parse(JSON.stringify(saved)))`, the order of keys kept.
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
    const fetch = isWhole ? undefined : (limit ?? END - 1) + 1 // one more tells whether there are others
    const input = { ...own(chatId, owner), before: before ?? END, fetch }
    const rows = await all(this.#connection, loadChat.for(input), input, options)
    const { chat, messages, positions } = existing(chatOf<M>(rows), chatId)
    const isPart = limit !== undefined && messages.length > limit
    if (isPart) messages.shift()
    await restoreFiles(messages, this.#messages.fileStore)
    return { ...chat, messages, ...(isPart && { before: positions[1] as number }) }
  }

  /**
   * Adds messages or, where their ids are known in the chat, changes them, in one atomic statement; they keep the order
   * in which they first came. The same messages again change nothing but the chat's version.
   *
   * Resolves with the chat's new version, and how many messages were written.
   *
   * @throws {NotFoundError} the user has no such chat.
   * @throws {StaleVersionError} the chat is at another version than `ifVersion`.
   * @throws {InvalidInputError} a message is none, or has an id that PostgreSQL cannot store.
   * @throws {MessageTooLargeError} see `maxMessageBytes` of openDatabase.
   */
  save<M extends ChatMessage>(
    chatId: string,
    messages: readonly M[],
    request: ChatSaveRequest,
    options?: CallOptions,
  ): Promise<{ version: number; saved: number }> {
    return this.#save(chatId, messages, readSaveRequest(request, 'request'), options)
  }

  /**
   * Makes the chat's messages these, in this order; what is not among them goes. Otherwise as `save`.
   *
   * @throws {NotFoundError} the user has no such chat.
   * @throws {StaleVersionError} the chat is at another version than `ifVersion`.
   * @throws {InvalidInputError} a message is none, or has an id that PostgreSQL cannot store.
   * @throws {MessageTooLargeError} see `maxMessageBytes` of openDatabase.
   */
  replace<M extends ChatMessage>(
    chatId: string,
    messages: readonly M[],
    request: ChatReplaceRequest,
    options?: CallOptions,
  ): Promise<{ version: number; saved: number }> {
    return this.#save(
      chatId,
      messages,
      { ...readReplaceRequest(request, 'request'), replaces: true },
      options,
    )
  }

  async #save(
    chatId: string,
    messages: readonly ChatMessage[],
    { ifVersion, truncateFrom, replaces, userId }: ChatSaveRequest & { replaces?: true },
    options: CallOptions | undefined,
  ): Promise<{ version: number; saved: number }> {
    const chat = own(chatId, { userId })
    const stored = storeMessages(messages, this.#messages)
    await keepFiles(stored, this.#messages.fileStore)
    const input = { ...chat, ifVersion: ifVersion ?? null, truncateFrom, replaces, ...columnsOf(stored) }
    const saved = await first(this.#connection, saveMessages.for(input), input, options)
    return saved ?? only(await this.#repeat(saveMessages.for(input), input, ifVersion, options))
  }

  /** Somebody else changed the chat at the same time, if it is there at all: once more, with the lock taken first. */
  #repeat<Input extends { chatId: string; userId: string }, Row>(
    statement: Statement<Input, Row>,
    input: Input,
    ifVersion: number | undefined,
    options: CallOptions | undefined,
  ): Promise<Row | undefined> {
    const { chatId, userId } = input
    return this.#connection.atomically(async (connection) => {
      const { version } = existing(await first(connection, lockChat, { chatId, userId }, options), chatId)
      if (ifVersion !== undefined && ifVersion !== version) throw new StaleVersionError(version)
      return first(connection, statement, input, options)
    }, options)
  }

  /**
   * Removes a message and those behind it, to regenerate or edit. Resolves with the chat's new version and how many went.
   *
   * @throws {NotFoundError} the user has no such chat, or the chat no such message.
   */
  async truncateFrom(
    chatId: string,
    fromId: string,
    request: ChatTruncateRequest,
    options?: CallOptions,
  ): Promise<{ version: number; deleted: number }> {
    const { inclusive = true, ...owner } = readTruncateRequest(request, 'request')
    const chat = own(chatId, owner)
    const input = {
      ...chat,
      messageId: messageId(fromId, 'messageId'),
      exclusive: inclusive ? undefined : (true as const),
    }
    const statement = truncateMessages.for(input)
    const truncated =
      (await first(this.#connection, statement, input, options)) ??
      (await this.#repeat(statement, input, undefined, options))
    if (truncated) return truncated
    throw new NotFoundError('messages', { chat_id: chatId, id: fromId })
  }

  /**
   * A new chat of the same user with a copy of the messages, in one atomic statement.
   *
   * @throws {NotFoundError} the user has no such chat, or the chat no message `upTo`.
   * @throws {ConstraintError} `chats_pkey`: the `id` is taken.
   */
  async fork(chatId: string, request: ChatForkRequest, options?: CallOptions): Promise<Chat> {
    const { upTo, id, ...owner } = readForkRequest(request, 'request')
    const chat = own(chatId, owner)
    const input = { ...chat, upTo, id }
    const fork = await first(this.#connection, forkChat.for(input), input, options)
    if (fork) return fork
    existing(await first(this.#connection, findVersion, chat, options), chatId)
    throw new NotFoundError('messages', { chat_id: chatId, id: upTo ?? '' })
  }

  /**
   * Makes a stream the chat's active one if the expected one is: compare and set. Resolves with whether it was.
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
    return this.#setStream(own(chatId, owner), text(streamId, 'streamId'), expect, options)
  }

  /**
   * Ends the stream if it is the chat's active one. Resolves with whether it was.
   *
   * @throws {NotFoundError} the user has no such chat.
   */
  async clearStream(
    chatId: string,
    streamId: string,
    owner: ChatOwner,
    options?: CallOptions,
  ): Promise<boolean> {
    return this.#setStream(own(chatId, readOwner(owner, 'owner')), null, text(streamId, 'streamId'), options)
  }

  async #setStream(
    chat: { chatId: string; userId: string },
    streamId: string | null,
    expect: string | null,
    options: CallOptions | undefined,
  ): Promise<boolean> {
    const input = { ...chat, streamId, expect }
    if ((await change(this.#connection, claimStream, input, options)) === 1) return true
    existing(await first(this.#connection, findVersion, chat, options), chat.chatId)
    return false
  }

  /**
   * Keeps what the model was called with for a message; a second time, in place of the first.
   *
   * @throws {NotFoundError} there is no such message in a chat of this user.
   * @throws {ConstraintError} a bound, such as `ai_options_temperature_check`.
   */
  async recordOptions(
    chatId: string,
    ofMessage: string,
    given: GivenModelOptions,
    owner: ChatOwner,
    options?: CallOptions,
  ): Promise<ModelOptions> {
    const message = {
      ...own(chatId, readOwner(owner, 'owner')),
      messageId: messageId(ofMessage, 'messageId'),
    }
    const input = { ...NO_OPTIONS, ...readOptions(given, 'options'), ...message } as typeof message &
      ModelOptions
    const recorded = await first(this.#connection, recordOptions, input, options)
    if (recorded) return recorded
    throw new NotFoundError('messages', { chat_id: chatId, id: ofMessage })
  }

  /**
   * Tokens of the messages of one user, of one chat, or of one user's chat, as far as their metadata has them
   * (`metadata.usage`, `metadata.totalUsage`, or `inputTokens` and `outputTokens` in it), aborted ones included.
   *
   * @throws {InvalidInputError} neither `userId` nor `chatId` is given.
   */
  async usage(request: ChatUsageRequest, options?: CallOptions): Promise<ChatUsage> {
    const { userId, chatId, from = '-infinity', to = 'infinity' } = readUsageRequest(request, 'request')
    const span = { from, to }
    if (userId === undefined) {
      if (chatId === undefined) throw new InvalidInputError('userId', 'is required unless chatId is given')
      return only(await first(this.#connection, sumUsageOfChat, { chatId, ...span }, options))
    }
    const input = { userId, chatId, ...span }
    return only(await first(this.#connection, sumUsageOfUser.for(input), input, options))
  }

  /** Tool calls in a user's chats that wait to be approved; the chats changed last come first. */
  async pendingApprovals(userId: string, options?: CallOptions): Promise<PendingApproval[]> {
    const rows = await all(
      this.#connection,
      findPendingApprovals,
      { userId: uuid(userId, 'userId') },
      options,
    )
    return rows as PendingApproval[]
  }

  /**
   * Ends the tool calls that were begun and never got an output, as after a crash: they become `output-error`, also
   * where the user had approved them (whether the tool ran is not known), and `output-denied` where the user had denied
   * them. A save never does that by itself. Resolves with how many there were.
   *
   * @throws {NotFoundError} the user has no such chat.
   */
  async closeDanglingTools(chatId: string, owner: ChatOwner, options?: CallOptions): Promise<number> {
    const chat = own(chatId, readOwner(owner, 'owner'))
    return this.#connection.atomically(async (connection) => {
      existing(await first(connection, lockChat, chat, options), chatId)
      const dangling = await all(connection, findDanglingTools, chat, options)
      if (dangling.length === 0) return 0
      const closedParts = dangling.map(({ payload }) => closed(payload))
      const input = {
        ...chat,
        messageIds: dangling.map(({ messageId }) => messageId),
        positions: dangling.map(({ position }) => position),
        states: closedParts.map(({ state }) => state),
        payloads: closedParts.map((part) => JSON.stringify(part)),
      }
      await change(connection, rewriteTools, input, options)
      return dangling.length
    }, options)
  }

  /**
   * Deletes the chats that nobody has changed since, in batches; what is deleted before an error stays deleted.
   * Resolves with their number.
   */
  async prune({ olderThan, onProgress }: ChatPruneRequest, options?: CallOptions): Promise<number> {
    const input = { olderThan: time(olderThan, 'olderThan') }
    let deleted = 0
    for (;;) {
      const count = await change(this.#connection, pruneChats, input, options)
      deleted += count
      if (count > 0) onProgress?.({ deleted })
      if (count < PRUNED) return deleted
    }
  }

  /**
   * A user's chats whose text or reasoning has the words, in any letter case, with or without accents; each once, by its
   * best part: the most relevant first, then the chats changed last.
   *
   * @throws {InvalidInputError} the words are blank, `limit` is not from 1 to 200, or `after` is not the `next` of a page of this list.
   */
  async search(
    userId: string,
    words: string,
    request: PageRequest = {},
    options?: CallOptions,
  ): Promise<Page<ChatHit>> {
    const search = searchWords(words, 'words')
    if (search === undefined) throw new InvalidInputError('words', 'must not be blank')
    const pager = new Pager('chats.search', { ...readPageRequest(request, 'request'), search })
    const input = { userId: uuid(userId, 'userId'), search, ...pager.parameters }
    const rows = await all(this.#connection, searchChats.for(input), input, options)
    const { items, ...next } = pager.page(rows, (hit) => ({ at: hit.updatedAt, id: hit.chatId }))
    return {
      items: items.map(({ text, ...hit }) => ({ ...hit, snippet: snippetOf(text ?? '', search) })),
      ...next,
    }
  }

  /** What the model was called with for a message; undefined where nothing was recorded. */
  async optionsOf(
    chatId: string,
    ofMessage: string,
    owner: ChatOwner,
    options?: CallOptions,
  ): Promise<ModelOptions | undefined> {
    const chat = own(chatId, readOwner(owner, 'owner'))
    return first(
      this.#connection,
      findOptions,
      { ...chat, messageId: messageId(ofMessage, 'messageId') },
      options,
    )
  }
}

/** The call as the AI SDK would have it after an error or a denial; what came of its input stays. */
function closed(given: unknown): { state: string } {
  const { rawInput, ...part } = given as DanglingTool
  if (part.state === 'approval-responded' && part.approval?.approved === false)
    return { ...(given as DanglingTool), state: 'output-denied' }
  // The SDK takes what came of an input as the input of a call that failed.
  const input = part.input ?? rawInput
  return {
    ...part,
    ...(input !== undefined && { input }),
    state: 'output-error',
    errorText: 'The tool call was interrupted.',
  } as { state: string }
}

interface DanglingTool {
  state: string
  input?: unknown
  rawInput?: unknown
  approval?: { approved?: unknown } | null
}

const NO_OPTIONS: ModelOptions = {
  prompt: null,
  maxTokens: null,
  temperature: null,
  topP: null,
  frequencyPenalty: null,
  presencePenalty: null,
}

function own(chatId: string, { userId }: ChatOwner) {
  return { chatId: uuid(chatId, 'chatId'), userId }
}

function columnsOf(messages: StoredMessage[]): Omit<SaveInput, 'chatId' | 'userId' | 'ifVersion'> {
  const parts = messages.flatMap(({ id, parts }) =>
    parts.map((part, position) => ({ id, position, ...part })),
  )
  return {
    ids: messages.map(({ id }) => id),
    roles: messages.map(({ role }) => role),
    partCounts: messages.map(({ parts }) => parts.length),
    envelopes: messages.map(({ envelope }) => envelope),
    inputTokens: messages.map(({ inputTokens }) => inputTokens),
    outputTokens: messages.map(({ outputTokens }) => outputTokens),
    partMessageIds: parts.map(({ id }) => id),
    partPositions: parts.map(({ position }) => position),
    partTypes: parts.map(({ type }) => type),
    toolCallIds: parts.map(({ toolCallId }) => toolCallId),
    toolNames: parts.map(({ toolName }) => toolName),
    toolStates: parts.map(({ toolState }) => toolState),
    searchTexts: parts.map(({ searchText }) => searchText),
    payloads: parts.map(({ payload }) => payload),
  }
}

function existing<T>(chat: T | undefined, chatId: string): T {
  if (chat === undefined) throw new NotFoundError('chats', { id: chatId })
  return chat
}
