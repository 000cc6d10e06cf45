-- Written by `npm run generate` from src/repositories/. Do not edit.

-- auditLog.record
-- $1 userId: uuid
-- $2 entityType: text
-- $3 entityId: text
-- $4 action: text
-- $5 changes: jsonb
-- $6 ipAddress: inet
-- $7 userAgent: text
insert into
  "audit_log" (
    "user_id",
    "entity_type",
    "entity_id",
    "action",
    "changes",
    "ip_address",
    "user_agent"
  )
values
  ($1, $2, $3, $4, $5, $6, $7)
returning
  "id",
  "user_id" as "userId",
  "entity_type" as "entityType",
  "entity_id" as "entityId",
  "action",
  "changes",
  "ip_address" as "ipAddress",
  "user_agent" as "userAgent",
  "request_id" as "requestId",
  "system",
  "is_history" as "isHistory",
  "created_at" as "createdAt";

-- auditLog.purge
-- $1 olderThan: timestamp with time zone
-- $2 dryRun: boolean
select
  purge_audit_log ($1, $2)::float8 as count;

-- auditLog.list
-- $1 from: timestamp with time zone
-- $2 behindAt: timestamp with time zone
-- $3 behindId: uuid
-- $4 fetch: bigint
select
  *
from
  (
    select
      "id",
      "user_id" as "userId",
      "entity_type" as "entityType",
      "entity_id" as "entityId",
      "action",
      "changes",
      "ip_address" as "ipAddress",
      "user_agent" as "userAgent",
      "request_id" as "requestId",
      "system",
      "is_history" as "isHistory",
      "created_at" as "createdAt"
    from
      "audit_log"
    where
      created_at >= $1
      and ("created_at", "id") < ($2, $3)
      and "created_at" <= $2
    order by
      "created_at" desc,
      "id" desc
    limit
      201
  ) as "entry"
order by
  "createdAt" desc,
  "id" desc
limit
  $4;

-- auditLog.list(userId)
-- $1 userId: uuid
-- $2 from: timestamp with time zone
-- $3 behindAt: timestamp with time zone
-- $4 behindId: uuid
-- $5 fetch: bigint
select
  *
from
  (
    select
      "id",
      "user_id" as "userId",
      "entity_type" as "entityType",
      "entity_id" as "entityId",
      "action",
      "changes",
      "ip_address" as "ipAddress",
      "user_agent" as "userAgent",
      "request_id" as "requestId",
      "system",
      "is_history" as "isHistory",
      "created_at" as "createdAt"
    from
      "audit_log"
    where
      "user_id" = $1
      and created_at >= $2
      and ("created_at", "id") < ($3, $4)
      and "created_at" <= $3
    order by
      "created_at" desc,
      "id" desc
    limit
      201
  ) as "entry"
order by
  "createdAt" desc,
  "id" desc
limit
  $5;

-- auditLog.list(action)
-- $1 action: text
-- $2 from: timestamp with time zone
-- $3 behindAt: timestamp with time zone
-- $4 behindId: uuid
-- $5 fetch: bigint
select
  *
from
  (
    select
      "id",
      "user_id" as "userId",
      "entity_type" as "entityType",
      "entity_id" as "entityId",
      "action",
      "changes",
      "ip_address" as "ipAddress",
      "user_agent" as "userAgent",
      "request_id" as "requestId",
      "system",
      "is_history" as "isHistory",
      "created_at" as "createdAt"
    from
      "audit_log"
    where
      "action" = $1
      and created_at >= $2
      and ("created_at", "id") < ($3, $4)
      and "created_at" <= $3
    order by
      "created_at" desc,
      "id" desc
    limit
      201
  ) as "entry"
order by
  "createdAt" desc,
  "id" desc
limit
  $5;

-- auditLog.list(entityId)
-- $1 entityType: text
-- $2 entityId: text
-- $3 from: timestamp with time zone
-- $4 behindAt: timestamp with time zone
-- $5 behindId: uuid
-- $6 fetch: bigint
select
  *
from
  (
    select
      "id",
      "user_id" as "userId",
      "entity_type" as "entityType",
      "entity_id" as "entityId",
      "action",
      "changes",
      "ip_address" as "ipAddress",
      "user_agent" as "userAgent",
      "request_id" as "requestId",
      "system",
      "is_history" as "isHistory",
      "created_at" as "createdAt"
    from
      "audit_log"
    where
      "entity_type" = $1
      and "entity_id" = $2
      and created_at >= $3
      and ("created_at", "id") < ($4, $5)
      and "created_at" <= $4
    order by
      "created_at" desc,
      "id" desc
    limit
      201
  ) as "entry"
order by
  "createdAt" desc,
  "id" desc
limit
  $6;
