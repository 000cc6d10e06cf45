/**
 * The kinds of objects that a snapshot describes, each as a query that returns their names and facts. `$1` is the list of
 * namespaces, `$2` the one whose objects are named without it. A fact that is null is absent.
 *
 * Columns of the catalog that no fact shows are listed, with the reason, in not-compared.ts.
 */

/** Objects of an extension belong to the extension. */
const isNotOfExtension = (catalog: string, oid: string) =>
  `not exists (select from pg_depend where classid = '${catalog}'::regclass and objid = ${oid} and deptype = 'e')`

/**
 * The granted and revoked privileges, without those that every new object of the kind has, which differ from version to
 * version. The owner's name differs from database to database.
 */
const grants = (acl: string, owner: string, kind: string) => `(
  select pg_catalog.array_agg(word || described order by is_owner desc, described) from (
    select case when sum(side) > 0 then '' else 'no ' end as word, grantee = ${owner} as is_owner,
      pg_catalog.format('%s to %s%s', privilege_type, case when grantee = 0 then 'public' when grantee = ${owner} then 'the owner' else grantee::regrole::text end,
        case when is_grantable then ' with grant option' end) as described
    from (select 1 as side, * from aclexplode(${acl}) union all select -1, * from aclexplode(acldefault('${kind}', ${owner}))) as privileges
    where ${acl} is not null
    group by grantee, privilege_type, is_grantable having sum(side) <> 0) as changed)`

/** Options in the order of their names, not in the order in which they were set. */
const sorted = (options: string) =>
  `(select pg_catalog.array_agg(option order by option) from unnest(${options}) as option)`

/** Of a column, the options that PostgreSQL documents: a build may keep others there for its own use. */
const columnOptions = (options: string) =>
  `(select pg_catalog.array_agg(option order by option) from unnest(${options}) as option where option ~ '^(n_distinct|n_distinct_inherited)=')`

const comment = (catalog: string, oid: string, column = '0') =>
  `(select description from pg_description where classoid = '${catalog}'::regclass and objoid = ${oid} and objsubid = ${column})`

const securityLabels = (catalog: string, oid: string, column = '0') =>
  `(select pg_catalog.array_agg(pg_catalog.format('%s: %s', provider, label) order by provider) from pg_seclabel
    where classoid = '${catalog}'::regclass and objoid = ${oid} and objsubid = ${column})`

/** Comment, security labels and owner, which many kinds have. */
const common = (catalog: string, oid: string, owner?: string) => `
      'comment', ${comment(catalog, oid)},
      'security labels', ${securityLabels(catalog, oid)}${owner ? `,\n      'owner', ${owner}::regrole` : ''}`

/** A flag that is absent in the usual case. */
const when = (condition: string, word = 'yes') => `case when ${condition} then '${word}' end`

/** A function by its signature, null where there is none. */
const functionName = (oid: string) => `nullif(${oid}::oid::regprocedure::text, '-')`

export const COMMON_TABLES = `
  namespace as (
    select oid, nspname, case when nspname = $2 then '' else nspname || '.' end as prefix, nspowner, nspacl
    from pg_namespace where nspname = any($1::text[])),
  relation as (
    select pg_class.*, prefix || relname as shown
    from pg_class join namespace on relnamespace = namespace.oid
    where ${isNotOfExtension('pg_class', 'pg_class.oid')})`

const relation = (kinds: string) => `
    select shown, json_build_object(
      'kind', case relkind when 'p' then 'partitioned' when 'f' then 'foreign' end,
      'persistence', case relpersistence when 'u' then 'unlogged' end,
      'of type', nullif(reloftype, 0)::regtype,
      'access method', (select amname from pg_am where pg_am.oid = relam),
      'tablespace', (select spcname from pg_tablespace where pg_tablespace.oid = reltablespace),
      'options', ${sorted('reloptions')},
      'toast options', (select ${sorted('toast.reloptions')} from pg_class as toast where toast.oid = relation.reltoastrelid),
      'row level security', case when relforcerowsecurity and relrowsecurity then 'forced' when relrowsecurity then 'enabled' when relforcerowsecurity then 'forced, not enabled' end,
      'replica identity', nullif(relreplident, 'd'),
      'partition key', pg_get_partkeydef(oid),
      'partition bound', pg_catalog.pg_get_expr(relpartbound, oid, true),
      'parents', (select pg_catalog.array_agg(inhparent::regclass::text || case when inhdetachpending then ' (detaching)' else '' end order by inhseqno) from pg_inherits where inhrelid = relation.oid),
      'children', (select pg_catalog.array_agg(inhrelid::regclass::text order by inhrelid::regclass::text collate "C") from pg_inherits where inhparent = relation.oid),
      'definition', case when relkind in ('v', 'm') then pg_get_viewdef(oid, true) end,
      'populated', ${when("relkind = 'm' and not relispopulated", 'no')},
      'server', (select pg_catalog.format('%s %s', srvname, ${sorted('ftoptions')}) from pg_foreign_table join pg_foreign_server on pg_foreign_server.oid = ftserver where ftrelid = relation.oid),
      'grants', ${grants('relacl', 'relowner', 'r')},${common('pg_class', 'relation.oid', 'relowner')}) 
    from relation where relkind in (${kinds})`

const column = `
    select shown || '.' || attname, json_build_object(
      'type', format_type(atttypid, atttypmod),
      'collation', (select collname from pg_collation where pg_collation.oid = attcollation
        and attcollation <> (select typcollation from pg_type where pg_type.oid = atttypid)),
      'not null', ${when('attnotnull')},
      'identity', case attidentity when 'a' then 'always' when 'd' then 'by default' end,
      'default', case when attgenerated = '' then pg_catalog.pg_get_expr(adbin, adrelid, true) end,
      'generated', case when attgenerated <> '' then pg_catalog.pg_get_expr(adbin, adrelid, true) || case attgenerated when 's' then ' stored' else ' virtual' end end,
      'inheritance', case when attinhcount > 0 then case when attislocal then 'inherited and declared' else 'inherited' end end,
      'storage', (select nullif(attstorage, typstorage) from pg_type where pg_type.oid = atttypid),
      'compression', nullif(attcompression, ''),
      'statistics target', nullif(coalesce(attstattarget, -1), -1),
      'options', ${columnOptions('attoptions')},
      'foreign options', ${sorted('attfdwoptions')},
      'grants', case when attacl is not null then ${grants('attacl', 'relowner', 'c')} end,
      'comment', ${comment('pg_class', 'relation.oid', 'attnum')},
      'security labels', ${securityLabels('pg_class', 'relation.oid', 'attnum')})
    from relation join pg_attribute on attrelid = relation.oid and attnum > 0 and not attisdropped
    left join pg_attrdef on adrelid = attrelid and adnum = attnum
    where relkind in ('r', 'p', 'v', 'm', 'f', 'c')`

/** The triggers that enforce a foreign key: disabled, they let every row pass. */
const constraint = `
    select coalesce(relation.shown, prefix || typname) || '.' || conname, json_build_object(
      'definition', pg_get_constraintdef(pg_constraint.oid, true),
      'validated', ${when('not convalidated', 'no')},
      'inheritance', case when coninhcount > 0 then case when conislocal then 'inherited and declared' else 'inherited' end end,
      'enforcement', (select pg_catalog.string_agg(distinct case tgenabled when 'D' then 'disabled' when 'R' then 'on replicas' else 'always' end, ', ')
        from pg_trigger where tgconstraint = pg_constraint.oid and tgisinternal and tgenabled <> 'O'),${common('pg_constraint', 'pg_constraint.oid')})
    from pg_constraint join namespace on namespace.oid = connamespace
    left join relation on relation.oid = conrelid
    left join pg_type on pg_type.oid = contypid
    where (relation.oid is not null or contypid <> 0) and contype <> 't'`

const index = `
    select pg_catalog.format('%s.%s', (select on_table.shown from relation as on_table where on_table.oid = indrelid), relname), json_build_object(
      'definition', pg_get_indexdef(indexrelid, 0, true),
      'valid', ${when('not indisvalid', 'no')},
      'ready', ${when('not indisready or not indislive', 'no')},
      'clustered', ${when('indisclustered')},
      'replica identity', ${when('indisreplident')},
      'tablespace', (select spcname from pg_tablespace where pg_tablespace.oid = reltablespace),
      'parent', (select inhparent::regclass from pg_inherits where inhrelid = relation.oid),
      'statistics targets', (select pg_catalog.array_agg(pg_catalog.format('%s: %s', attnum, attstattarget) order by attnum) from pg_attribute
        where attrelid = indexrelid and coalesce(attstattarget, -1) >= 0),
      'options', ${sorted('reloptions')},${common('pg_class', 'relation.oid')})
    from relation join pg_index on indexrelid = relation.oid`

const trigger = `
    select shown || '.' || tgname, json_build_object(
      'definition', pg_get_triggerdef(pg_trigger.oid, true),
      'enabled', case tgenabled when 'D' then 'no' when 'R' then 'on replicas' when 'A' then 'always' end,${common('pg_trigger', 'pg_trigger.oid')})
    from pg_trigger join relation on relation.oid = tgrelid where not tgisinternal`

const rule = `
    select shown || '.' || rulename, json_build_object(
      'definition', pg_get_ruledef(pg_rewrite.oid, true),
      'enabled', nullif(ev_enabled, 'O'),${common('pg_rewrite', 'pg_rewrite.oid')})
    from pg_rewrite join relation on relation.oid = ev_class where rulename <> '_RETURN' or ev_enabled <> 'O'`

const policy = `
    select shown || '.' || polname, json_build_object(
      'command', case polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' else 'all' end,
      'kind', case when polpermissive then 'permissive' else 'restrictive' end,
      'roles', (select pg_catalog.array_agg(case when role = 0 then 'public' else role::regrole::text end order by role) from unnest(polroles) as role),
      'using', pg_catalog.pg_get_expr(polqual, polrelid, true),
      'check', pg_catalog.pg_get_expr(polwithcheck, polrelid, true),${common('pg_policy', 'pg_policy.oid')})
    from pg_policy join relation on relation.oid = polrelid`

const statistics = `
    select prefix || stxname, json_build_object(
      'table', stxrelid::regclass,
      'kinds', stxkind::text,
      'columns', pg_get_statisticsobjdef_columns(pg_statistic_ext.oid),
      'statistics target', nullif(coalesce(stxstattarget, -1), -1),${common('pg_statistic_ext', 'pg_statistic_ext.oid', 'stxowner')})
    from pg_statistic_ext join namespace on namespace.oid = stxnamespace`

const sequence = `
    select shown, json_build_object(
      'type', format_type(seqtypid, null), 'start', seqstart, 'increment', seqincrement, 'minimum', seqmin,
      'maximum', seqmax, 'cache', seqcache, 'cycles', ${when('seqcycle')},
      'persistence', case relpersistence when 'u' then 'unlogged' end,
      'owned by', (select pg_catalog.format('%s.%s', refobjid::regclass, attname) from pg_depend
        join pg_attribute on attrelid = refobjid and attnum = refobjsubid
        where classid = 'pg_class'::regclass and objid = relation.oid and deptype in ('a', 'i')),
      'grants', ${grants('relacl', 'relowner', 's')},${common('pg_class', 'relation.oid', 'relowner')})
    from pg_sequence join relation on relation.oid = seqrelid`

const type = `
    select prefix || typname, json_build_object(
      'kind', case typtype when 'e' then 'enum' when 'd' then 'domain' when 'r' then 'range' when 'm' then 'multirange' when 'c' then 'composite' else 'base' end,
      'values', (select pg_catalog.array_agg(case when enumlabel ~ '[,'']' then pg_catalog.quote_literal(enumlabel) else enumlabel end order by enumsortorder) from pg_enum where enumtypid = pg_type.oid),
      'of', case when typtype = 'd' then format_type(typbasetype, typtypmod) end,
      'not null', ${when('typnotnull')},
      'default', typdefault,
      'collation', case when typtype = 'd' then (select collname from pg_collation where pg_collation.oid = typcollation) end,
      'subtype', (select format_type(rngsubtype, null) from pg_range where rngtypid = pg_type.oid),
      'range', (select pg_catalog.format('collation %s, operator class %s, canonical %s, difference %s, multirange %s', rngcollation::regcollation,
          (select opcname from pg_opclass where pg_opclass.oid = rngsubopc), rngcanonical, rngsubdiff, rngmultitypid::regtype)
        from pg_range where rngtypid = pg_type.oid),
      'base type', case when typtype = 'b' then pg_catalog.format('%s %s %s %s %s %s %s %s %s %s %s %s', typlen, typbyval, typcategory, typispreferred,
        typdelim, typalign, typstorage, typinput, typoutput, typreceive, typsend, pg_catalog.format('%s %s %s %s', typmodin, typmodout, typanalyze, typsubscript)) end,
      'grants', ${grants('typacl', 'typowner', 'T')},${common('pg_type', 'pg_type.oid', 'typowner')})
    from pg_type join namespace on namespace.oid = typnamespace
    where ${isNotOfExtension('pg_type', 'pg_type.oid')} and typelem = 0
      and (typrelid = 0 or exists (select from pg_class where pg_class.oid = typrelid and relkind = 'c'))`

const functions = `
    select pg_proc.oid::regprocedure::text, json_build_object(
      'kind', case prokind when 'p' then 'procedure' when 'a' then 'aggregate' when 'w' then 'window function' end,
      'arguments', pg_get_function_arguments(pg_proc.oid),
      'result', pg_get_function_result(pg_proc.oid),
      'language', (select lanname from pg_language where pg_language.oid = prolang),
      'volatility', case provolatile when 'i' then 'immutable' when 's' then 'stable' else 'volatile' end,
      'strict', ${when('proisstrict')},
      'security', ${when('prosecdef', 'definer')},
      'leakproof', ${when('proleakproof')},
      'parallel', case proparallel when 's' then 'safe' when 'r' then 'restricted' else 'unsafe' end,
      'cost', procost, 'rows', nullif(prorows, 0),
      'support', ${functionName('prosupport')},
      'transforms', (select pg_catalog.array_agg(format_type(each, null)) from unnest(protrftypes) as each),
      'settings', array_to_string(proconfig, E'\\n'),
      'library', probin,
      'body', case when prokind <> 'a' then coalesce(pg_get_function_sqlbody(pg_proc.oid), prosrc) end,
      'aggregate', (select pg_catalog.format('%s %s, transition %s %s %s, final %s %s %s, combine %s, serialize %s %s, moving %s %s %s %s %s %s %s, initial %s %s, sort %s',
          aggkind, aggnumdirectargs, aggtransfn, aggtranstype::regtype, aggtransspace, aggfinalfn, aggfinalextra, aggfinalmodify, aggcombinefn,
          aggserialfn, aggdeserialfn, aggmtransfn, aggminvtransfn, aggmtranstype::regtype, aggmtransspace, aggmfinalfn, aggmfinalextra, aggmfinalmodify,
          coalesce(agginitval, 'null'), coalesce(aggminitval, 'null'), aggsortop::regoperator)
        from pg_aggregate where aggfnoid = pg_proc.oid),
      'grants', ${grants('proacl', 'proowner', 'f')},${common('pg_proc', 'pg_proc.oid', 'proowner')})
    from pg_proc join namespace on namespace.oid = pronamespace where ${isNotOfExtension('pg_proc', 'pg_proc.oid')}`

const collation = `
    select prefix || collname, json_build_object(
      'provider', collprovider, 'deterministic', collisdeterministic, 'encoding', nullif(collencoding, -1),
      'locale', to_jsonb(pg_collation) - array['oid', 'collname', 'collnamespace', 'collowner', 'collversion', 'collprovider', 'collisdeterministic', 'collencoding'],
      ${common('pg_collation', 'pg_collation.oid', 'collowner')})
    from pg_collation join namespace on namespace.oid = collnamespace where ${isNotOfExtension('pg_collation', 'pg_collation.oid')}`

const conversion = `
    select prefix || conname, json_build_object(
      'encodings', pg_catalog.format('%s to %s', pg_encoding_to_char(conforencoding), pg_encoding_to_char(contoencoding)),
      'function', conproc::text, 'default', ${when('condefault')},${common('pg_conversion', 'pg_conversion.oid', 'conowner')})
    from pg_conversion join namespace on namespace.oid = connamespace where ${isNotOfExtension('pg_conversion', 'pg_conversion.oid')}`

const operator = `
    select pg_catalog.format('%s%s (%s, %s)', prefix, oprname, format_type(oprleft, null), format_type(oprright, null)), json_build_object(
      'function', oprcode::regprocedure, 'result', format_type(oprresult, null),
      'commutator', nullif(oprcom, 0)::regoperator, 'negator', nullif(oprnegate, 0)::regoperator,
      'restriction', nullif(oprrest::text, '-'), 'join', nullif(oprjoin::text, '-'),
      'merges', ${when('oprcanmerge')}, 'hashes', ${when('oprcanhash')},${common('pg_operator', 'pg_operator.oid', 'oprowner')})
    from pg_operator join namespace on namespace.oid = oprnamespace where ${isNotOfExtension('pg_operator', 'pg_operator.oid')}`

const operatorClass = `
    select pg_catalog.format('%s%s using %s', prefix, opcname, amname), json_build_object(
      'type', opcintype::regtype, 'default', ${when('opcdefault')}, 'stored', nullif(opckeytype, 0)::regtype,
      'family', (select opfname from pg_opfamily where pg_opfamily.oid = opcfamily),${common('pg_opclass', 'pg_opclass.oid', 'opcowner')})
    from pg_opclass join namespace on namespace.oid = opcnamespace join pg_am on pg_am.oid = opcmethod
    where ${isNotOfExtension('pg_opclass', 'pg_opclass.oid')}`

const operatorFamily = `
    select pg_catalog.format('%s%s using %s', prefix, opfname, amname), json_build_object(
      'operators', (select pg_catalog.array_agg(pg_catalog.format('%s %s %s %s', amopstrategy, amopopr::regoperator, amoppurpose,
          (select opfname from pg_opfamily as sort where sort.oid = amopsortfamily)) order by amopstrategy, amopopr::regoperator::text)
        from pg_amop where amopfamily = pg_opfamily.oid),
      'functions', (select pg_catalog.array_agg(pg_catalog.format('%s %s (%s, %s)', amprocnum, amproc::regprocedure, amproclefttype::regtype, amprocrighttype::regtype)
          order by amprocnum, amproc::regprocedure::text) from pg_amproc where amprocfamily = pg_opfamily.oid),
      ${common('pg_opfamily', 'pg_opfamily.oid', 'opfowner')})
    from pg_opfamily join namespace on namespace.oid = opfnamespace join pg_am on pg_am.oid = opfmethod
    where ${isNotOfExtension('pg_opfamily', 'pg_opfamily.oid')}`

/** Casts have no namespace: those from or to a type of the namespaces. */
const cast = `
    select pg_catalog.format('%s as %s', castsource::regtype, casttarget::regtype), json_build_object(
      'function', ${functionName('castfunc')}, 'context', castcontext, 'method', castmethod,${common('pg_cast', 'pg_cast.oid')})
    from pg_cast where ${isNotOfExtension('pg_cast', 'pg_cast.oid')}
      and exists (select from pg_type join namespace on namespace.oid = typnamespace where pg_type.oid in (castsource, casttarget)
        and ${isNotOfExtension('pg_type', 'pg_type.oid')})`

const configuration = `
    select prefix || cfgname, json_build_object(
      'parser', (select prsname from pg_ts_parser where pg_ts_parser.oid = cfgparser),
      'mappings', (select pg_catalog.array_agg(pg_catalog.format('%s %s %s', maptokentype, mapseqno, mapdict::regdictionary) order by maptokentype, mapseqno)
        from pg_ts_config_map where mapcfg = pg_ts_config.oid),${common('pg_ts_config', 'pg_ts_config.oid', 'cfgowner')})
    from pg_ts_config join namespace on namespace.oid = cfgnamespace where ${isNotOfExtension('pg_ts_config', 'pg_ts_config.oid')}`

const dictionary = `
    select prefix || dictname, json_build_object(
      'template', (select tmplname from pg_ts_template where pg_ts_template.oid = dicttemplate),
      'options', dictinitoption,${common('pg_ts_dict', 'pg_ts_dict.oid', 'dictowner')})
    from pg_ts_dict join namespace on namespace.oid = dictnamespace where ${isNotOfExtension('pg_ts_dict', 'pg_ts_dict.oid')}`

const parser = `
    select prefix || prsname, json_build_object(
      'functions', pg_catalog.format('%s %s %s %s %s', prsstart, prstoken, prsend, prsheadline, prslextype),${common('pg_ts_parser', 'pg_ts_parser.oid')})
    from pg_ts_parser join namespace on namespace.oid = prsnamespace where ${isNotOfExtension('pg_ts_parser', 'pg_ts_parser.oid')}`

const template = `
    select prefix || tmplname, json_build_object('functions', pg_catalog.format('%s %s', tmplinit, tmpllexize),${common('pg_ts_template', 'pg_ts_template.oid')})
    from pg_ts_template join namespace on namespace.oid = tmplnamespace where ${isNotOfExtension('pg_ts_template', 'pg_ts_template.oid')}`

/** The namespaces beside the one of the tables, which is another in each database. */
const schema = `
    select nspname::text, json_build_object('grants', ${grants('nspacl', 'nspowner', 'n')},${common('pg_namespace', 'namespace.oid', 'nspowner')})
    from namespace where nspname <> $2`

export const KINDS: Readonly<Record<string, string>> = {
  schema,
  table: relation("'r', 'p', 'f'"),
  view: relation("'v'"),
  'materialized view': relation("'m'"),
  column,
  constraint,
  index,
  trigger,
  rule,
  policy,
  statistics,
  sequence,
  type,
  function: functions,
  collation,
  conversion,
  operator,
  'operator class': operatorClass,
  'operator family': operatorFamily,
  cast,
  'text search configuration': configuration,
  'text search dictionary': dictionary,
  'text search parser': parser,
  'text search template': template,
}
