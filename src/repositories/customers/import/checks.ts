import { InvalidInputError } from '../../../errors/index.ts'
import { type StandardSchemaV1, validators } from '../../../validation/index.ts'
import type { ImportRow } from './input.ts'

/** The first rule of the schema that a row breaks, as far as no server is needed to say so; its message is that of the constraint. */
export function firstProblem({ customer, people }: ImportRow): InvalidInputError | undefined {
  const problem = problemOf(validators.customers.insert, customer.input, '')
  if (problem) return problem
  for (const [index, { input }] of people.entries()) {
    const { role, isPrimary, startDate, ...person } = input
    const found = problemOf(validators.people.insert, person, `people[${index}].`)
    if (found) return found
  }
  return undefined
}

function problemOf(schema: StandardSchemaV1, input: object, path: string): InvalidInputError | undefined {
  const result = schema['~standard'].validate(input) as StandardSchemaV1.Result<unknown>
  const [issue] = result.issues ?? []
  if (issue === undefined) return undefined
  const field = `${path}${issue.path?.map(String).join('.') ?? 'customer'}`
  return new InvalidInputError(field, 'breaks a rule', { message: issue.message })
}
