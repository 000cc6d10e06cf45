/** A message in the AI SDK's format. */
export interface Message {
  id: string
  role: 'user' | 'assistant'
  metadata?: { model: string; usage: { inputTokens: number; outputTokens: number } }
  parts: Part[]
}

/** A part of a message in the AI SDK's format. */
export interface Part {
  type: string
  text?: string
  toolCallId?: string
  state?: string
  [field: string]: unknown
}

/** A chat and its owner. */
export interface OwnChat {
  chatId: string
  userId: string
}

/** The inputs of the operations on chats. */
export interface ChatInputs {
  saveTurn: OwnChat & { messages: Message[] }
  loadChat: OwnChat
  loadLast: OwnChat
  pageChats: string
  searchChats: { userId: string; words: string }
}

/** The number of messages that `loadLast` requests. */
export const LAST_MESSAGES = 20

/** The row of a message. Its envelope is the message with 0 in place of values that have their own columns. */
export function messageRow(message: Message) {
  const { id, role, metadata, parts } = message
  return {
    id,
    role,
    partCount: parts.length,
    envelope: { ...message, id: 0, role: 0, parts: 0 },
    inputTokens: metadata?.usage.inputTokens ?? null,
    outputTokens: metadata?.usage.outputTokens ?? null,
  }
}

/** The rows of the parts of messages. */
export function partRows(messages: readonly Message[]) {
  return messages.flatMap(({ id, parts }) =>
    parts.map((part, position) => ({
      messageId: id,
      position,
      type: part.type,
      toolCallId: part.toolCallId ?? null,
      toolName: part.type.startsWith('tool-') ? part.type.slice('tool-'.length) : null,
      toolState: part.toolCallId === undefined ? null : (part.state ?? null),
      searchText: part.text ?? null,
      payload: part,
    })),
  )
}

/** A row of a message as loaded. */
export interface MessageRow {
  id: string
  role: string
  position: number
  envelope: unknown
}

/** Restores the message of a row, with the order of keys of the envelope. */
export const messageOf = ({ id, role, envelope }: MessageRow, parts: unknown[]) => ({
  ...(envelope as object),
  id,
  role,
  parts,
})

/** Sorts the last messages, which are newest first with one more than requested, and returns the cursor before them. */
export function lastOf<Row extends { position: number }>(newest: Row[]): { rows: Row[]; before?: number } {
  const rows = newest.slice(0, LAST_MESSAGES).reverse()
  return newest.length > LAST_MESSAGES ? { rows, before: rows[0]?.position as number } : { rows }
}

/** A chat that a search has found. */
export interface Hit {
  chatId: string
  title: string | null
  updatedAt: Date
  messageId: string
  role: string
  text: string
}
