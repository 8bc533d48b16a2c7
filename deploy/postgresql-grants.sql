-- 运行账号的数据库权限：读写业务数据，对操作记录只能新增和读取。
--
-- 由表的所有者（运行 migrate 的账号）执行，每次升级迁移之后再执行一次；可重复执行：
--     psql "$OWNER_DATABASE_URL" -v ON_ERROR_STOP=1 -f deploy/postgresql-grants.sql
-- 然后把网站登录用的账号放进这个组，并让网站的 DATABASE_URL 使用它：
--     CREATE ROLE parkparty_site LOGIN PASSWORD '…';
--     GRANT parkparty_runtime TO parkparty_site;
-- 所有者账号只用于 migrate 和 purge_audit，不写进网站的配置。

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'parkparty_runtime') THEN
        CREATE ROLE parkparty_runtime NOLOGIN;
    END IF;
END
$$;

-- 结构只由所有者改动。
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO parkparty_runtime;

-- 业务数据可读写；TRUNCATE、REFERENCES、TRIGGER 一律不给。
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO parkparty_runtime;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO parkparty_runtime;

-- 操作记录和封存链：只能新增和读取。
REVOKE UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON audit_auditentry, audit_auditseal FROM parkparty_runtime;

-- 迁移登记只读。
REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM parkparty_runtime;
