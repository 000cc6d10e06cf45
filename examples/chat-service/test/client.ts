import {
  AbstractChat,
  type ChatState,
  DefaultChatTransport,
  lastAssistantMessageIsCompleteWithApprovalResponses,
} from 'ai'
import type { Message } from '../message.ts'

class State implements ChatState<Message> {
  status: ChatState<Message>['status'] = 'ready'
  error: Error | undefined = undefined
  messages: Message[]

  constructor(messages: Message[]) {
    this.messages = messages
  }

  pushMessage = (message: Message) => {
    this.messages = [...this.messages, message]
  }
  popMessage = () => {
    this.messages = this.messages.slice(0, -1)
  }
  replaceMessage = (index: number, message: Message) => {
    this.messages = this.messages.with(index, { ...message })
  }
  snapshot = <T>(value: T): T => structuredClone(value)
}

/** A browser tab: the equivalent of `useChat` without React. */
export class Tab extends AbstractChat<Message> {
  constructor(api: string, chatId: string, userId: string, messages: Message[] = []) {
    super({
      id: chatId,
      state: new State(messages),
      sendAutomaticallyWhen: lastAssistantMessageIsCompleteWithApprovalResponses,
      transport: new DefaultChatTransport({
        api,
        headers: { 'x-user-id': userId },
        prepareSendMessagesRequest: ({ id, messages, trigger, messageId, headers = {} }) => ({
          api: `${api}/${id}/messages`,
          headers,
          body: { message: messages.at(-1), trigger, messageId },
        }),
      }),
    })
  }

  /** The messages after serialization to JSON. */
  get held(): Message[] {
    return JSON.parse(JSON.stringify(this.messages))
  }

  /** The text of the last message. */
  get text(): string {
    const last = this.messages.at(-1)
    return last?.role === 'assistant'
      ? last.parts.map((part) => (part.type === 'text' ? part.text : '')).join('')
      : ''
  }
}
