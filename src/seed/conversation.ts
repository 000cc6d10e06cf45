import { companyAt, contactAt, fullName } from './company.ts'
import {
  dataPart,
  filePart,
  type Part,
  reasoningPart,
  STEP,
  sourceDocumentPart,
  sourceUrlPart,
  textPart,
  toolPart,
} from './parts.ts'
import type { Language } from './places.ts'
import type { Random } from './random.ts'
import { SPEECH, type Speech, type Subject } from './speech.ts'
import type { Spoken } from './tour.ts'
import { PRODUCTS, TOPICS } from './words.ts'

/** What a chat is about: a customer who is there, and the language in which it is held. */
export interface Matter {
  readonly about: Subject
  readonly language: Language
}

/** Draws from both: `random` goes on after it, `lookUp` starts anew. */
export function matterOf(random: Random, lookUp: Random, customers: number): Matter {
  const customer = random.below(customers)
  const { place, displayName } = companyAt(lookUp, customer)
  const { first, last } = contactAt(lookUp, customer, 0, place)
  return {
    language: random.chance(0.6) ? place.language : 'en',
    about: {
      customer: displayName,
      person: fullName(first, last, place),
      product: random.pick(PRODUCTS),
      topic: random.pick(TOPICS),
      amount: `${random.between(1, 99)} ${random.between(1, 9)}00 €`,
      day: `2025-${twoDigits(random.between(1, 12))}-${twoDigits(random.between(1, 28))}`,
    },
  }
}

export function titleOf(random: Random, { about, language }: Matter): string | null {
  return random.chance(0.1) ? null : random.pick(SPEECH[language].titles)(about)
}

/** A question and its answer, by turns. */
export function* conversation(random: Random, { about, language }: Matter): Generator<Spoken> {
  // Two in three are short; the mean is 11 messages.
  const turns = 1 + Math.floor(14 * random.next() ** 2)
  const speech = SPEECH[language]
  for (let turn = 1; turn <= turns; turn += 1) {
    const subject = { ...about, product: random.pick(PRODUCTS), topic: random.pick(TOPICS) }
    yield { role: 'user', parts: question(random, subject, speech) }
    yield { role: 'assistant', parts: answer(random, subject, speech, turn === turns) }
  }
}

function question(random: Random, about: Subject, { questions }: Speech): Part[] {
  const parts: Part[] = [{ type: 'text', text: random.pick(questions)(about) }]
  if (random.chance(0.05)) parts.push(filePart(random))
  return parts
}

function answer(random: Random, about: Subject, { answers, thoughts }: Speech, isLast: boolean): Part[] {
  const parts: Part[] = [STEP]
  if (random.chance(0.3)) parts.push(reasoningPart(random.pick(thoughts)(about), random))
  if (isLast && random.chance(0.02)) return [...parts, toolPart(about, random, 'approval-requested')]
  if (random.chance(0.35)) {
    const isDynamic = random.chance(0.15)
    const denied = random.chance(0.02) ? 'output-denied' : 'output-available'
    parts.push(toolPart(about, random, random.chance(0.04) ? 'output-error' : denied, isDynamic), STEP)
  }
  parts.push(textPart(random.pick(answers)(about)))
  if (random.chance(0.08)) parts.push(sourceUrlPart(about, random))
  if (random.chance(0.04)) parts.push(sourceDocumentPart(about, random))
  if (random.chance(0.06)) parts.push(dataPart(about, random))
  return parts
}

function twoDigits(n: number): string {
  return String(n).padStart(2, '0')
}
