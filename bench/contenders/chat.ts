/** A message as the AI SDK has it. */
export interface Message {
  id: string
  role: 'user' | 'assistant'
  metadata?: { model: string; usage: { inputTokens: number; outputTokens: number } }
  parts: Part[]
}

export interface Part {
  type: string
  text?: string
  toolCallId?: string
  state?: string
  [field: string]: unknown
}

export interface OwnChat {
  chatId: string
  userId: string
}

export interface ChatInputs {
  saveTurn: OwnChat & { messages: Message[] }
  loadChat: OwnChat
  loadLast: OwnChat
  pageChats: string
  searchChats: { userId: string; words: string }
}

/** How many `loadLast` asks for. */
export const LAST_MESSAGES = 20

/** What of a message is kept besides its parts: the message itself with 0 in place of what has columns of its own. */
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

export interface MessageRow {
  id: string
  role: string
  position: number
  envelope: unknown
}

/** The message of its row: the order of keys is the envelope's. */
export const messageOf = ({ id, role, envelope }: MessageRow, parts: unknown[]) => ({
  ...(envelope as object),
  id,
  role,
  parts,
})

/** Of the last messages, newest first, of which one more was read than is asked for: in order, and what comes before. */
export function lastOf<Row extends { position: number }>(newest: Row[]): { rows: Row[]; before?: number } {
  const rows = newest.slice(0, LAST_MESSAGES).reverse()
  return newest.length > LAST_MESSAGES ? { rows, before: rows[0]?.position as number } : { rows }
}

export interface Hit {
  chatId: string
  title: string | null
  updatedAt: Date
  messageId: string
  role: string
  text: string
}
