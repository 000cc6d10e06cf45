import { type ChatMessage, type StoredMessage, storeMessages } from '../repositories/chats/messages/index.ts'
import { momentOf, timeText } from './clock.ts'
import { conversation, type Matter, matterOf, titleOf } from './conversation.ts'
import { Random } from './random.ts'
import type { Sheets } from './sheets.ts'
import { STREAM } from './streams.ts'
import { type Spoken, tour } from './tour.ts'
import { MODELS } from './words.ts'
import type { World } from './world.ts'

const SETTINGS = { maxBytes: 2 ** 20, fileStore: undefined }

/**
 * Creates a function that writes the `n`-th chat, whose first message is the `from`-th of all, with at most `atMost`
 * messages, and returns their number. The rows are the same as those that db.chats.save would store.
 */
export function chatWriter(
  world: World,
): (sheets: Sheets, n: number, from: number, atMost: number) => number {
  const { random } = world
  const lookUp = new Random(world.seed)
  const keys = world.keys(STREAM.chats)

  return (sheets, n, from, atMost) => {
    const created = momentOf(from)
    random.at(STREAM.chats, n)
    const userId = world.userId(random.below(world.usersAt(from + 1)))
    const matter = matterOf(random, lookUp, world.customersAt(from + 1), created)
    const title = titleOf(random, matter)
    const spoken = n === 0 ? tour(matter.about, random) : conversation(random, matter, created)
    const { messages, times } = messagesOf(random, spoken, created, atMost)
    const chatId = keys.of(n, created)
    sheets.add('chats', {
      user_id: userId,
      id: chatId,
      title,
      next_position: messages.length,
      // One save per turn.
      version: Math.ceil(messages.length / 2),
      active_stream_id: null,
      created_at: timeText(created),
      updated_at: timeText(times.at(-1) ?? created),
    })
    storeMessages(messages, SETTINGS).forEach((message, position) => {
      const time = timeText(times[position] as number)
      addMessage(sheets, { userId, chatId }, message, position, time)
      if (message.role !== 'assistant') return
      // The very first message has options, so that the smallest seed has a row in each table.
      if (from + position === 0 || random.chance(0.15))
        addOptions(sheets, random, { userId, chatId }, message.id, matter, time)
    })
    return messages.length
  }
}

/** Adds IDs, metadata and times. Answers follow within seconds, questions within minutes. */
function messagesOf(random: Random, spoken: Iterable<Spoken>, created: number, atMost: number) {
  const model = random.pick(MODELS)
  const messages: ChatMessage[] = []
  const times: number[] = []
  let [time, tokens] = [created, random.between(300, 900)]
  for (const { role, parts } of spoken) {
    if (messages.length === atMost) break
    time += role === 'user' ? random.between(5_000, 300_000) : random.between(800, 20_000)
    const id = random.characters(16)
    if (role === 'assistant') {
      const outputTokens = random.between(40, 400)
      const usage = { inputTokens: tokens, outputTokens, totalTokens: tokens + outputTokens }
      messages.push({ id, role, metadata: { model, usage }, parts } as ChatMessage)
      tokens += outputTokens
    } else {
      messages.push({ id, role, parts })
      tokens += random.between(10, 90)
    }
    times.push(time)
  }
  return { messages, times }
}

interface OwnedChat {
  userId: string
  chatId: string
}

function addMessage(
  sheets: Sheets,
  { userId, chatId }: OwnedChat,
  message: StoredMessage,
  position: number,
  time: string,
) {
  sheets.add('messages', {
    user_id: userId,
    chat_id: chatId,
    id: message.id,
    position,
    role: message.role,
    part_count: message.parts.length,
    envelope: message.envelope,
    input_tokens: message.inputTokens,
    output_tokens: message.outputTokens,
    created_at: time,
  })
  message.parts.forEach((part, place) => {
    sheets.add('parts', {
      user_id: userId,
      chat_id: chatId,
      message_id: message.id,
      position: place,
      type: part.type,
      tool_call_id: part.toolCallId,
      tool_name: part.toolName,
      tool_state: part.toolState,
      search_text: part.searchText,
      words: part.searchWords,
      payload: part.payload,
    })
  })
}

function addOptions(
  sheets: Sheets,
  random: Random,
  { userId, chatId }: OwnedChat,
  messageId: string,
  { about }: Matter,
  time: string,
) {
  sheets.add('ai_options', {
    user_id: userId,
    chat_id: chatId,
    message_id: messageId,
    prompt: random.chance(0.7)
      ? `You help with customer relations. The customer is ${about.customer}.`
      : null,
    max_tokens: random.chance(0.6) ? random.pick([512, 1024, 4096]) : null,
    temperature: random.chance(0.7) ? random.below(11) / 10 : null,
    top_p: random.chance(0.3) ? random.between(50, 100) / 100 : null,
    frequency_penalty: random.chance(0.1) ? random.between(-4, 4) / 10 : null,
    presence_penalty: random.chance(0.1) ? random.between(-4, 4) / 10 : null,
    created_at: time,
  })
}
