import type { Random } from './random.ts'
import type { Subject } from './subject.ts'

/** A part of a message in the AI SDK's format: https://ai-sdk.dev/docs/reference/ai-sdk-core/ui-message */
export interface Part {
  readonly type: string
  readonly [field: string]: unknown
}

/** The states of a tool call. */
export const TOOL_STATES = [
  'input-streaming',
  'input-available',
  'approval-requested',
  'approval-responded',
  'output-available',
  'output-error',
  'output-denied',
] as const
/** A state of a tool call. */
export type ToolState = (typeof TOOL_STATES)[number]

/** The tools that the assistant calls. */
export type ToolName = 'searchCustomers' | 'listInvoices' | 'sendEmail' | 'createReminder'

interface Tool {
  input(about: Subject): object
  output(about: Subject, random: Random): unknown
}

const TOOLS: Readonly<Record<ToolName, Tool>> = {
  searchCustomers: {
    input: ({ customer }) => ({ query: customer, limit: 5 }),
    output: ({ customer, person }, random) => [
      { name: customer, contact: person, openInvoices: random.below(4) },
    ],
  },
  listInvoices: {
    input: ({ customer, day }) => ({ customer, until: day }),
    output: ({ amount, day, product }) => ({ total: amount, items: [{ product, amount, due: day }] }),
  },
  sendEmail: {
    input: ({ person, topic }) => ({ to: person, subject: topic }),
    output: () => ({ sent: true }),
  },
  createReminder: {
    input: ({ person, day }) => ({ about: person, on: day }),
    output: ({ day }) => ({ reminder: day, channel: 'email' }),
  },
}

/** A text part. */
export function textPart(text: string): Part {
  return { type: 'text', text, state: 'done' }
}

/** A reasoning part. */
export function reasoningPart(text: string, random: Random): Part {
  const signature = random.characters(24)
  return { type: 'reasoning', text, providerMetadata: { anthropic: { signature } }, state: 'done' }
}

/**
 * A tool call.
 *
 * @param isDynamic whether the tool belongs to a server that the model discovered at run time.
 */
export function toolPart(
  about: Subject,
  random: Random,
  name: ToolName,
  state: ToolState,
  isDynamic = false,
): Part {
  const tool = TOOLS[name]
  const head = isDynamic ? { type: 'dynamic-tool', toolName: name } : { type: `tool-${name}` }
  const call = { ...head, toolCallId: `call_${random.characters(24)}`, state }
  const input = tool.input(about)
  const approval = { id: `approval_${random.characters(16)}` }
  switch (state) {
    case 'input-streaming':
      // A part of the input has arrived.
      return { ...call, input: Object.fromEntries(Object.entries(input).slice(0, 1)) }
    case 'input-available':
      return { ...call, input }
    case 'approval-requested':
      return { ...call, input, approval }
    case 'approval-responded':
      return { ...call, input, approval: { ...approval, approved: true } }
    case 'output-available':
      return { ...call, input, output: tool.output(about, random) }
    case 'output-error':
      return { ...call, input, errorText: 'The service did not answer within 10 seconds.' }
    case 'output-denied':
      return { ...call, input, approval: { ...approval, approved: false, reason: 'Not now.' } }
  }
}

/** A file part: an inline image or a link to a document. */
export function filePart(random: Random): Part {
  const number = random.between(1000, 9999)
  if (random.chance(0.2))
    return { type: 'file', mediaType: 'image/png', filename: `screenshot-${number}.png`, url: PIXEL }
  const [mediaType, ending] = random.pick(MEDIA)
  const filename = `invoice-${number}.${ending}`
  return { type: 'file', mediaType, filename, url: `https://files.example.com/${filename}` }
}

/** An image of one pixel. */
export const PIXEL =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
const MEDIA = [
  ['application/pdf', 'pdf'],
  ['text/csv', 'csv'],
  ['image/jpeg', 'jpg'],
] as const

/** A source part that links to a page. */
export function sourceUrlPart({ customer }: Subject, random: Random): Part {
  const sourceId = random.characters(12)
  return {
    type: 'source-url',
    sourceId,
    url: `https://news.example.org/${sourceId}`,
    title: `${customer} in the news`,
  }
}

/** A source part that names a document. */
export function sourceDocumentPart({ topic }: Subject, random: Random): Part {
  return {
    type: 'source-document',
    sourceId: random.characters(12),
    mediaType: 'application/pdf',
    title: `Handbook: ${topic}`,
    filename: 'handbook.pdf',
  }
}

/** A data part of the application. */
export function dataPart({ customer, amount }: Subject, random: Random): Part {
  const id = random.characters(8)
  if (random.chance(0.5)) return { type: 'data-customerCard', id, data: { customer, value: amount } }
  const points = Array.from({ length: 4 }, () => random.below(1000))
  return { type: 'data-chart', id, data: { title: customer, points } }
}

/** The part that begins a step. */
export const STEP: Part = { type: 'step-start' }
