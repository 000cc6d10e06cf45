import * as ai from 'ai-v5'
import { MockLanguageModelV2 } from 'ai-v5/test'
import { type Corpus, commonScenarios } from './scenarios.ts'
import type { Dialect, Sdk } from './sdk.ts'

const sdk = ai as unknown as Sdk

const dialect: Dialect = {
  model: (steps) =>
    new MockLanguageModelV2({ doStream: async () => ({ stream: steps.shift()! as ReadableStream<never> }) }),
  file: (type, mediaType, data) => ({ type, mediaType, data }),
  finish: (finishReason, { input, output }) => ({
    type: 'finish',
    finishReason,
    usage: { inputTokens: input, outputTokens: output, totalTokens: input + output },
  }),
}

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
} satisfies Record<ai.UIMessage['parts'][number]['type'], 0>

const TOOL_STATES = {
  'input-streaming': 0,
  'input-available': 0,
  'output-available': 0,
  'output-error': 0,
} satisfies Record<ai.ToolUIPart['state'], 0>

export async function corpusOfV5(): Promise<Corpus> {
  return {
    scenarios: await commonScenarios(sdk, dialect),
    partTypes: Object.keys(PART_TYPES),
    toolStates: Object.keys(TOOL_STATES),
    convertToModelMessages: sdk.convertToModelMessages,
  }
}
