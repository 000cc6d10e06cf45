import type { CallOptions, Connection } from '../../connection/index.ts'
import { StaleVersionError } from '../../errors/index.ts'
import { orThrowNotFound, queryAll, queryOne } from '../../query/index.ts'
import type { Files } from '../files/index.ts'
import {
  type ChatMessage,
  type FileNames,
  keyOf,
  type MessageSettings,
  nameFiles,
  type StoredMessage,
  saveWithFiles,
  storeMessages,
  withName,
} from './messages/index.ts'
import {
  findFiles,
  type OwnedChat,
  type SaveInput,
  type SaveOutcome,
  saveMessages,
} from './statements/index.ts'

/** How messages are saved to a chat. */
export interface SaveMode extends OwnedChat {
  ifVersion?: number | undefined
  truncateFrom?: string | undefined
  replaces?: boolean
}

/** How and where a database stores messages. */
export interface SaveSettings {
  readonly messages: MessageSettings
  readonly files: Files
}

/** A file that was to be kept was deleted before the messages were saved. */
const FILE_IS_GONE = -1

/** Saves messages to a chat; see ChatRepository.save. */
export async function saveChat(
  connection: Connection,
  messages: readonly ChatMessage[],
  mode: SaveMode,
  settings: SaveSettings,
  options: CallOptions | undefined,
): Promise<{ version: number; saved: number }> {
  const { chatId, userId } = mode
  const { files } = settings
  const stored = storeMessages(messages, settings.messages)
  const large = stored.flatMap(({ parts }) => parts.flatMap(({ file }) => file ?? []))
  const save = async (existing: readonly string[]): Promise<SaveOutcome> => {
    const named = files.store && nameFiles(userId, large, existing)
    const added = named?.added ?? []
    const input = toInput(mode, stored, named)
    const outcome = await saveWithFiles(files, added, () =>
      queryOne(connection, saveMessages, input, options),
    )
    if (outcome.saved === null || outcome.saved === FILE_IS_GONE) {
      await files.delete(added.map(({ key }) => key))
    }
    return outcome
  }
  const existing = large.length > 0 ? await queryAll(connection, findFiles, { chatId, userId }, options) : []
  let outcome = await save(existing.flatMap(({ file }) => file ?? []))
  if (outcome.saved === FILE_IS_GONE) outcome = await save([])
  const version = orThrowNotFound(outcome.version ?? undefined, 'chats', { id: chatId })
  if (outcome.saved === null) throw new StaleVersionError(version)
  const unused = outcome.files?.map((name) => keyOf(userId, name)) ?? []
  await files.deleteAfterCommit(connection, unused)
  return { version, saved: outcome.saved }
}

function toInput(
  { chatId, userId, ifVersion, truncateFrom, replaces = false }: SaveMode,
  messages: StoredMessage[],
  named: FileNames | undefined,
): SaveInput {
  const parts = messages.flatMap(({ id, parts }) =>
    parts.map((part, position) => ({
      id,
      position,
      ...part,
      name: part.file && named?.names.get(part.file.hash),
    })),
  )
  return {
    chatId,
    userId,
    ifVersion: ifVersion ?? null,
    truncateFrom: truncateFrom ?? null,
    replaces,
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
    searchWords: parts.map(({ searchWords }) => searchWords),
    payloads: parts.map(({ payload, name }) => (name ? withName(name, payload) : payload)),
    files: named ? parts.map(({ name }) => name ?? null) : null,
    keptFiles: named && named.kept.length > 0 ? [...named.kept] : null,
  }
}
