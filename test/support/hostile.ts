import type { ChatMessage } from '../../src/index.ts'
import { hostileId, hostileKey, hostileText, hostileValue, objectOf } from './hostile-values.ts'
import type { Random } from './random.ts'

type Part = Record<string, unknown>
type Trait = (random: Random) => Part[]

const STATES = [
  'input-streaming',
  'input-available',
  'approval-requested',
  'approval-responded',
  'output-available',
  'output-error',
  'output-denied',
  '',
  'NULL',
  'from the future',
  '\0',
  '\ud800',
  null,
  undefined,
  7,
  { toString: 'none' },
]
const CALL_IDS = [
  'same',
  'same',
  '',
  'NULL',
  '{"a"}',
  '\0',
  '\udc00',
  undefined,
  null,
  0,
  [[]],
  { toString: null },
]
const TYPES = ['tool-', 'tool-x', 'tool-\ud800"', 'tool-__proto__', 'dynamic-tool', 'TOOL-X', 'tool']

const some = (random: Random, max: number, part: () => Part) =>
  Array.from({ length: random.between(1, max) }, part)

/** Properties of messages, each of which a faulty store could get wrong. */
const TRAITS: Record<string, Trait> = {
  texts: (random) => some(random, 3, () => ({ type: 'text', text: hostileText(random) })),
  'texts that are none': (random) =>
    some(random, 3, () => ({ type: random.pick(['text', 'reasoning']), text: hostileValue(random, 2) })),
  'a pair cut where searching ends': () => [
    { type: 'text', text: `${'x'.repeat(19_999)}😀${'y'.repeat(9)}` },
    { type: 'reasoning', text: '\ud83d'.repeat(20_001) },
  ],
  tools: (random) =>
    some(random, 6, () => ({
      type: random.pick(TYPES),
      toolCallId: random.pick(CALL_IDS),
      state: random.pick(STATES),
      toolName: random.chance(0.5) ? hostileText(random) : hostileValue(random, 1),
      input: hostileValue(random, 3),
      output: hostileValue(random, 3),
    })),
  'unknown types': (random) =>
    some(random, 4, () => ({
      type: hostileText(random) || 'NULL',
      [hostileKey(random, ['type'])]: hostileValue(random, 3),
    })),
  data: (random) => [
    { type: `data-${hostileText(random)}`, data: hostileValue(random, 5), id: hostileText(random) },
  ],
  'keys in any order': (random) => [
    objectOf([
      ...Array.from({ length: 8 }, () => [hostileKey(random), hostileValue(random, 2)] as const),
      ['type', 'data-keys'],
      ...Array.from({ length: 4 }, () => [hostileKey(random, ['type']), hostileValue(random, 2)] as const),
    ]),
  ],
  'deep nesting': (random) => {
    const depth = random.between(100, 500)
    const open = random.chance(0.5) ? '[' : '{"__proto__":'
    const data = JSON.parse(`${open.repeat(depth)}0${(open === '[' ? ']' : '}').repeat(depth)}`)
    return [{ type: 'data-deep', data }]
  },
  'parts that make their own JSON': (random) => {
    const text = hostileText(random)
    return [
      { type: 'never', toJSON: () => ({ type: 'text', text }) },
      { toJSON: text, type: 'data-json' },
    ]
  },
  'no parts': () => [],
}

/** Exceptionally large parts. */
const LARGE: Record<string, Trait> = {
  '600 parts': (random) => Array.from({ length: 600 }, () => ({ type: 'text', text: hostileText(random) })),
  'a file of a MiB': (random) => [
    {
      type: 'file',
      mediaType: hostileText(random),
      url: `data:image/png;base64,${random.pick(['A', '+/', '\\"', '\0'])}`.padEnd(1_048_576, 'Ab+/'),
    },
  ],
}

const TRAITS_IN_TURN = Object.values(TRAITS)

/** Generates `length` messages with unique IDs that have all the traits in turn. */
export function hostileMessages(random: Random, length: number): ChatMessage[] {
  const ids = new Set<string>()
  while (ids.size < length) ids.add(hostileId(random))
  const large = Object.values(LARGE)
  return [...ids].map((id, place) => {
    const trait =
      place % 83 === 82 ? large[place % large.length]! : TRAITS_IN_TURN[place % TRAITS_IN_TURN.length]!
    return aMessage(random, id, [
      ...trait(random),
      ...(random.chance(0.3) ? random.pick(TRAITS_IN_TURN)(random) : []),
    ])
  })
}

function aMessage(random: Random, id: string, parts: Part[]): ChatMessage {
  const extra = Array.from({ length: random.between(0, 3) }, () => {
    const key = random.chance(0.5) ? 'metadata' : hostileKey(random, ['id', 'role', 'parts'])
    return [key, random.chance(0.3) ? usage(random) : hostileValue(random, 4)] as const
  })
  const entries = [
    ['id', id],
    ['role', random.pick(['system', 'user', 'assistant'])],
    ['parts', parts],
    ...extra,
  ] as const
  return objectOf(shuffled(random, entries)) as unknown as ChatMessage
}

function usage(random: Random): object {
  const tokens = () => random.pick([0, 5, -1, 2 ** 31, 2 ** 31 - 1, 0.5, '7', null, undefined, Number.NaN])
  return random.pick([
    () => ({ usage: { inputTokens: tokens(), outputTokens: tokens() } }),
    () => ({ inputTokens: tokens() }),
    () => ({ totalUsage: null, usage: { outputTokens: tokens() } }),
  ])()
}

export function shuffled<T>(random: Random, values: readonly T[]): T[] {
  return values
    .map((value) => ({ value, at: random.next() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ value }) => value)
}
