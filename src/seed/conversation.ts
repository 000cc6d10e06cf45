import { dayText } from './clock.ts'
import { companyAt, contactAt, fullName } from './company.ts'
import {
  dataPart,
  filePart,
  type Part,
  reasoningPart,
  STEP,
  sourceDocumentPart,
  sourceUrlPart,
  type ToolState,
  textPart,
  toolPart,
} from './parts.ts'
import type { Language } from './places.ts'
import type { Random } from './random.ts'
import { SPEECH, type Speech, type Turn } from './speech.ts'
import type { Subject } from './subject.ts'
import type { Spoken } from './tour.ts'
import { PRODUCTS, TOPICS } from './words.ts'

/** The subject of a chat, an existing customer, and its language. */
export interface Matter {
  readonly about: Subject
  readonly language: Language
}

/** Chooses the matter of a chat. `random` continues afterwards; `lookUp` is repositioned to look up the customer. */
export function matterOf(random: Random, lookUp: Random, customers: number, time: number): Matter {
  const customer = random.below(customers)
  const { place, displayName } = companyAt(lookUp, customer)
  const { first, last } = contactAt(lookUp, customer, 0, place)
  const language = random.chance(0.6) ? place.language : 'en'
  const about = { customer: displayName, person: fullName(first, last, place) }
  return { language, about: { ...about, ...detailsOf(random, time) } }
}

function detailsOf(random: Random, time: number) {
  return {
    product: random.pick(PRODUCTS),
    topic: random.pick(TOPICS),
    amount: `${random.between(1, 99)} ${random.between(1, 9)}00 €`,
    day: dayText(time, random.between(1, 60)),
  }
}

/** A title, or null for some chats. */
export function titleOf(random: Random, { about, language }: Matter): string | null {
  return random.chance(0.1) ? null : random.pick(SPEECH[language].titles)(about)
}

/** Generates questions and answers alternately. */
export function* conversation(random: Random, { about, language }: Matter, time: number): Generator<Spoken> {
  // Half of the chats are short; the mean is 10 messages.
  const count = 1 + Math.floor(14 * random.next() ** 2)
  const { turns, thoughts } = SPEECH[language]
  for (let at = 1; at <= count; at += 1) {
    const subject = { ...about, ...detailsOf(random, time) }
    const turn = random.pick(turns)
    yield { role: 'user', parts: question(random, subject, turn) }
    yield { role: 'assistant', parts: answer(random, subject, turn, thoughts, at === count) }
  }
}

function question(random: Random, about: Subject, turn: Turn): Part[] {
  const parts: Part[] = [{ type: 'text', text: turn.question(about) }]
  if (random.chance(0.05)) parts.push(filePart(random))
  return parts
}

function answer(
  random: Random,
  about: Subject,
  turn: Turn,
  thoughts: Speech['thoughts'],
  isLast: boolean,
): Part[] {
  const parts: Part[] = [STEP]
  if (random.chance(0.3)) parts.push(reasoningPart(random.pick(thoughts)(about), random))
  // An approval that is still pending.
  if (isLast && random.chance(0.02))
    return [...parts, toolPart(about, random, turn.tool, 'approval-requested')]
  if (random.chance(0.4)) {
    parts.push(toolPart(about, random, turn.tool, random.pick(OUTCOMES), random.chance(0.15)), STEP)
  }
  parts.push(textPart(turn.answer(about)))
  if (random.chance(0.08)) parts.push(sourceUrlPart(about, random))
  if (random.chance(0.04)) parts.push(sourceDocumentPart(about, random))
  if (random.chance(0.06)) parts.push(dataPart(about, random))
  return parts
}

/** The final states of 25 tool calls. */
const OUTCOMES: readonly ToolState[] = [
  ...Array.from({ length: 23 }, () => 'output-available' as const),
  'output-error',
  'output-denied',
]
