import { type InferUITools, isToolUIPart, type UIDataTypes, type UIMessage } from 'ai'
import { z } from 'zod'
import type { Tools } from './tools.ts'

/** The tokens of all steps of an answer, in the format that `db.chats.usageOfUser` reads. */
export interface Metadata {
  usage?: { inputTokens: number; outputTokens: number }
}

/** A message of this service. */
export type Message = UIMessage<Metadata, UIDataTypes, InferUITools<Tools>>

/** Accepts only text. Files are URLs, which the AI SDK fetches for some models: decide first which ones to allow. */
const UserMessage = z.object({
  id: z.string(),
  role: z.literal('user'),
  parts: z.array(z.looseObject({ type: z.literal('text'), text: z.string() })).min(1),
})

/** Reads only the approvals of an answer that the client sends. Its other contents come from the database. */
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

/** The request of `DefaultChatTransport` when it is configured to send only the last message. */
export const Submission = z.object({
  message: z.discriminatedUnion('role', [UserMessage, Approvals]),
  trigger: z.enum(['submit-message', 'regenerate-message']).default('submit-message'),
})
/** A validated request. */
export type Submission = z.infer<typeof Submission>

/** Adds the user's approvals to a message. */
export function withApprovals(message: Message, approvals: z.infer<typeof Approvals>): Message {
  const decisions = new Map(approvals.parts.map(({ approval }) => [approval?.id, approval]))
  const parts = message.parts.map((part) => {
    if (!isToolUIPart(part) || part.state !== 'approval-requested') return part
    const decision = decisions.get(part.approval.id)
    if (decision?.approved === undefined) return part
    return { ...part, state: 'approval-responded', approval: { ...part.approval, ...decision } }
  })
  return { ...message, parts: parts as Message['parts'] }
}
