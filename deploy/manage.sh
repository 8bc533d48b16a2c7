#!/bin/sh
# 用网站的环境文件运行一条管理命令：deploy/manage.sh seal_audit
set -eu
cd "$(dirname "$0")/.."
set -a
. "${PARKPARTY_ENV:-/etc/parkparty/site.env}"
set +a
exec .venv/bin/python manage.py "$@"
