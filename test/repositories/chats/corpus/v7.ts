import * as ai from 'ai-v7'
import { MockLanguageModelV4 } from 'ai-v7/test'
import type { ChatMessage } from '../../../../src/index.ts'
import { approvalScenarios } from './approvals.ts'
import { call, image, reasoning, SOURCES, text } from './parts.ts'
import { type Corpus, commonScenarios, type Scenarios } from './scenarios.ts'
import { chunksOf, type Dialect, type Run, type Sdk, snapshotsOf, streamOf } from './sdk.ts'
import { toolsOf } from './tools.ts'

const sdk = ai as unknown as Sdk

const dialect: Dialect = {
  model: (steps) =>
    new MockLanguageModelV4({ doStream: async () => ({ stream: steps.shift()! as ReadableStream<never> }) }),
  file: (type, mediaType, data) => ({ type, mediaType, data: { type: 'data', data } }),
  finish: (reason, { input, output }) => ({
    type: 'finish',
    finishReason: { unified: reason, raw: 'end_turn' },
    usage: {
      inputTokens: { total: input, noCache: input, cacheRead: undefined, cacheWrite: undefined },
      outputTokens: { total: output, text: output, reasoning: 0 },
      raw: { prompt_tokens: input },
    },
  }),
}

const ended = dialect.finish('stop', { input: 12, output: 7 })
const toCall = dialect.finish('tool-calls', { input: 10, output: 3 })
const CITY = '{"city":"Rīga"}'

type More = Pick<Run, 'steps'> & Partial<Run>

/** The scenarios that version 7 added. */
async function newScenarios(): Promise<Scenarios> {
  const run = async (more: More) =>
    snapshotsOf(sdk, await chunksOf(sdk, dialect, { messages: [], tools: toolsOf(sdk), ...more }))
  const citations = [{ source: SOURCES[0], startIndex: 0, endIndex: 3, citedText: 'cut \ud83d' }]

  return {
    'citations, custom parts and files of a reasoning': await run({
      steps: [
        [
          ...reasoning('r'),
          dialect.file('reasoning-file', 'image/png', 'iVBORw0KGgo='),
          { type: 'custom', kind: 'mock.compaction', providerMetadata: { mock: { '\0': [null] } } },
          { type: 'custom', kind: 'mock.empty' },
          ...text('t', 'cited').map((part) =>
            'type' in part && part.type === 'text-end' ? { ...part, citations } : part,
          ),
          ...SOURCES,
          image(dialect),
          ended,
        ],
      ],
    }),
    'tools that are approved and denied by rule': await run({
      steps: [
        [
          ...call('c1', 'weather', CITY),
          ...call('c2', 'forecast', CITY),
          ...call('c3', 'lookup', '[1]'),
          toCall,
        ],
        [...text('t', 'Done'), ended],
      ],
      toolApproval: {
        weather: { type: 'approved', reason: 'On the list' },
        forecast: { type: 'denied', reason: 'Off the list' },
        lookup: { type: 'user-approval', reason: 'Ask' },
      },
    }),
    'a message that steers': await steered(run),
    'chunks of version 7': await snapshotsOf(sdk, streamOf(CHUNKS)),
  }
}

async function steered(run: (more: More) => Promise<ChatMessage[]>): Promise<ChatMessage[]> {
  const steering = ai.experimental_createSteering()
  const outcome = steering.steer('In \0 Latvian', { id: 'steer-1' })
  const snapshots = await run({
    steps: [
      [...call('c1', 'weather', CITY), toCall],
      [...text('t', 'Lietus'), ended],
    ],
    experimental_steering: steering,
  })
  await outcome
  return snapshots
}

const CHUNKS = [
  { type: 'start', messageId: 'answer' },
  { type: 'start-step' },
  { type: 'text-start', id: 't' },
  { type: 'text-delta', id: 't', delta: 'to be dropped' },
  { type: 'reset-step' },
  {
    type: 'steering-message',
    id: 'steer-2',
    parts: [
      { type: 'text', text: 'And \ud800 this', providerMetadata: undefined },
      { type: 'file', mediaType: 'image', url: '', providerReference: { mock: 'file_1' } },
    ],
  },
  { type: 'custom', kind: 'mock.late' },
  { type: 'reasoning-file', mediaType: 'image/png', url: 'https://example.test/r.png' },
  { type: 'tool-input-available', toolCallId: 'a', toolName: 'send', input: {}, title: 'Send' },
  { type: 'tool-approval-request', toolCallId: 'a', approvalId: 'ap', isAutomatic: true, reason: 'Rule' },
  { type: 'tool-approval-response', approvalId: 'ap', approved: false, reason: 'Rule "1"' },
  { type: 'tool-output-denied', toolCallId: 'a' },
  { type: 'finish-step' },
  { type: 'abort', reason: 'Enough' },
]

/** The version's declared parts. A part that a newer version adds is a compile error. */
const PART_TYPES = {
  text: 0,
  reasoning: 0,
  file: 0,
  'source-url': 0,
  'source-document': 0,
  'step-start': 0,
  'dynamic-tool': 0,
  'tool-<name>': 0,
  'data-<name>': 0,
  custom: 0,
  'reasoning-file': 0,
  'steering-message': 0,
} satisfies Record<ai.UIMessage['parts'][number]['type'], 0>

const TOOL_STATES = {
  'input-streaming': 0,
  'input-available': 0,
  'approval-requested': 0,
  'approval-responded': 0,
  'output-denied': 0,
  'output-available': 0,
  'output-error': 0,
} satisfies Record<ai.ToolUIPart['state'], 0>

export async function corpusOfV7(): Promise<Corpus> {
  return {
    scenarios: {
      ...(await commonScenarios(sdk, dialect)),
      ...(await approvalScenarios(sdk, dialect)),
      ...(await newScenarios()),
    },
    partTypes: Object.keys(PART_TYPES),
    toolStates: Object.keys(TOOL_STATES),
    convertToModelMessages: sdk.convertToModelMessages,
  }
}
