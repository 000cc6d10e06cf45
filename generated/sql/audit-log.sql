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
  "created_at" as "createdAt";

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
      "created_at" as "createdAt"
    from
      "audit_log"
    where
      created_at >= $1
      and ("created_at", "id") < ($2, $3)
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
      "created_at" as "createdAt"
    from
      "audit_log"
    where
      "user_id" = $1
      and created_at >= $2
      and ("created_at", "id") < ($3, $4)
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
      "created_at" as "createdAt"
    from
      "audit_log"
    where
      "action" = $1
      and created_at >= $2
      and ("created_at", "id") < ($3, $4)
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

-- auditLog.list(userId,action)
-- $1 userId: uuid
-- $2 action: text
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
      "created_at" as "createdAt"
    from
      "audit_log"
    where
      "user_id" = $1
      and "action" = $2
      and created_at >= $3
      and ("created_at", "id") < ($4, $5)
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
      "created_at" as "createdAt"
    from
      "audit_log"
    where
      "entity_type" = $1
      and "entity_id" = $2
      and created_at >= $3
      and ("created_at", "id") < ($4, $5)
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

-- auditLog.list(userId,entityId)
-- $1 userId: uuid
-- $2 entityType: text
-- $3 entityId: text
-- $4 from: timestamp with time zone
-- $5 behindAt: timestamp with time zone
-- $6 behindId: uuid
-- $7 fetch: bigint
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
      "created_at" as "createdAt"
    from
      "audit_log"
    where
      "user_id" = $1
      and "entity_type" = $2
      and "entity_id" = $3
      and created_at >= $4
      and ("created_at", "id") < ($5, $6)
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
  $7;

-- auditLog.list(action,entityId)
-- $1 action: text
-- $2 entityType: text
-- $3 entityId: text
-- $4 from: timestamp with time zone
-- $5 behindAt: timestamp with time zone
-- $6 behindId: uuid
-- $7 fetch: bigint
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
      "created_at" as "createdAt"
    from
      "audit_log"
    where
      "action" = $1
      and "entity_type" = $2
      and "entity_id" = $3
      and created_at >= $4
      and ("created_at", "id") < ($5, $6)
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
  $7;

-- auditLog.list(userId,action,entityId)
-- $1 userId: uuid
-- $2 action: text
-- $3 entityType: text
-- $4 entityId: text
-- $5 from: timestamp with time zone
-- $6 behindAt: timestamp with time zone
-- $7 behindId: uuid
-- $8 fetch: bigint
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
      "created_at" as "createdAt"
    from
      "audit_log"
    where
      "user_id" = $1
      and "action" = $2
      and "entity_type" = $3
      and "entity_id" = $4
      and created_at >= $5
      and ("created_at", "id") < ($6, $7)
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
  $8;
