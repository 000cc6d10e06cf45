import { randomUUID } from 'node:crypto'
import {
  convertToModelMessages,
  isStepCount,
  type LanguageModel,
  lastAssistantMessageIsCompleteWithApprovalResponses,
  streamText,
  toUIMessageStream,
} from 'ai'
import type { FastifyBaseLogger } from 'fastify'
import { HttpError } from './errors.ts'
import type { LiveStream, LiveStreams } from './live-streams.ts'
import { type Message, type Submission, withApprovals } from './message.ts'
import type { Acting } from './owner.ts'
import { TOOL_APPROVAL, type Tools, toolsOn } from './tools.ts'

const INSTRUCTIONS = 'You help with customers.'
const MAX_TOKENS = 2_000
const TEMPERATURE = 0.3

/** The messages for the model, and the ID of the message that its answer replaces. */
interface Turn {
  history: Message[]
  replaces?: string | undefined
}

/** Generates answers, at most one at a time per chat. */
export class Answers {
  readonly #model: LanguageModel
  readonly #streams: LiveStreams
  readonly #log: FastifyBaseLogger

  constructor(model: LanguageModel, streams: LiveStreams, log: FastifyBaseLogger) {
    this.#model = model
    this.#streams = streams
    this.#log = log
  }

  /** Saves the client's message and starts the model's answer. */
  async begin(chatId: string, submission: Submission, acting: Acting): Promise<LiveStream> {
    await this.recover(chatId, acting)
    const { db, owner } = acting
    const stream = this.#streams.open()
    try {
      if (!(await db.chats.claimStream(chatId, stream.id, owner)))
        throw new HttpError(409, 'An answer is being generated in this chat. Wait for its end, or stop it.')
      const turn = await this.#receive(chatId, submission, acting)
      const chunks = await this.#ask(chatId, turn, stream, acting)
      void stream.run(chunks).catch((error) => this.#log.error(error, 'an answer ended with an error'))
      return stream
    } catch (error) {
      await db.chats.clearStream(chatId, stream.id, owner).catch(() => {}) // recover() would clear it too
      stream.end()
      throw error
    }
  }

  /** Closes the unfinished answer of a process that has crashed. */
  async recover(chatId: string, { db, owner }: Acting): Promise<void> {
    const { activeStreamId } = await db.chats.get(chatId, owner)
    if (activeStreamId === null || this.#streams.find(activeStreamId)) return
    await db.transaction(async ({ chats }) => {
      if (await chats.clearStream(chatId, activeStreamId, owner))
        await chats.closeDanglingTools(chatId, owner)
    })
  }

  /** Stops the chat's current answer, if any, and waits until its beginning is saved. */
  async stop(chatId: string, { db, owner }: Acting): Promise<void> {
    const { activeStreamId } = await db.chats.get(chatId, owner)
    await this.#streams.find(activeStreamId)?.stop()
  }

  async #receive(chatId: string, { message, trigger }: Submission, { db, owner }: Acting): Promise<Turn> {
    const { messages } = await db.chats.load<Message>(chatId, owner)
    const index = messages.findIndex(({ id }) => id === message.id)
    const known = messages[index]
    if (known && known.role !== message.role)
      throw new HttpError(409, 'The role of a message cannot be changed.')

    if (trigger === 'regenerate-message') {
      if (!known) throw new HttpError(409, 'The chat does not contain this message. Reload the chat.')
      return { history: messages.slice(0, index + 1), replaces: messages[index + 1]?.id }
    }
    if (message.role === 'assistant') {
      if (!known || known !== messages.at(-1))
        throw new HttpError(409, 'Only the last message can be continued.')
      const answered = withApprovals(known, message)
      if (!lastAssistantMessageIsCompleteWithApprovalResponses({ messages: [answered] }))
        throw new HttpError(409, 'Each pending tool call must be approved or denied.')
      await db.chats.save(chatId, [answered], owner)
      return { history: [...messages.slice(0, index), answered] }
    }
    // The user has edited an existing message: later messages are deleted.
    await db.chats.save(chatId, [message], { ...owner, truncateFrom: message.id })
    return { history: [...(known ? messages.slice(0, index) : messages), message as Message] }
  }

  async #ask(chatId: string, { history, replaces }: Turn, stream: LiveStream, acting: Acting) {
    const tools = toolsOn(acting.db)
    const last = history.at(-1)
    stream.replaces = replaces
    stream.continues = last?.role === 'assistant'
    const { stream: parts } = streamText({
      model: this.#model,
      instructions: INSTRUCTIONS,
      maxOutputTokens: MAX_TOKENS,
      temperature: TEMPERATURE,
      messages: await convertToModelMessages(history, {
        tools,
        ignoreIncompleteToolCalls: true,
      }),
      tools,
      toolApproval: TOOL_APPROVAL,
      stopWhen: isStepCount(5),
      abortSignal: stream.signal,
      onError: ({ error }) => this.#log.error(error, 'the model failed'),
    })

    // An answer that continues after an approval has already counted its first steps.
    let { inputTokens = 0, outputTokens = 0 } = (last?.role === 'assistant' && last.metadata?.usage) || {}
    return toUIMessageStream<Tools, Message>({
      stream: parts,
      tools,
      originalMessages: history,
      generateMessageId: randomUUID,
      messageMetadata({ part }) {
        if (part.type !== 'finish-step') return undefined
        inputTokens += part.usage.inputTokens ?? 0
        outputTokens += part.usage.outputTokens ?? 0
        return { usage: { inputTokens, outputTokens } }
      },
      // Called when the answer is finished, stopped or failed. Clients see the end of the stream only afterwards.
      onEnd: ({ responseMessage }) => this.#end(chatId, stream, responseMessage, acting),
    })
  }

  /** Saves the answer and its options, and clears the stream, atomically. */
  async #end(chatId: string, stream: LiveStream, message: Message, { db, owner }: Acting): Promise<void> {
    const options = { prompt: INSTRUCTIONS, maxTokens: MAX_TOKENS, temperature: TEMPERATURE }
    await db.transaction(async ({ chats }) => {
      if (message.parts.length > 0) {
        await chats.save(chatId, [message], { ...owner, truncateFrom: stream.replaces })
        await chats.recordOptions(chatId, message.id, options, owner)
        await chats.closeDanglingTools(chatId, owner) // after a stop in the middle of a call
      }
      await chats.clearStream(chatId, stream.id, owner)
    })
  }
}
