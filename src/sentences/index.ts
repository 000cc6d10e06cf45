export {
  camelCase,
  type Limits,
  limitsInWords,
  notAllowed,
  quoteAll,
  required,
  sentence,
  subjectOf,
  taken,
  unknownReference,
  wholeNumberInWords,
  words,
} from './sentences.ts'
