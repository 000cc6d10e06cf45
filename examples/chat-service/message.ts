import { type InferUITools, isToolUIPart, type UIDataTypes, type UIMessage } from 'ai'
import { z } from 'zod'
import type { Tools } from './tools.ts'

/** Tokens of an answer, all of its steps. Where `db.chats.usage` finds them. */
export interface Metadata {
  usage?: { inputTokens: number; outputTokens: number }
}

export type Message = UIMessage<Metadata, UIDataTypes, InferUITools<Tools>>

/** Text only. Files come as URLs, which the AI SDK fetches for some models: decide first which ones you let in. */
const UserMessage = z.object({
  id: z.string(),
  role: z.literal('user'),
  parts: z.array(z.looseObject({ type: z.literal('text'), text: z.string() })).min(1),
})

/** Of what the client says about an answer only the approvals count; the rest is taken from the database. */
const Approvals = z.object({
  id: z.string(),
  role: z.literal('assistant'),
  parts: z.array(
    z.object({
      approval: z
        .object({ id: z.string(), approved: z.boolean().optional(), reason: z.string().optional() })
        .optional(),
    }),
  ),
})

/** What `DefaultChatTransport` sends when told to send the last message alone. */
export const Submission = z.object({
  message: z.discriminatedUnion('role', [UserMessage, Approvals]),
  trigger: z.enum(['submit-message', 'regenerate-message']).default('submit-message'),
})
export type Submission = z.infer<typeof Submission>

/** The message with the user's decisions. */
export function withApprovals(message: Message, given: z.infer<typeof Approvals>): Message {
  const decisions = new Map(given.parts.map(({ approval }) => [approval?.id, approval]))
  const parts = message.parts.map((part) => {
    if (!isToolUIPart(part) || part.state !== 'approval-requested') return part
    const decision = decisions.get(part.approval.id)
    if (decision?.approved === undefined) return part
    return { ...part, state: 'approval-responded', approval: { ...part.approval, ...decision } }
  })
  return { ...message, parts: parts as Message['parts'] }
}
