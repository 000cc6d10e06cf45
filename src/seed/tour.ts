import {
  dataPart,
  filePart,
  type Part,
  PIXEL,
  reasoningPart,
  STEP,
  sourceDocumentPart,
  sourceUrlPart,
  TOOL_STATES,
  textPart,
  toolPart,
} from './parts.ts'
import type { Random } from './random.ts'
import type { Subject } from './subject.ts'

/** A message before it has an ID. */
export interface Spoken {
  readonly role: 'system' | 'user' | 'assistant'
  readonly parts: Part[]
}

/** The first chat: a greeting, which is the only message of the smallest seed, then every kind of part. */
export function tour(about: Subject, random: Random): Spoken[] {
  const { customer, person } = about
  return [
    { role: 'assistant', parts: [textPart('Hello! What would you like to know about your customers?')] },
    {
      role: 'user',
      parts: [
        { type: 'text', text: `Who is ${person} at ${customer}? See the screenshot.` },
        filePart(random),
      ],
    },
    {
      role: 'assistant',
      parts: [
        STEP,
        reasoningPart(`I should look ${customer} up.`, random),
        ...TOOL_STATES.map((state) => toolPart(about, random, 'searchCustomers', state)),
        STEP,
        ...TOOL_STATES.map((state) => toolPart(about, random, 'listInvoices', state, true)),
        textPart(`${person} is the first contact of ${customer}.`),
        sourceUrlPart(about, random),
        sourceDocumentPart(about, random),
        dataPart(about, random),
        { type: 'file', mediaType: 'image/png', url: PIXEL },
        ...LATER,
      ],
    },
    { role: 'user', parts: [{ type: 'text', text: 'ありがとう、田中さんにも伝えてください。' }] },
    { role: 'assistant', parts: [STEP, textPart('Paldies! Ziņa ir nosūtīta. 👍')] },
    { role: 'system', parts: [{ type: 'text', text: 'The conversation goes on by e-mail.' }] },
  ]
}

/** Parts of newer versions of the AI SDK, and one that no version has. */
const LATER: readonly Part[] = [
  { type: 'custom', kind: 'openai.compaction', providerMetadata: { openai: { itemId: 'cmp_1' } } },
  { type: 'reasoning-file', mediaType: 'image/png', url: PIXEL },
  { type: 'steering-message', text: 'Be brief.' },
  { type: 'hologram', depth: 3, layers: [{ opacity: 0.5 }], note: null },
]
