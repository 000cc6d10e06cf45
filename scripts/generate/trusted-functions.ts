/** What PostgreSQL's own operators, functions and aggregates do with null: an allow-list, for any other may do anything. */
function words(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/))
}

/** Operators that give null only for null, whatever they compare but rows. */
export const COMPARISONS = words('= <> < <= > >= ~~ !~~ ~~* !~~* ~ !~ ~* !~*')

/** Operators that give null only for null, between types of a kind that we know. */
export const OPERATORS = words('+ - * / % ||')

/** Operators that take json apart; null where it has no such part. */
export const JSON_OPERATORS = words('-> #>')

/** Never null, whatever their arguments. */
export const NEVER_NULL = words(
  `count row_number rank dense_rank percent_rank cume_dist concat json_build_object json_build_array jsonb_build_object
   jsonb_build_array now clock_timestamp statement_timestamp transaction_timestamp gen_random_uuid uuidv7 random pg_backend_pid`,
)

/** Null only for a null argument, of whatever type. */
export const STRICT_OF_ANY = words('to_json to_jsonb row_to_json cardinality')

/** Null only for a null argument, of a kind that we know. */
export const STRICT = words(
  `lower upper initcap length char_length character_length octet_length btrim ltrim rtrim left right lpad rpad replace reverse
   repeat strpos position abs ceil ceiling floor round trunc sign sqrt power mod md5 date_trunc concat_ws starts_with`,
)

/** Aggregates that are null for a group without rows, or without a value that is not null. */
export const AGGREGATES = words('sum avg bool_and bool_or every string_agg')
export const AGGREGATES_OF_ANY = words('min max')

/** Aggregates that are null for a group without rows. */
export const LIST_AGGREGATES = words('array_agg json_agg jsonb_agg json_object_agg jsonb_object_agg')
