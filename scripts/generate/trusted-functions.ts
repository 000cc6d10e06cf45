/** PostgreSQL's own operators, functions and aggregates by how they treat null: an allow-list, as any other may do anything. */
function words(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/))
}

/** Operators that return null only for a null operand, for operands of any type except rows. */
export const COMPARISONS = words('= <> < <= > >= ~~ !~~ ~~* !~~* ~ !~ ~* !~*')

/** Operators that return null only for a null operand, for operands of a known kind. */
export const OPERATORS = words('+ - * / % ||')

/** Operators that extract a part of a JSON value; null if there is no such part. */
export const JSON_OPERATORS = words('-> #>')

/** Functions that never return null. */
export const NEVER_NULL = words(
  `count row_number rank dense_rank percent_rank cume_dist concat json_build_object json_build_array jsonb_build_object
   jsonb_build_array now clock_timestamp statement_timestamp transaction_timestamp gen_random_uuid uuidv7 random pg_backend_pid`,
)

/** Functions that return null only for a null argument, for arguments of any type. */
export const STRICT_OF_ANY = words('to_json to_jsonb row_to_json cardinality')

/** Functions that return null only for a null argument, for arguments of a known kind. */
export const STRICT = words(
  `lower upper initcap length char_length character_length octet_length btrim ltrim rtrim left right lpad rpad replace reverse
   repeat strpos position abs ceil ceiling floor round trunc sign sqrt power mod md5 date_trunc concat_ws starts_with`,
)

/** Aggregates that are null for a group without rows or non-null values, for arguments of a known kind. */
export const AGGREGATES = words('sum avg bool_and bool_or every string_agg')
/** The same, for arguments of any type. */
export const AGGREGATES_OF_ANY = words('min max')

/** Aggregates that are null for a group without rows. */
export const LIST_AGGREGATES = words('array_agg json_agg jsonb_agg json_object_agg jsonb_object_agg')
