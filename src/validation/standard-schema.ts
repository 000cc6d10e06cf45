/**
 * Standard Schema, version 1, the interface of validators that many libraries accept: https://standardschema.dev. Its
 * authors ask to copy it rather than to depend on a package.
 */
export interface StandardSchemaV1<Input = unknown, Output = Input> {
  readonly '~standard': StandardSchemaV1.Props<Input, Output>
}

export declare namespace StandardSchemaV1 {
  export interface Props<Input = unknown, Output = Input> {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown, options?: Options) => Result<Output>
    readonly types?: Types<Input, Output> | undefined
  }

  /** Options for a particular library; this one has none. */
  export interface Options {
    readonly libraryOptions?: Record<string, unknown> | undefined
  }

  export type Result<Output> = SuccessResult<Output> | FailureResult

  export interface SuccessResult<Output> {
    readonly value: Output
    readonly issues?: undefined
  }

  export interface FailureResult {
    readonly issues: readonly Issue[]
  }

  export interface Issue {
    readonly message: string
    readonly path?: readonly PropertyKey[] | undefined
  }

  export interface Types<Input = unknown, Output = Input> {
    readonly input: Input
    readonly output: Output
  }

  export type InferInput<Schema extends StandardSchemaV1> = NonNullable<Schema['~standard']['types']>['input']
  export type InferOutput<Schema extends StandardSchemaV1> = NonNullable<
    Schema['~standard']['types']
  >['output']
}
