/**
 * The columns and tables of PostgreSQL's catalog that `verify` deliberately does not compare, with the reason. A test finds
 * the columns that are neither compared nor listed; the page docs/reference/verify.md has this list.
 */
export const NOT_COMPARED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'Storage and statistics, which change automatically': {
    pg_class:
      'reltype relfilenode relpages reltuples relallvisible relallfrozen relhasindex relhasrules relhastriggers relhassubclass relrewrite relfrozenxid relminmxid relnatts relchecks relisshared',
    pg_attribute: 'attlen attbyval attalign attcacheoff atthasdef atthasmissing attmissingval',
    pg_index: 'indcheckxmin',
    pg_type: 'typisdefined typarray',
    pg_statistic: '*',
    pg_statistic_ext_data: '*',
    pg_init_privs: '*',
    pg_depend: 'refclassid',
    pg_shdepend: '*',
  },
  'The order of columns: migrations can only add columns at the end': { pg_attribute: 'attnum' },
  'Without effect: PostgreSQL keeps the number of dimensions of an array and does not enforce it': {
    pg_attribute: 'attndims',
    pg_type: 'typndims typdefaultbin',
  },
  'Part of a definition that is compared': {
    pg_class: 'relispartition',
    pg_collation: 'collcollate collctype colllocale collicurules colliculocale collversion',
    pg_constraint:
      'condeferrable condeferred conenforced conindid conparentid confrelid confupdtype confdeltype confmatchtype connoinherit conperiod conkey confkey conpfeqop conppeqop conffeqop confdelsetcols conexclop conbin',
    pg_index:
      'indnatts indnkeyatts indisunique indnullsnotdistinct indisprimary indisexclusion indimmediate indkey indcollation indclass indoption indexprs indpred',
    pg_operator: 'oprkind',
    pg_amop: 'amoplefttype amoprighttype amopmethod',
    pg_partitioned_table: '*',
    pg_proc:
      'proname provariadic proretset pronargs pronargdefaults prorettype proargtypes proallargtypes proargmodes proargnames proargdefaults prosqlbody',
    pg_rewrite: 'ev_type is_instead ev_qual ev_action',
    pg_statistic_ext: 'stxkeys stxexprs',
    pg_trigger:
      'tgparentid tgfoid tgtype tgconstrrelid tgconstrindid tgdeferrable tginitdeferred tgnargs tgattr tgargs tgqual tgoldtable tgnewtable',
  },
  'Objects of the whole database or server, which belong to the deployment': {
    pg_am: 'amhandler amtype',
    pg_auth_members: '*',
    pg_authid: '*',
    pg_database: '*',
    pg_db_role_setting: '*',
    pg_event_trigger: '*',
    pg_foreign_data_wrapper: '*',
    pg_foreign_server: 'srvowner srvfdw srvtype srvversion srvacl srvoptions',
    pg_language: 'lanowner lanispl lanpltrusted lanplcallfoid laninline lanvalidator lanacl',
    pg_parameter_acl: '*',
    pg_publication: '*',
    pg_publication_namespace: '*',
    pg_publication_rel: '*',
    pg_replication_origin: '*',
    pg_shdescription: '*',
    pg_shseclabel: '*',
    pg_subscription: '*',
    pg_subscription_rel: '*',
    pg_tablespace: 'spcowner spcacl spcoptions',
    pg_transform: '*',
    pg_user_mapping: '*',
  },
  'Defaults for objects that do not exist yet; on existing objects their grants are compared': {
    pg_default_acl: '*',
  },
  'The owner and the configuration of an extension': {
    pg_extension: 'extowner extrelocatable extconfig extcondition',
  },
  'Large objects hold data': { pg_largeobject: '*', pg_largeobject_metadata: '*' },
}
