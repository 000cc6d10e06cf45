import type { CallOptions, Connection } from '../../connection/index.ts'
import { StaleVersionError } from '../../errors/index.ts'
import { orThrowNotFound, queryFirst, requireOne, type Statement } from '../../query/index.ts'
import {
  type ChatMessage,
  keepFiles,
  type MessageSettings,
  type StoredMessage,
  storeMessages,
} from './messages/index.ts'
import { lockChat, type OwnedChat, type SaveInput, saveMessages } from './statements/index.ts'

/** How messages are saved to a chat. */
export interface SaveMode extends OwnedChat, Pick<SaveInput, 'truncateFrom' | 'replaces'> {
  ifVersion?: number | undefined
}

/** Saves messages to a chat; see ChatRepository.save. */
export async function saveChat(
  connection: Connection,
  messages: readonly ChatMessage[],
  { ifVersion, ...mode }: SaveMode,
  settings: MessageSettings,
  options: CallOptions | undefined,
): Promise<{ version: number; saved: number }> {
  const stored = storeMessages(messages, settings)
  await keepFiles(stored, settings.fileStore)
  const input = { ...mode, ifVersion: ifVersion ?? null, ...toColumns(stored) }
  const statement = saveMessages.for(input)
  const saved = await queryFirst(connection, statement, input, options)
  return saved ?? requireOne(await repeatWithLock(connection, statement, input, ifVersion, options))
}

/**
 * Repeats a statement on a chat that changed no row, with the lock taken first: another session changed the chat at the
 * same time.
 *
 * @throws {NotFoundError} the chat does not exist.
 * @throws {StaleVersionError} the chat has another version than `ifVersion`.
 */
export function repeatWithLock<Input extends OwnedChat, Row>(
  connection: Connection,
  statement: Statement<Input, Row>,
  input: Input,
  ifVersion: number | undefined,
  options: CallOptions | undefined,
): Promise<Row | undefined> {
  const { chatId, userId } = input
  return connection.atomically(async (transaction) => {
    const chat = await queryFirst(transaction, lockChat, { chatId, userId }, options)
    const { version } = orThrowNotFound(chat, 'chats', { id: chatId })
    if (ifVersion !== undefined && ifVersion !== version) throw new StaleVersionError(version)
    return queryFirst(transaction, statement, input, options)
  }, options)
}

type MessageColumns = Omit<SaveInput, keyof OwnedChat | 'ifVersion' | 'truncateFrom' | 'replaces'>

function toColumns(messages: StoredMessage[]): MessageColumns {
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
