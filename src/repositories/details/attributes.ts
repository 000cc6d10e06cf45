import { InvalidInputError } from '../../errors/index.ts'
import { callable, fields, optional, type Reader } from '../../input/index.ts'
import type { CustomerAttributes, PersonAttributes } from './details.ts'
import { readAttributes } from './readers.ts'

/**
 * Checks the attributes of a row before they are written: a function that returns them, maybe changed, or throws; or a validator that
 * accepts Standard Schema, such as a schema of Zod, if it answers at once.
 */
export type AttributeValidator<Attributes> =
  | ((attributes: Attributes) => Attributes)
  | { readonly '~standard': { readonly validate: (value: unknown) => unknown } }

/** The validators of a service, by the repository. */
export interface AttributeValidators {
  customers?: AttributeValidator<CustomerAttributes> | undefined
  people?: AttributeValidator<PersonAttributes> | undefined
}

const readValidator = (value: unknown, field: string): AttributeValidator<never> => {
  if (typeof value === 'object' && value !== null && '~standard' in value) {
    const { validate } = value['~standard'] as { validate?: unknown }
    callable(validate, `${field}["~standard"].validate`)
    return value as AttributeValidator<never>
  }
  return callable(value, field)
}

export const readAttributeValidators = fields<AttributeValidators>({
  customers: optional(readValidator as Reader<AttributeValidator<CustomerAttributes>>),
  people: optional(readValidator as Reader<AttributeValidator<PersonAttributes>>),
})

/**
 * The fields of a row, with attributes as the validator of the service returns them.
 *
 * @throws {InvalidInputError} the validator refuses the attributes.
 */
export function withValidated<
  Attributes extends object,
  Given extends { attributes?: Attributes | null | undefined },
>(validator: AttributeValidator<Attributes> | undefined, given: Given): Given {
  const { attributes } = given
  if (validator === undefined || attributes === null || attributes === undefined) return given
  return {
    ...given,
    attributes: readAttributes(validated(validator, attributes, 'attributes'), 'attributes'),
  }
}

function validated<Attributes>(
  validator: AttributeValidator<Attributes>,
  given: Attributes,
  field: string,
): unknown {
  if (typeof validator === 'function') {
    try {
      return validator(given)
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw new InvalidInputError(field, `was refused: ${reason}`, { cause })
    }
  }
  const result = validator['~standard'].validate(given) as {
    readonly issues?: readonly { readonly message: string; readonly path?: readonly unknown[] }[]
    readonly value?: unknown
    readonly then?: unknown
  }
  if (typeof result.then === 'function') {
    throw new InvalidInputError(field, 'has a validator that answers with a promise; it must answer at once')
  }
  const [issue] = result.issues ?? []
  if (issue === undefined) return result.value
  const path = (issue.path ?? []).map((part) =>
    typeof part === 'object' && part !== null && 'key' in part ? part.key : part,
  )
  throw new InvalidInputError([field, ...path].map(String).join('.'), `was refused: ${issue.message}`)
}
